package dev.neurite.data;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Some rows of a dataset, side by side in buffers that later batches use again: to be read until
 * the next batch is asked for.
 */
public final class Batch {

  private final Map<String, Object> buffers = new LinkedHashMap<>();
  private int rows;

  Batch(Dataset dataset, int maxRows) {
    for (Column column : dataset.columns()) {
      int length = Math.multiplyExact(column.rowSize(), maxRows);
      buffers.put(
          column.name(),
          switch (column) {
            case FloatColumn floats -> new float[length];
            case IndexColumn indices -> new int[length];
          });
    }
  }

  /** Number of rows; the last batch of an epoch may have fewer than the others. */
  public int rows() {
    return rows;
  }

  /**
   * The values of a column, row after row: {@code float[]} or {@code int[]}, with at least {@link
   * #rows} rows; what follows them is left over from other batches.
   *
   * @throws IllegalArgumentException if there is no such column
   */
  public Object values(String column) {
    Object buffer = buffers.get(column);
    if (buffer == null) {
      throw new IllegalArgumentException(
          "no column is named " + column + "; there are " + buffers.keySet());
    }
    return buffer;
  }

  /**
   * The values of a column of float values, as {@link #values}.
   *
   * @throws IllegalArgumentException if there is no such column, or it holds indices
   */
  public float[] floats(String column) {
    if (values(column) instanceof float[] floats) {
      return floats;
    }
    throw new IllegalArgumentException("column " + column + " holds indices, not float values");
  }

  /**
   * The values of a column of indices, as {@link #values}.
   *
   * @throws IllegalArgumentException if there is no such column, or it holds float values
   */
  public int[] indices(String column) {
    if (values(column) instanceof int[] indices) {
      return indices;
    }
    throw new IllegalArgumentException("column " + column + " holds float values, not indices");
  }

  void rows(int rows) {
    this.rows = rows;
  }
}

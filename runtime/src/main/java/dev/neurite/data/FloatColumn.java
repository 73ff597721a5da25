package dev.neurite.data;

import java.util.List;

/** A column of float values. */
public final class FloatColumn implements Column {

  private final String name;
  private final List<Integer> shape;
  private final int rows;
  private final int rowSize;
  private final float[] values;

  FloatColumn(String name, List<Integer> shape, float[] values) {
    this.name = name;
    this.shape = List.copyOf(shape);
    this.rowSize = RowShape.size(name, shape);
    this.rows = RowShape.rows(name, shape, values.length);
    this.values = values;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Integer> shape() {
    return shape;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int rowSize() {
    return rowSize;
  }

  /** The column's own array, row after row; not to be written to. */
  public float[] values() {
    return values;
  }

  @Override
  public FloatColumn renamed(String name) {
    return new FloatColumn(name, shape, values);
  }

  @Override
  public FloatColumn take(int... rows) {
    float[] taken = new float[Math.multiplyExact(rows.length, rowSize)];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(values, rows[i] * rowSize, taken, i * rowSize, rowSize);
    }
    return new FloatColumn(name, shape, taken);
  }

  @Override
  public String toString() {
    return name + " " + shape + " of float values, " + rows + " rows";
  }
}

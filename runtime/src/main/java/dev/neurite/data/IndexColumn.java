package dev.neurite.data;

import java.util.List;

/** A column of indices. */
public final class IndexColumn implements Column {

  private final String name;
  private final List<Integer> shape;
  private final int rows;
  private final int rowSize;
  private final int[] values;

  IndexColumn(String name, List<Integer> shape, int[] values) {
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
  public int[] values() {
    return values;
  }

  @Override
  public IndexColumn renamed(String name) {
    return new IndexColumn(name, shape, values);
  }

  @Override
  public IndexColumn take(int... rows) {
    int[] taken = new int[Math.multiplyExact(rows.length, rowSize)];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(values, rows[i] * rowSize, taken, i * rowSize, rowSize);
    }
    return new IndexColumn(name, shape, taken);
  }

  @Override
  public String toString() {
    return name + " " + shape + " of indices, " + rows + " rows";
  }
}

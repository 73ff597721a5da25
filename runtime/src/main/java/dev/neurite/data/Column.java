package dev.neurite.data;

import java.util.List;

/**
 * One named column of a {@link Dataset}: for each row an array of the same shape. The name is that
 * of the model's input or output which the column feeds.
 */
public sealed interface Column permits FloatColumn, IndexColumn {

  /** The name. */
  String name();

  /** The shape of one row, channels first; empty for a single value. */
  List<Integer> shape();

  /** Number of rows. */
  int rows();

  /** Values of one row. */
  int rowSize();

  /** The same values under another name. */
  Column renamed(String name);

  /**
   * A copy of some rows, in the order given.
   *
   * @param rows indices from 0, in any order, each as often as wanted
   * @throws IndexOutOfBoundsException if there is no such row
   */
  Column take(int... rows);

  /**
   * A column of float values.
   *
   * @param name of the model's input or output
   * @param shape of one row, channels first
   * @param values row after row; kept, not copied
   * @throws IllegalArgumentException if the values are no whole number of rows
   */
  static FloatColumn floats(String name, List<Integer> shape, float[] values) {
    return new FloatColumn(name, shape, values);
  }

  /**
   * A column of float values of shape {@code [rows[0].length]}.
   *
   * @param name of the model's input or output
   * @param rows of the same length, at least one
   * @throws IllegalArgumentException if a row has another length than the first
   */
  static FloatColumn floats(String name, float[][] rows) {
    if (rows.length == 0) {
      throw new IllegalArgumentException(
          "column " + name + " needs at least one row to have a shape");
    }
    int size = rows[0].length;
    float[] values = new float[Math.multiplyExact(rows.length, size)];
    for (int row = 0; row < rows.length; row++) {
      if (rows[row].length != size) {
        throw new IllegalArgumentException(
            "expected "
                + size
                + " values in row "
                + row
                + " of column "
                + name
                + ", got "
                + rows[row].length);
      }
      System.arraycopy(rows[row], 0, values, row * size, size);
    }
    return new FloatColumn(name, List.of(size), values);
  }

  /**
   * A column of one index in each row, such as a class or a user.
   *
   * @param name of the model's input or output
   * @param values one for each row; kept, not copied
   */
  static IndexColumn indices(String name, int... values) {
    return new IndexColumn(name, List.of(), values);
  }

  /**
   * A column of indices.
   *
   * @param name of the model's input or output
   * @param shape of one row
   * @param values row after row; kept, not copied
   * @throws IllegalArgumentException if the values are no whole number of rows
   */
  static IndexColumn indices(String name, List<Integer> shape, int[] values) {
    return new IndexColumn(name, shape, values);
  }
}

package dev.neurite.data;

import java.util.List;

/** Sizes of rows. */
final class RowShape {

  private RowShape() {}

  /** Values of one row. */
  static int size(String column, List<Integer> shape) {
    long size = 1;
    for (int length : shape) {
      if (length < 1) {
        throw new IllegalArgumentException(
            "column " + column + " has the shape " + shape + "; every length is at least 1");
      }
      size *= length;
      if (size > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "one row of column " + column + " of shape " + shape + " is larger than an array");
      }
    }
    return (int) size;
  }

  /** Rows that these values make. */
  static int rows(String column, List<Integer> shape, int values) {
    int size = size(column, shape);
    if (values % size != 0) {
      throw new IllegalArgumentException(
          "column "
              + column
              + " has "
              + size
              + " values per row "
              + shape
              + "; "
              + values
              + " are no whole number of rows");
    }
    return values / size;
  }
}

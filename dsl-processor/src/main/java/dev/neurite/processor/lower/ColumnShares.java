package dev.neurite.processor.lower;

import java.util.List;

/**
 * How threads share a matrix by columns first: as many as divide them evenly, in tiles of two
 * vectors, and those left over share the rows.
 */
final class ColumnShares {

  /** Columns of a tile of two vectors of 16. */
  private static final int TILE = 32;

  private ColumnShares() {}

  /**
   * Defines the share of {@code part}: rows {@code from} to {@code to}, columns {@code first} to
   * {@code last}.
   *
   * @param rows how many there are
   * @param multiple of rows where a share begins
   * @param columns how many there are
   */
  static List<Line> define(String rows, int multiple, int columns) {
    int tiles = (columns + TILE - 1) / TILE;
    String ofRows = "share(" + rows + ", " + multiple + ", part % down";
    String ofColumns = "share(" + tiles + ", 1, part / down";
    String last = TILE + " * " + ofColumns + " + 1, across)";
    return List.of(
        new Line.Define("across", "across(" + tiles + ", parts)"),
        new Line.Define("down", "parts / across"),
        new Line.Define("from", ofRows + ", down)"),
        new Line.Define("to", ofRows + " + 1, down)"),
        new Line.Define("first", TILE + " * " + ofColumns + ", across)"),
        new Line.Define(
            "last", columns % TILE == 0 ? last : "Math.min(" + last + ", " + columns + ")"));
  }
}

package dev.neurite.processor.cuda;

/** How many threads run a kernel. */
public sealed interface Grid {

  /**
   * A thread for each {@code lanes} of the {@code perRow} elements of each row, in blocks of 256.
   */
  record Covering(long perRow, int lanes) implements Grid {}

  /** The same, but no more blocks than keep a large device busy: each thread takes several. */
  record Striding(long perRow, int lanes) implements Grid {}

  /** The same number for any rows. */
  record Fixed(int blocks, int threadsX, int threadsY) implements Grid {}

  /** A warp for each of {@code perRow} vectors of each row, four in a block. */
  record Warps(long perRow) implements Grid {}

  /** So many blocks for each row. */
  record PerRow(int blocks, int threadsX, int threadsY) implements Grid {}

  /** Columns along x, parts of a sum along y. */
  record Summing(int blocks, Parts parts, int threadsX, int threadsY) implements Grid {}
}

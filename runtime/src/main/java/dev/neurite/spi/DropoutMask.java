package dev.neurite.spi;

/**
 * The factors of a dropout (Srivastava et al., 2014), inverted: 0 for a value that is dropped, else
 * 1 / (1 - share). Each depends on the seed, the step, the layer, the row and the value's place in
 * channels-first order, and on nothing else: not on threads, vector widths or the order in memory.
 */
public final class DropoutMask {

  private DropoutMask() {}

  /**
   * Draws the factors of some rows.
   *
   * @param mask receives {@code area} x {@code channels} factors a row, channels innermost
   * @param base where row 0 begins
   * @param from the first row
   * @param to the row after the last
   * @param seed of the training
   * @param step of the training
   * @param layer which dropout of the network
   * @param channels of an image whose channels lie innermost; 1 for values in their outside order
   * @param area values of one channel
   * @param share of values that are dropped, in [0, 1)
   */
  public static void draw(
      float[] mask,
      int base,
      int from,
      int to,
      long seed,
      long step,
      int layer,
      int channels,
      int area,
      float share) {
    float kept = 1 / (1 - share);
    int[] block = BLOCKS.get();
    int size = channels * area;
    long key = seed ^ (layer * 0x9E3779B97F4A7C15L);
    for (int row = from; row < to; row++) {
      int start = base + row * size;
      for (int i = 0; i < size; i += Philox.BLOCK) {
        Philox.block(
            key,
            i / Philox.BLOCK,
            row,
            (int) step,
            (int) (step >>> 32) << 8 | Philox.DROPOUT,
            block);
        int end = Math.min(Philox.BLOCK, size - i);
        for (int j = 0; j < end; j++) {
          int element = i + j;
          int place = element % area * channels + element / area;
          mask[start + place] = Philox.uniform(block[j]) < share ? 0 : kept;
        }
      }
    }
  }

  /** Scratch for one block of random words; training threads are few and live long. */
  private static final ThreadLocal<int[]> BLOCKS =
      ThreadLocal.withInitial(() -> new int[Philox.BLOCK]);
}

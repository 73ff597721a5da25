package dev.neurite.spi;

/**
 * How many threads run a kernel.
 *
 * @param x blocks along x, at most 2^31 - 1
 * @param y blocks along y, at most 65,535
 * @param z blocks along z, at most 65,535
 * @param threadsX threads of a block along x
 * @param threadsY threads of a block along y; at most 1,024 in all
 * @param sharedBytes dynamic shared memory of a block
 */
public record GpuGrid(int x, int y, int z, int threadsX, int threadsY, int sharedBytes) {

  private static final int MAX_THREADS = 1024;
  private static final int MAX_YZ = 65_535;

  /** A grid within the limits of every device. */
  public GpuGrid {
    if (x < 1
        || y < 1
        || z < 1
        || y > MAX_YZ
        || z > MAX_YZ
        || threadsX < 1
        || threadsY < 1
        || (long) threadsX * threadsY > MAX_THREADS
        || sharedBytes < 0) {
      throw new IllegalArgumentException(
          "expected 1 to 2^31 - 1 x 65,535 x 65,535 blocks of 1 to 1,024 threads, got "
              + (x + " x " + y + " x " + z)
              + (" blocks of " + threadsX + " x " + threadsY)
              + (" with " + sharedBytes + " bytes"));
    }
  }

  /** Blocks side by side without dynamic shared memory. */
  public static GpuGrid of(int blocks, int threads) {
    return new GpuGrid(blocks, 1, 1, threads, 1, 0);
  }

  /** As many blocks of {@code threads} as cover {@code elements}. */
  public static GpuGrid covering(long elements, int threads) {
    return of(Math.toIntExact(Math.ceilDiv(elements, threads)), threads);
  }
}

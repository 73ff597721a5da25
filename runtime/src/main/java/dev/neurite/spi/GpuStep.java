package dev.neurite.spi;

/**
 * What changes from pass to pass, as kernels read it from {@link GpuPlace#STEP}. Passes are
 * recorded once and replayed, so none of it can be an argument of a kernel.
 */
public final class GpuStep {

  /**
   * The struct in CUDA C, for the top of every source. {@code seed} and {@code pass} number the
   * random numbers as {@link DropoutMask#draw} takes them; {@code values} belong to the runtime
   * (learning rate and the like).
   */
  public static final String DECLARATION =
      """
      struct NeuriteStep {
        unsigned long long seed;
        unsigned long long pass;
        float values[32];
      };
      """;

  /** Bytes before {@code pass}. */
  public static final int PASS = 8;

  /** Bytes before {@code values}. */
  public static final int VALUES = 16;

  /** Length of {@code values}. */
  public static final int VALUE_COUNT = 32;

  private GpuStep() {}
}

package dev.neurite.spi;

/**
 * What a {@link GpuProgram} may ask of a device. Calls run one after another in the order made, as
 * if each waited for the one before. They may be recorded and replayed later, so no argument may be
 * anything that changes from pass to pass.
 */
public interface GpuCalls {

  /**
   * Runs a kernel of {@link GpuProgram#source}.
   *
   * @param kernel its name
   * @param grid how many threads
   * @param arguments in the order of the kernel's parameters: a {@link GpuPlace} for a pointer, an
   *     {@link Integer} for an int, a {@link Long} for a long long, a {@link Float} for a float
   */
  void launch(String kernel, GpuGrid grid, Object... arguments);

  /** Multiplies matrices. */
  void product(GpuProduct product);

  /** Sets floats to 0. */
  void clear(GpuPlace place, long floats);

  /** Copies floats to a place that does not overlap. */
  void copy(GpuPlace from, GpuPlace to, long floats);
}

package dev.neurite.spi;

/**
 * Where values begin in the memory of a device: {@code fixed + perRow * capacity} floats after the
 * start of an area, with the rows the memory was allocated for, rounded up to {@link #ROWS}, as the
 * capacity. So each place is a literal for the compiler, and begins on a boundary of 256 bytes if
 * {@code fixed} is a multiple of {@link #ALIGNMENT}.
 *
 * @param area in which the values lie
 * @param fixed floats that do not depend on the rows
 * @param perRow floats for each row of the capacity
 */
public record GpuPlace(Area area, long fixed, long perRow) {

  /** Tensors and slots begin at multiples of so many floats: 256 bytes, what vector loads like. */
  public static final int ALIGNMENT = 64;

  /** Capacities are multiples of so many rows, so that slots stay aligned. */
  public static final int ROWS = 64;

  /** The {@link GpuStep} of the pass. */
  public static final GpuPlace STEP = new GpuPlace(Area.BATCH, 0, 0);

  /** One piece of device memory each. */
  public enum Area {
    /** The trained tensors, as {@link GpuProgram.GpuLayout} says. */
    PARAMETERS,
    /** Running statistics and counters, as {@link GpuProgram.GpuLayout} says. */
    STATE,
    /** The gradients of {@link #PARAMETERS}, in its layout. */
    GRADIENTS,
    /** Values and gradients of one pass, as {@link GpuMemory} says. */
    WORKSPACE,
    /**
     * What changes from pass to pass: the {@link GpuStep} in the first {@link #ALIGNMENT} floats,
     * then the inputs one after another, each of {@code size * capacity} floats or ints, then
     * targets. There are two, which take turns.
     */
    BATCH
  }

  /** A place that exists. */
  public GpuPlace {
    if (fixed < 0 || perRow < 0) {
      throw new IllegalArgumentException(
          "expected places of at least 0, got " + fixed + " and " + perRow + " per row");
    }
  }

  /** A place that is the same for any capacity. */
  public static GpuPlace of(Area area, long fixed) {
    return new GpuPlace(area, fixed, 0);
  }

  /** A parameter's place. */
  public static GpuPlace parameter(long offset) {
    return of(Area.PARAMETERS, offset);
  }

  /** The place of a parameter's gradient. */
  public static GpuPlace gradient(long offset) {
    return of(Area.GRADIENTS, offset);
  }

  /** The place of a tensor of the state. */
  public static GpuPlace state(long offset) {
    return of(Area.STATE, offset);
  }

  /** A slot of the workspace. */
  public static GpuPlace workspace(long fixed, long perRow) {
    return new GpuPlace(Area.WORKSPACE, fixed, perRow);
  }

  /**
   * The place of an input.
   *
   * @param sizesBefore values of one row of all inputs declared before it
   */
  public static GpuPlace input(long sizesBefore) {
    return new GpuPlace(Area.BATCH, ALIGNMENT, sizesBefore);
  }

  /** Floats between the start of the area and this place. */
  public long offset(long capacity) {
    return Math.addExact(fixed, Math.multiplyExact(perRow, capacity));
  }

  /** A place some floats further on. */
  public GpuPlace plus(long floats) {
    return new GpuPlace(area, fixed + floats, perRow);
  }
}

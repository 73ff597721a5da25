package dev.neurite;

/**
 * Where a model's passes run: the processor, or one NVIDIA GPU. To name a device asks for nothing;
 * {@link TrainableModel#to} does.
 */
public final class Device {

  private static final Device CPU = new Device(-1);
  private static final Device FIRST_GPU = new Device(0);

  private final int index;

  private Device(int index) {
    this.index = index;
  }

  /** The processor, where every model is at first. */
  public static Device cpu() {
    return CPU;
  }

  /** The first NVIDIA GPU. */
  public static Device gpu() {
    return FIRST_GPU;
  }

  /**
   * One of several NVIDIA GPUs.
   *
   * @param index from 0, in the order of the driver ({@code CUDA_VISIBLE_DEVICES} applies)
   */
  public static Device gpu(int index) {
    if (index < 0) {
      throw new IllegalArgumentException("expected a GPU from 0, got " + index);
    }
    return index == 0 ? FIRST_GPU : new Device(index);
  }

  /** Whether this is a GPU. */
  public boolean isGpu() {
    return index >= 0;
  }

  /** Which GPU, from 0; -1 for the processor. */
  public int index() {
    return index;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Device device && device.index == index;
  }

  @Override
  public int hashCode() {
    return Integer.hashCode(index);
  }

  /** {@code cpu}, {@code gpu}, or {@code gpu:1} for the second. */
  @Override
  public String toString() {
    return index < 0 ? "cpu" : index == 0 ? "gpu" : "gpu:" + index;
  }
}

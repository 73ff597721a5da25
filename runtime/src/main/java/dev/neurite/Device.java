package dev.neurite;

import dev.neurite.gpu.Gpu;

/**
 * Where a model's passes run: the processor, or one NVIDIA GPU. To name a device asks for nothing;
 * {@link TrainableModel#to} does.
 */
public final class Device {

  private static final Device CPU = new Device(-1, false);
  private static final Device FIRST_GPU = new Device(0, false);

  private final int index;
  private final boolean tensorFloat32;

  private Device(int index, boolean tensorFloat32) {
    this.index = index;
    this.tensorFloat32 = tensorFloat32;
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
    return index == 0 ? FIRST_GPU : new Device(index, false);
  }

  /**
   * What a command line says: {@code cpu}, {@code gpu}, {@code gpu:1} for the second, or {@code
   * auto} for the first GPU if there is one, else the processor.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static Device parse(String text) {
    return switch (text) {
      case "auto" -> Gpu.available() ? FIRST_GPU : CPU;
      case "cpu" -> CPU;
      case "gpu" -> FIRST_GPU;
      default -> {
        if (!text.matches("gpu:[0-9]{1,3}")) {
          throw new IllegalArgumentException(
              "expected a device auto, cpu, gpu or gpu:<number>, got " + text);
        }
        yield gpu(Integer.parseInt(text.substring("gpu:".length())));
      }
    };
  }

  /**
   * The same GPU, whose matrix products round their factors to TF32: 10 bits of the fraction and
   * not 23, sums in float32; several times as fast on GPUs since Ampere. Off at first.
   */
  public Device withTensorFloat32() {
    if (!isGpu()) {
      throw new IllegalStateException("TF32 is a format of NVIDIA GPUs, and this is the processor");
    }
    return new Device(index, true);
  }

  /** Whether products may round their factors to TF32. */
  public boolean isTensorFloat32() {
    return tensorFloat32;
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
    return other instanceof Device device
        && device.index == index
        && device.tensorFloat32 == tensorFloat32;
  }

  @Override
  public int hashCode() {
    return 2 * index + (tensorFloat32 ? 1 : 0);
  }

  /** {@code cpu}, {@code gpu}, or {@code gpu:1} for the second; with TF32 it says so. */
  @Override
  public String toString() {
    String name = index < 0 ? "cpu" : index == 0 ? "gpu" : "gpu:" + index;
    return tensorFloat32 ? name + " with TF32" : name;
  }
}

package dev.neurite.gpu;

import java.util.Locale;

/** A piece of a GPU's memory, zero at first. To be used with the GPU's monitor held. */
final class DeviceMemory implements Part {

  private static final double MEBI = 1 << 20;

  private final Gpu gpu;
  private final long address;
  private final long floats;
  private boolean closed;

  private DeviceMemory(Gpu gpu, long address, long floats) {
    this.gpu = gpu;
    this.address = address;
    this.floats = floats;
  }

  /**
   * Allocates and clears.
   *
   * @param floats at least 0
   * @param what it is for, in the message if there is not enough
   */
  static DeviceMemory allocate(Gpu gpu, long floats, String what) {
    gpu.use();
    long bytes = Math.max(Float.BYTES, Math.multiplyExact(floats, Float.BYTES));
    long address = gpu.driver().allocate(bytes);
    if (address == 0) {
      long[] memory = gpu.driver().memory();
      throw new GpuException(
          what
              + ": needed "
              + mebibytes(bytes)
              + ", free "
              + mebibytes(memory[0])
              + " of "
              + mebibytes(memory[1])
              + " on "
              + gpu.name()
              + ": use smaller batches, or end other programs that use this GPU");
    }
    DeviceMemory memory = new DeviceMemory(gpu, address, floats);
    try {
      gpu.driver().clear(address, Math.max(1, floats), gpu.stream());
      // The first copy into it may come on another stream, which does not wait for this one.
      gpu.driver().synchronize(gpu.stream());
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
    return memory;
  }

  long address() {
    if (closed) {
      throw new IllegalStateException("this memory of the GPU is closed");
    }
    return address;
  }

  long floats() {
    return floats;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      gpu.use();
      gpu.driver().free(address);
    }
  }

  static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%,.1f MiB", bytes / MEBI);
  }
}

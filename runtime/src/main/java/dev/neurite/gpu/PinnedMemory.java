package dev.neurite.gpu;

import java.lang.foreign.MemorySegment;

/** Page-locked memory of the host, which copies to and from a GPU use while other work runs. */
final class PinnedMemory implements Part {

  private final Gpu gpu;
  private final long address;
  private final MemorySegment segment;
  private boolean closed;

  PinnedMemory(Gpu gpu, long bytes) {
    this.gpu = gpu;
    gpu.use();
    address = gpu.driver().allocateHost(bytes);
    segment = NativeLibrary.memory(address, bytes);
  }

  MemorySegment segment() {
    return segment;
  }

  long address() {
    return address;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      gpu.use();
      gpu.driver().freeHost(address);
    }
  }
}

package dev.neurite.gpu;

import dev.neurite.spi.GpuGrid;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The kernels of one source, loaded on a GPU. */
final class Kernels implements Part {

  /** Dynamic shared memory that every kernel may have without being asked for. */
  private static final int SHARED_BYTES = 48 << 10;

  private record Kernel(long handle, int sharedBytes) {}

  private final Gpu gpu;
  private final long module;
  private final Map<String, Kernel> kernels = new HashMap<>();
  private boolean closed;

  private Kernels(Gpu gpu, long module) {
    this.gpu = gpu;
    this.module = module;
  }

  /**
   * Compiles and loads a source.
   *
   * @param name in messages
   */
  static Kernels load(Gpu gpu, String name, String source) {
    gpu.use();
    byte[] code = gpu.compiler().compile(name, source);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment image = arena.allocate(code.length, Long.BYTES);
      MemorySegment.copy(code, 0, image, ValueLayout.JAVA_BYTE, 0, code.length);
      return new Kernels(gpu, gpu.driver().loadModule(image));
    }
  }

  /** A file of CUDA C beside this class. */
  static String resource(String name) {
    try (InputStream stream = Kernels.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("the library lacks its file " + name);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs a kernel.
   *
   * @param arguments {@link Long} (an address or a long long), {@link Integer}, {@link Float} or
   *     {@link Double}
   */
  void launch(String name, GpuGrid grid, Object... arguments) {
    Kernel kernel = kernel(name, grid.sharedBytes());
    int[] sizes = {grid.x(), grid.y(), grid.z(), grid.threadsX(), grid.threadsY(), 1};
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment values = arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, arguments.length));
      MemorySegment pointers = arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, arguments.length));
      for (int i = 0; i < arguments.length; i++) {
        long offset = (long) i * Long.BYTES;
        switch (arguments[i]) {
          case Long value -> values.set(ValueLayout.JAVA_LONG, offset, value);
          case Integer value -> values.set(ValueLayout.JAVA_INT, offset, value);
          case Float value -> values.set(ValueLayout.JAVA_FLOAT, offset, value);
          case Double value -> values.set(ValueLayout.JAVA_DOUBLE, offset, value);
          default ->
              throw new IllegalArgumentException(
                  "argument "
                      + i
                      + " of kernel "
                      + name
                      + ": expected a place, an Integer, a Long or a Float, got "
                      + arguments[i].getClass().getSimpleName());
        }
        pointers.setAtIndex(ValueLayout.JAVA_LONG, i, values.address() + offset);
      }
      gpu.driver()
          .launchKernel(
              kernel.handle, name, sizes, grid.sharedBytes(), gpu.stream(), pointers.address());
    }
  }

  private Kernel kernel(String name, int sharedBytes) {
    Kernel known = kernels.get(name);
    if (known == null) {
      known = new Kernel(gpu.driver().kernel(module, name), SHARED_BYTES);
      kernels.put(name, known);
    }
    if (sharedBytes > known.sharedBytes) {
      gpu.driver().allowSharedBytes(known.handle, name, sharedBytes);
      known = new Kernel(known.handle, sharedBytes);
      kernels.put(name, known);
    }
    return known;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      gpu.use();
      gpu.driver().unloadModule(module);
    }
  }
}

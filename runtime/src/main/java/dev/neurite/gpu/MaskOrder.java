package dev.neurite.gpu;

import dev.neurite.spi.GpuPlace;
import dev.neurite.spi.GpuProduct;
import dev.neurite.spi.GpuProduct.Epilogue;
import dev.neurite.spi.GpuProduct.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Whether cuBLASLt writes the masks of ReLUs in the order that {@link Epilogue} names, bit j % 32
 * of word j / 32 of a row. Its manual does not say; and where it has an algorithm for one of the
 * two epilogues of a mask and not for the other, a kernel of ours writes or reads it. So one
 * product of known signs is computed before the first is needed. If the order is another, kernels
 * of ours do both.
 */
final class MaskOrder {

  private static final int ROWS = 64;
  private static final int COLUMNS = 256;

  /** Multiples of 16 bytes, for which there are the most algorithms. */
  private static final int DEPTH = 16;

  private final Gpu gpu;
  private final Products products;
  private @Nullable Boolean ours;

  MaskOrder(Gpu gpu, Products products) {
    this.gpu = gpu;
    this.products = products;
  }

  /** Whether it is ours; asked before anything is recorded. */
  boolean isOurs() {
    Boolean known = ours;
    if (known == null) {
      known = probe();
      ours = known;
    }
    return known;
  }

  /** A sign for each value that no other order of the bits has. */
  private static boolean isPositive(int row, int column) {
    return (column * column * 7 + column / 3 + row * column) % 5 < 2;
  }

  private boolean probe() {
    int words = GpuProduct.maskFloats(COLUMNS);
    int a = ROWS * DEPTH;
    int b = DEPTH * COLUMNS;
    int c = ROWS * COLUMNS;
    int bias = COLUMNS;
    int all = a + b + c + bias + ROWS * words;
    Driver driver = gpu.driver();
    DeviceMemory memory = DeviceMemory.allocate(gpu, all, "a look at cuBLASLt's masks");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(ValueLayout.JAVA_FLOAT, all);
      // A is the unit matrix, again and again; B's rows, and so C's, have the signs.
      for (int i = 0; i < ROWS; i++) {
        host.setAtIndex(ValueLayout.JAVA_FLOAT, (long) i * DEPTH + i % DEPTH, 1);
      }
      for (int k = 0; k < DEPTH; k++) {
        for (int j = 0; j < COLUMNS; j++) {
          host.setAtIndex(
              ValueLayout.JAVA_FLOAT, a + (long) k * COLUMNS + j, isPositive(k, j) ? 1 : -1);
        }
      }
      driver.copyToDevice(memory.address(), host.address(), host.byteSize(), gpu.stream());
      driver.synchronize(gpu.stream());
      // Places say no more here than that there is something.
      GpuPlace some = GpuPlace.workspace(0, 0);
      GpuProduct product =
          GpuProduct.of(
                  ROWS,
                  COLUMNS,
                  DEPTH,
                  Matrix.of(some, DEPTH),
                  Matrix.of(some, COLUMNS),
                  Matrix.of(some, COLUMNS))
              .with(Epilogue.BIAS_RELU_AUX, some, some);
      long start = memory.address();
      boolean done =
          products.tryMultiply(
              product,
              Epilogue.BIAS_RELU_AUX,
              new Products.Addresses(
                  start,
                  start + (long) a * Float.BYTES,
                  start + (long) (a + b) * Float.BYTES,
                  start + (long) (a + b + c) * Float.BYTES,
                  start + (long) (a + b + c + bias) * Float.BYTES));
      driver.copyToHost(host.address(), start, host.byteSize(), gpu.stream());
      driver.synchronize(gpu.stream());
      return done && isAsExpected(host, a + b + c + bias, words);
    } finally {
      memory.close();
    }
  }

  private static boolean isAsExpected(MemorySegment host, int masks, int words) {
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < COLUMNS; j++) {
        int word =
            host.getAtIndex(ValueLayout.JAVA_INT, masks + (long) i * words + j / Integer.SIZE);
        if ((word >>> j % Integer.SIZE & 1) != (isPositive(i % DEPTH, j) ? 1 : 0)) {
          return false;
        }
      }
    }
    return true;
  }
}

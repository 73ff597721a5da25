package dev.neurite.processor.generated;

import dev.neurite.spi.GpuCalls;
import dev.neurite.spi.GpuGrid;
import dev.neurite.spi.GpuPlace;
import dev.neurite.spi.GpuPlace.Area;
import dev.neurite.spi.GpuProduct;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.Map;

/**
 * A device in the memory of this process: kernels run as compiled for the processor, products are
 * plain loops. Memory is full of NaN at first, so that what reads too early shows.
 */
final class EmulatedDevice implements GpuCalls {

  private static final long ALIGNMENT = 256;

  private final Arena arena = Arena.ofAuto();
  private final Map<Area, MemorySegment> areas = new EnumMap<>(Area.class);
  private final EmulatedKernels kernels;
  private final String network;
  private final long capacity;

  /**
   * A device with so many rows of memory.
   *
   * @param network whose kernels it runs
   */
  EmulatedDevice(EmulatedKernels kernels, String network, int rows) {
    this.kernels = kernels;
    this.network = network;
    this.capacity = Math.ceilDiv(rows, GpuPlace.ROWS) * (long) GpuPlace.ROWS;
  }

  long capacity() {
    return capacity;
  }

  /** Makes an area of so many floats, each NaN. */
  void allocate(Area area, long floats) {
    MemorySegment memory = arena.allocate(Math.max(1, floats) * Float.BYTES, ALIGNMENT);
    areas.put(area, memory.fill((byte) 0xFF));
  }

  private MemorySegment area(Area area) {
    MemorySegment memory = areas.get(area);
    if (memory == null) {
      throw new IllegalStateException("no memory for " + area);
    }
    return memory;
  }

  /** Memory from a place on. */
  MemorySegment at(GpuPlace place, long floats) {
    return area(place.area()).asSlice(place.offset(capacity) * Float.BYTES, floats * Float.BYTES);
  }

  float[] read(GpuPlace place, long floats) {
    return at(place, floats).toArray(ValueLayout.JAVA_FLOAT);
  }

  void write(GpuPlace place, float[] values, int count) {
    MemorySegment.copy(values, 0, at(place, count), ValueLayout.JAVA_FLOAT, 0, count);
  }

  void write(GpuPlace place, int[] values, int count) {
    MemorySegment.copy(values, 0, at(place, count), ValueLayout.JAVA_INT, 0, count);
  }

  @Override
  public void launch(String kernel, GpuGrid grid, Object... arguments) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment pointers = call.allocate(ValueLayout.ADDRESS, Math.max(1, arguments.length));
      for (int i = 0; i < arguments.length; i++) {
        MemorySegment value = call.allocate(ValueLayout.JAVA_LONG);
        if (arguments[i] instanceof GpuPlace place) {
          value.set(ValueLayout.JAVA_LONG, 0, at(place, 0).address());
        } else if (arguments[i] instanceof Integer number) {
          value.set(ValueLayout.JAVA_INT, 0, number);
        } else if (arguments[i] instanceof Long number) {
          value.set(ValueLayout.JAVA_LONG, 0, number);
        } else {
          throw new IllegalArgumentException(kernel + " takes no " + arguments[i]);
        }
        pointers.setAtIndex(ValueLayout.ADDRESS, i, value);
      }
      kernels.launch(network, kernel, grid, pointers);
    }
  }

  @Override
  public void clear(GpuPlace place, long floats) {
    at(place, floats).fill((byte) 0);
  }

  @Override
  public void copy(GpuPlace from, GpuPlace to, long floats) {
    at(to, floats).copyFrom(at(from, floats));
  }

  @Override
  public void product(GpuProduct product) {
    float[] a = read(product.a(), product.m(), product.k(), product.count());
    float[] b = read(product.b(), product.k(), product.n(), product.count());
    float[] bias =
        product.vector() != null && isBias(product)
            ? read(product.vector(), product.n())
            : new float[product.n()];
    for (int which = 0; which < product.count(); which++) {
      Sums sums = new Sums(product, which, a, b, bias);
      sums.run();
    }
  }

  private static boolean isBias(GpuProduct product) {
    return product.epilogue().name().startsWith("BIAS");
  }

  /** All matrices of one side, each as it is meant, row-major. */
  private float[] read(GpuProduct.Matrix matrix, int height, int width, int count) {
    int lying = matrix.transposed() ? width : height;
    int side = matrix.transposed() ? height : width;
    float[] memory =
        read(matrix.place(), (count - 1) * matrix.step() + (lying - 1) * matrix.stride() + side);
    float[] values = new float[Math.multiplyExact(count, height * width)];
    for (int which = 0; which < count; which++) {
      for (int i = 0; i < height; i++) {
        for (int j = 0; j < width; j++) {
          long at =
              which * matrix.step()
                  + (matrix.transposed() ? j * matrix.stride() + i : i * matrix.stride() + j);
          values[(which * height + i) * width + j] = memory[(int) at];
        }
      }
    }
    return values;
  }

  /** One of the products. */
  private final class Sums {

    private final GpuProduct product;
    private final int which;
    private final float[] a;
    private final float[] b;
    private final float[] bias;
    private final MemorySegment c;

    Sums(GpuProduct product, int which, float[] a, float[] b, float[] bias) {
      this.product = product;
      this.which = which;
      this.a = a;
      this.b = b;
      this.bias = bias;
      GpuProduct.Matrix matrix = product.c();
      this.c =
          at(
              matrix.place().plus(which * matrix.step()),
              (product.m() - 1) * matrix.stride() + product.n());
    }

    void run() {
      int m = product.m();
      int n = product.n();
      int k = product.k();
      float[] columns = new float[n];
      for (int i = 0; i < m; i++) {
        float[] row = new float[n];
        for (int l = 0; l < k; l++) {
          float left = a[(which * m + i) * k + l];
          for (int j = 0; j < n; j++) {
            row[j] = Math.fma(left, b[(which * k + l) * n + j], row[j]);
          }
        }
        for (int j = 0; j < n; j++) {
          long at = i * product.c().stride() + j;
          float old = product.accumulate() ? c.getAtIndex(ValueLayout.JAVA_FLOAT, at) : 0;
          float value = finish(i, j, row[j] + old);
          columns[j] += value;
          c.setAtIndex(ValueLayout.JAVA_FLOAT, at, value);
        }
      }
      GpuPlace vector = product.vector();
      if (vector != null && product.epilogue().name().endsWith("GRADIENT_SUM")) {
        write(vector, columns, n);
      } else if (vector != null && product.epilogue() == GpuProduct.Epilogue.SUM_A) {
        float[] rows = new float[m];
        for (int i = 0; i < m; i++) {
          for (int l = 0; l < k; l++) {
            rows[i] += a[i * k + l];
          }
        }
        write(vector, rows, m);
      }
    }

    private float finish(int i, int j, float sum) {
      return switch (product.epilogue()) {
        case NONE, SUM_A -> sum;
        case BIAS -> sum + bias[j];
        case BIAS_RELU -> Math.max(sum + bias[j], 0);
        case BIAS_RELU_AUX -> {
          mask(i, j, sum + bias[j] > 0);
          yield Math.max(sum + bias[j], 0);
        }
        case BIAS_GELU -> gelu(sum + bias[j]);
        case RELU_GRADIENT, RELU_GRADIENT_SUM -> mask(i, j) ? sum : 0;
        case BIAS_GELU_AUX, GELU_GRADIENT, GELU_GRADIENT_SUM ->
            throw new IllegalArgumentException("not generated: " + product.epilogue());
      };
    }

    private static float gelu(float x) {
      double inner = Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
      return (float) (0.5 * x * (1 + Math.tanh(inner)));
    }

    private MemorySegment word(int i, int j) {
      GpuPlace aux = java.util.Objects.requireNonNull(product.aux());
      return at(aux.plus((long) i * GpuProduct.maskFloats(product.n()) + j / Float.SIZE), 1);
    }

    private boolean mask(int i, int j) {
      return (word(i, j).get(ValueLayout.JAVA_INT, 0) >>> j & 1) != 0;
    }

    private void mask(int i, int j, boolean set) {
      MemorySegment word = word(i, j);
      int bits = word.get(ValueLayout.JAVA_INT, 0);
      word.set(ValueLayout.JAVA_INT, 0, set ? bits | 1 << j : bits & ~(1 << j));
    }
  }
}

package dev.neurite.gpu;

import dev.neurite.spi.GpuGrid;
import dev.neurite.spi.GpuProduct;
import dev.neurite.spi.GpuProduct.Epilogue;
import dev.neurite.spi.GpuProduct.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Products by cuBLASLt. The library counts columns first, so a row-major C = A B is asked for as
 * the transposed product: its A is our B, its B our A, and its rows are our columns. Where it has
 * no algorithm for an epilogue, the product is plain and a kernel of ours does the rest.
 */
final class Products implements Part {

  /** Bytes that algorithms may use: what NVIDIA recommends for Hopper. */
  private static final long WORKSPACE_BYTES = 32L << 20;

  /** The alignment of what {@code cuMemAlloc} gives, the most an algorithm asks for. */
  private static final int MAX_ALIGNMENT = 256;

  private static final int MAX_BLOCKS_Y = 65_535;
  private static final int THREADS = 256;
  private static final int WARP = 32;

  private final Gpu gpu;
  private final boolean tf32;
  private final DeviceMemory workspace;
  private final Kernels kernels;

  /** Addresses of what a product reads and writes; 0 for what it has not. */
  record Addresses(long a, long b, long c, long vector, long aux) {}

  Products(Gpu gpu, boolean tf32) {
    this.gpu = gpu;
    this.tf32 = tf32;
    kernels = Kernels.load(gpu, "products.cu", Kernels.resource("products.cu"));
    try {
      workspace = DeviceMemory.allocate(gpu, WORKSPACE_BYTES / Float.BYTES, "cuBLASLt's workspace");
    } catch (RuntimeException | Error e) {
      kernels.close();
      throw e;
    }
  }

  /** Multiplies on the GPU's stream. */
  void multiply(GpuProduct product, Addresses addresses) {
    if (tryMultiply(product, product.epilogue(), addresses)) {
      return;
    }
    if (product.epilogue() != Epilogue.NONE && tryMultiply(product, Epilogue.NONE, addresses)) {
      finish(product, addresses);
      return;
    }
    throw new GpuException("cuBLASLt has no algorithm for " + describe(product));
  }

  private boolean tryMultiply(GpuProduct product, Epilogue epilogue, Addresses addresses) {
    BlasLt blas = gpu.blas();
    Matrix a = product.a();
    Matrix b = product.b();
    int m = product.m();
    int n = product.n();
    int k = product.k();
    try (Arena arena = Arena.ofConfined();
        Objects objects = new Objects(blas)) {
      long description =
          objects.description(
              blas.createDescription(tf32 ? BlasLt.COMPUTE_TF32 : BlasLt.COMPUTE_FLOAT32));
      if (b.transposed()) {
        blas.setDescription(description, BlasLt.DESC_TRANSPOSE_A, BlasLt.TRANSPOSED);
      }
      if (a.transposed()) {
        blas.setDescription(description, BlasLt.DESC_TRANSPOSE_B, BlasLt.TRANSPOSED);
      }
      if (epilogue != Epilogue.NONE) {
        blas.setDescription(description, BlasLt.DESC_EPILOGUE, code(epilogue));
        if (epilogue.hasVector()) {
          blas.setDescription(description, BlasLt.DESC_BIAS_POINTER, addresses.vector());
        }
        if (epilogue.hasAux()) {
          blas.setDescription(description, BlasLt.DESC_AUX_POINTER, addresses.aux());
          blas.setDescription(description, BlasLt.DESC_AUX_STRIDE, auxStride(epilogue, n));
        }
      }
      long[] operands = {
        description,
        layout(objects, b.transposed() ? k : n, b.transposed() ? n : k, b, product.count()),
        layout(objects, a.transposed() ? m : k, a.transposed() ? k : m, a, product.count()),
        layout(objects, n, m, product.c(), product.count())
      };
      long preference = objects.preference(blas.createPreference());
      blas.setPreference(
          preference,
          WORKSPACE_BYTES,
          alignment(addresses.b()),
          alignment(addresses.a()),
          alignment(addresses.c()));
      MemorySegment algorithm = arena.allocate(BlasLt.HEURISTIC);
      String what = describe(product);
      if (!blas.choose(gpu.blasHandle(), operands, preference, algorithm, what)) {
        return false;
      }
      blas.multiply(
          gpu.blasHandle(),
          operands,
          addresses.b(),
          addresses.a(),
          addresses.c(),
          product.accumulate() ? 1 : 0,
          algorithm,
          workspace.address(),
          gpu.stream(),
          what);
      return true;
    }
  }

  private static long layout(Objects objects, long rows, long columns, Matrix matrix, int count) {
    long layout = objects.layout(objects.blas.createLayout(rows, columns, matrix.stride()));
    if (count > 1) {
      objects.blas.setLayout(layout, count, matrix.step());
    }
    return layout;
  }

  /** What the epilogue would have done. */
  private void finish(GpuProduct product, Addresses addresses) {
    int m = product.m();
    int n = product.n();
    long stride = product.c().stride();
    Epilogue epilogue = product.epilogue();
    int kind =
        switch (epilogue) {
          case NONE, SUM_A -> -1;
          case BIAS -> 0;
          case BIAS_RELU -> 1;
          case BIAS_RELU_AUX -> 2;
          case BIAS_GELU -> 3;
          case BIAS_GELU_AUX -> 4;
          case RELU_GRADIENT, RELU_GRADIENT_SUM -> 5;
          case GELU_GRADIENT, GELU_GRADIENT_SUM -> 6;
        };
    if (kind >= 0) {
      int blocksX = Math.ceilDiv(n, THREADS);
      GpuGrid grid = new GpuGrid(blocksX, Math.min(m, MAX_BLOCKS_Y), 1, THREADS, 1, 0);
      long auxStride = kind == 2 || kind == 5 ? GpuProduct.maskFloats(n) : GpuProduct.geluStride(n);
      kernels.launch(
          "neurite_epilogue",
          grid,
          addresses.c(),
          stride,
          m,
          n,
          addresses.vector(),
          addresses.aux(),
          auxStride,
          kind);
    }
    if (epilogue == Epilogue.RELU_GRADIENT_SUM || epilogue == Epilogue.GELU_GRADIENT_SUM) {
      columnSums(addresses.c(), stride, m, n, addresses.vector());
    } else if (epilogue == Epilogue.SUM_A && product.a().transposed()) {
      columnSums(addresses.a(), product.a().stride(), product.k(), m, addresses.vector());
    } else if (epilogue == Epilogue.SUM_A) {
      kernels.launch(
          "neurite_row_sums",
          GpuGrid.covering((long) m * WARP, THREADS),
          addresses.a(),
          product.a().stride(),
          m,
          product.k(),
          addresses.vector());
    }
  }

  private void columnSums(long matrix, long stride, int rows, int columns, long sums) {
    kernels.launch(
        "neurite_column_sums",
        new GpuGrid(Math.ceilDiv(columns, WARP), 1, 1, WARP, THREADS / WARP, 0),
        matrix,
        stride,
        rows,
        columns,
        sums);
  }

  /**
   * {@code cublasLtEpilogue_t}. What is a sum over the rows of ours is one over its columns, and
   * the sum over A's rows is one over its B.
   */
  static int code(Epilogue epilogue) {
    return switch (epilogue) {
      case NONE -> 1;
      case BIAS -> 4;
      case BIAS_RELU -> 2 | 4;
      case BIAS_RELU_AUX -> 2 | 4 | 128;
      case BIAS_GELU -> 32 | 4;
      case BIAS_GELU_AUX -> 32 | 4 | 128;
      case RELU_GRADIENT -> 8 | 128;
      case RELU_GRADIENT_SUM -> 8 | 16 | 128;
      case GELU_GRADIENT -> 64 | 128;
      case GELU_GRADIENT_SUM -> 64 | 16 | 128;
      case SUM_A -> 512;
    };
  }

  /** In elements: bits of a mask, floats of GELU's argument. */
  private static long auxStride(Epilogue epilogue, int n) {
    return switch (epilogue) {
      case BIAS_RELU_AUX, RELU_GRADIENT, RELU_GRADIENT_SUM ->
          (long) GpuProduct.maskFloats(n) * Float.SIZE;
      case BIAS_GELU_AUX, GELU_GRADIENT, GELU_GRADIENT_SUM -> GpuProduct.geluStride(n);
      case NONE, BIAS, BIAS_RELU, BIAS_GELU, SUM_A -> 0;
    };
  }

  private static int alignment(long address) {
    return (int) Math.min(MAX_ALIGNMENT, Long.lowestOneBit(address | MAX_ALIGNMENT));
  }

  private static String describe(GpuProduct product) {
    return product.m()
        + " x "
        + product.n()
        + " x "
        + product.k()
        + (product.a().transposed() ? ", A transposed" : "")
        + (product.b().transposed() ? ", B transposed" : "")
        + (product.count() > 1 ? ", " + product.count() + " products" : "")
        + ", epilogue "
        + product.epilogue();
  }

  @Override
  public void close() {
    kernels.close();
    workspace.close();
  }

  /** The library's objects of one product, to be destroyed together. */
  private static final class Objects implements AutoCloseable {

    private final BlasLt blas;
    private final long[] layouts = new long[3];
    private int count;
    private long description;
    private long preference;

    Objects(BlasLt blas) {
      this.blas = blas;
    }

    long description(long created) {
      description = created;
      return created;
    }

    long layout(long created) {
      layouts[count++] = created;
      return created;
    }

    long preference(long created) {
      preference = created;
      return created;
    }

    @Override
    public void close() {
      if (preference != 0) {
        blas.destroyPreference(preference);
      }
      for (int i = 0; i < count; i++) {
        blas.destroyLayout(layouts[i]);
      }
      if (description != 0) {
        blas.destroyDescription(description);
      }
    }
  }
}

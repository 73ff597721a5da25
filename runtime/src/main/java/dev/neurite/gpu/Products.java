package dev.neurite.gpu;

import dev.neurite.spi.GpuGrid;
import dev.neurite.spi.GpuProduct;
import dev.neurite.spi.GpuProduct.Epilogue;

/**
 * Products by cuBLASLt. Where it has no algorithm for an epilogue, the product is plain and a
 * kernel of ours does the rest.
 */
final class Products implements Part {

  /** Bytes that algorithms may use: what NVIDIA recommends for Hopper. */
  private static final long WORKSPACE_BYTES = 32L << 20;

  private static final int MAX_BLOCKS_Y = 65_535;
  private static final int THREADS = 256;
  private static final int WARP = 32;

  private final Gpu gpu;
  private final boolean tf32;
  private final Parts parts = new Parts();
  private final DeviceMemory workspace;
  private final Kernels kernels;
  private final Algorithms algorithms;
  private final MaskOrder masks;

  /** Addresses of what a product reads and writes; 0 for what it has not. */
  record Addresses(long a, long b, long c, long vector, long aux) {}

  Products(Gpu gpu, boolean tf32) {
    this.gpu = gpu;
    this.tf32 = tf32;
    algorithms = new Algorithms(gpu);
    masks = new MaskOrder(gpu, this);
    try {
      kernels = parts.add(Kernels.load(gpu, "products.cu", Kernels.resource("products.cu")));
      workspace =
          parts.add(
              DeviceMemory.allocate(gpu, WORKSPACE_BYTES / Float.BYTES, "cuBLASLt's workspace"));
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
  }

  /** Multiplies on the GPU's stream. */
  void multiply(GpuProduct product, Addresses addresses) {
    boolean whole = !product.epilogue().hasMask() || masks.isOurs();
    if (whole && tryMultiply(product, product.epilogue(), addresses)) {
      return;
    }
    if (product.epilogue() != Epilogue.NONE && tryMultiply(product, Epilogue.NONE, addresses)) {
      finish(product, addresses);
      return;
    }
    throw new GpuException(
        "cuBLASLt has no algorithm for a product of "
            + (product.m() + " x " + product.n() + " x " + product.k())
            + ", epilogue "
            + product.epilogue());
  }

  /**
   * Multiplies with an epilogue of the library's.
   *
   * @return false if it has no algorithm for it
   */
  boolean tryMultiply(GpuProduct product, Epilogue epilogue, Addresses addresses) {
    try (ProductCall call = new ProductCall(gpu, product, epilogue, addresses, tf32, workspace)) {
      return algorithms.run(call, !product.accumulate());
    }
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
      kernels.launch(
          "neurite_epilogue",
          grid,
          addresses.c(),
          stride,
          m,
          n,
          addresses.vector(),
          addresses.aux(),
          (long) (epilogue.hasMask() ? GpuProduct.maskFloats(n) : GpuProduct.geluStride(n)),
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

  @Override
  public void close() {
    parts.close();
  }
}

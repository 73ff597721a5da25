package dev.neurite.gpu;

import dev.neurite.gpu.Products.Addresses;
import dev.neurite.spi.GpuProduct;
import dev.neurite.spi.GpuProduct.Epilogue;
import dev.neurite.spi.GpuProduct.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * One product as cuBLASLt is asked for it, with the library's objects. The library counts columns
 * first, so a row-major C = A B is asked for as the transposed product: its A is our B, its B our
 * A, and its rows are our columns.
 */
final class ProductCall implements AutoCloseable {

  /** The alignment of what {@code cuMemAlloc} gives, the most an algorithm asks for. */
  private static final int MAX_ALIGNMENT = 256;

  private final Gpu gpu;
  private final BlasLt blas;
  private final GpuProduct product;
  private final Addresses addresses;
  private final DeviceMemory workspace;
  private final Parts objects = new Parts();
  private final long[] operands;
  private final long preference;
  private final String text;

  /**
   * Describes a product to the library.
   *
   * @param epilogue the product's own, or none
   */
  ProductCall(
      Gpu gpu,
      GpuProduct product,
      Epilogue epilogue,
      Addresses addresses,
      boolean tf32,
      DeviceMemory workspace) {
    this.gpu = gpu;
    this.product = product;
    this.addresses = addresses;
    this.workspace = workspace;
    blas = gpu.blas();
    Matrix a = product.a();
    Matrix b = product.b();
    int m = product.m();
    int n = product.n();
    int k = product.k();
    int[] alignments = {
      alignment(addresses.b()), alignment(addresses.a()), alignment(addresses.c())
    };
    text = describe(product, epilogue, tf32, alignments);
    try {
      long description =
          blas.createDescription(tf32 ? BlasLt.COMPUTE_TF32 : BlasLt.COMPUTE_FLOAT32);
      objects.add(() -> blas.destroyDescription(description));
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
      operands =
          new long[] {
            description,
            layout(b.transposed() ? k : n, b.transposed() ? n : k, b),
            layout(a.transposed() ? m : k, a.transposed() ? k : m, a),
            layout(n, m, product.c())
          };
      preference = blas.createPreference();
      objects.add(() -> blas.destroyPreference(preference));
      blas.setPreference(
          preference,
          workspace.floats() * Float.BYTES,
          alignments[0],
          alignments[1],
          alignments[2]);
    } catch (RuntimeException | Error e) {
      objects.close();
      throw e;
    }
  }

  private long layout(long rows, long columns, Matrix matrix) {
    long layout = blas.createLayout(rows, columns, matrix.stride());
    objects.add(() -> blas.destroyLayout(layout));
    if (product.count() > 1) {
      blas.setLayout(layout, product.count(), matrix.step());
    }
    return layout;
  }

  /** All that the choice of an algorithm depends on but the GPU and the library. */
  String text() {
    return text;
  }

  /**
   * Algorithms, the one that the library thinks fastest first.
   *
   * @param most that are asked for
   * @return none where it has none for such a product
   */
  List<MemorySegment> algorithms(int most) {
    Arena arena = Arena.ofAuto();
    MemorySegment results = arena.allocate(BlasLt.HEURISTIC, most);
    int count = blas.choose(gpu.blasHandle(), operands, preference, results, most, text);
    List<MemorySegment> algorithms = new ArrayList<>();
    long bytes = BlasLt.HEURISTIC.byteSize();
    for (int i = 0; i < count; i++) {
      MemorySegment one = results.asSlice(i * bytes, bytes);
      if (BlasLt.isUsable(one)) {
        algorithms.add(one);
      }
    }
    return algorithms;
  }

  /**
   * Multiplies on the GPU's stream.
   *
   * @return false if the library does not support it after all; nothing has happened then
   */
  boolean run(MemorySegment algorithm) {
    return blas.multiply(
        gpu.blasHandle(),
        operands,
        addresses.b(),
        addresses.a(),
        addresses.c(),
        product.accumulate() ? 1 : 0,
        algorithm,
        workspace.address(),
        gpu.stream(),
        text);
  }

  @Override
  public void close() {
    objects.close();
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

  private static String describe(
      GpuProduct product, Epilogue epilogue, boolean tf32, int[] alignments) {
    return product.m()
        + " x "
        + product.n()
        + " x "
        + product.k()
        + describe(", A", product.a(), product.count(), alignments[1])
        + describe(", B", product.b(), product.count(), alignments[0])
        + describe(", C", product.c(), product.count(), alignments[2])
        + (product.count() > 1 ? ", " + product.count() + " products" : "")
        + ", epilogue "
        + epilogue
        + (tf32 ? ", TF32" : "");
  }

  private static String describe(String name, Matrix matrix, int count, int alignment) {
    return name
        + (matrix.transposed() ? " transposed" : "")
        + " every "
        + matrix.stride()
        + (count > 1 ? " and " + matrix.step() : "")
        + " aligned to "
        + alignment;
  }
}

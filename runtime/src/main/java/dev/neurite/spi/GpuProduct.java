package dev.neurite.spi;

import org.jspecify.annotations.Nullable;

/**
 * One product of float matrices, or several at fixed distances: C[i][j] = sum over k of A[i][k]
 * B[k][j], for i below {@code m} and j below {@code n}, then what the epilogue adds. Matrices are
 * row-major.
 *
 * @param m rows of C
 * @param n columns of C
 * @param k length of a sum
 * @param a the m x k matrix
 * @param b the k x n matrix
 * @param c the m x n matrix, never transposed
 * @param accumulate whether C's old values are added to the sums (with {@link Epilogue#NONE} only)
 * @param epilogue what is done to the sums on the way
 * @param vector n floats (the bias, or where its gradient goes), or for {@link Epilogue#SUM_A} m
 *     floats; null where the epilogue has none
 * @param aux what the gradient needs of the activation, see {@link Epilogue}; null where the
 *     epilogue has none
 * @param count how many products (1 for one); more than one with {@link Epilogue#NONE} only
 */
public record GpuProduct(
    int m,
    int n,
    int k,
    Matrix a,
    Matrix b,
    Matrix c,
    boolean accumulate,
    Epilogue epilogue,
    @Nullable GpuPlace vector,
    @Nullable GpuPlace aux,
    int count) {

  /** Values of one matrix: what kernels count in an int, with room for their last block. */
  public static final long MAX_VALUES = (1L << 31) - (1L << 22);

  /** Columns of a ReLU mask are padded to a multiple of so many bits. */
  public static final int MASK_BITS = 128;

  /**
   * A row-major matrix.
   *
   * @param place of its first value
   * @param transposed whether it lies transposed: for A as [k][m], for B as [n][k]
   * @param stride floats from one row as it lies to the next
   * @param step floats from the matrix of one product to that of the next
   */
  public record Matrix(GpuPlace place, boolean transposed, long stride, long step) {

    /** The matrix of a single product, as it is. */
    public static Matrix of(GpuPlace place, long stride) {
      return new Matrix(place, false, stride, 0);
    }

    /** The matrix of a single product, which lies transposed. */
    public static Matrix transposed(GpuPlace place, long stride) {
      return new Matrix(place, true, stride, 0);
    }
  }

  /**
   * What is done to the sums. v is {@code vector}. The mask of ReLU is one bit for each value, rows
   * of {@link #maskFloats} floats: bit j mod 32 of the 32-bit word j / 32 of row i. GELU's aux is
   * its argument, an m x n matrix with the stride {@link #geluStride}.
   */
  public enum Epilogue {
    /** C = sums. */
    NONE(false, false),
    /** C = sums + v[j]. */
    BIAS(true, false),
    /** C = max(sums + v[j], 0). */
    BIAS_RELU(true, false),
    /** {@link #BIAS_RELU}, and aux gets the mask of positive values. */
    BIAS_RELU_AUX(true, true),
    /** C = gelu(sums + v[j]), the tanh approximation. */
    BIAS_GELU(true, false),
    /** {@link #BIAS_GELU}, and aux gets sums + v[j]. */
    BIAS_GELU_AUX(true, true),
    /** C = sums where aux's bit is set, else 0. */
    RELU_GRADIENT(false, true),
    /** {@link #RELU_GRADIENT}, and v[j] gets the sum of C's column j. */
    RELU_GRADIENT_SUM(true, true),
    /** C = sums x the derivative of gelu (tanh approximation) at aux. */
    GELU_GRADIENT(false, true),
    /** {@link #GELU_GRADIENT}, and v[j] gets the sum of C's column j. */
    GELU_GRADIENT_SUM(true, true),
    /**
     * C = sums, and v[i] gets the sum of A's row i: for a weight's gradient, with the transposed
     * output gradient as A, the bias's gradient.
     */
    SUM_A(true, false);

    private final boolean vector;
    private final boolean aux;

    Epilogue(boolean vector, boolean aux) {
      this.vector = vector;
      this.aux = aux;
    }

    /** Whether it has a vector. */
    public boolean hasVector() {
      return vector;
    }

    /** Whether it has an aux. */
    public boolean hasAux() {
      return aux;
    }

    /** Whether its aux is the mask of a ReLU. */
    public boolean hasMask() {
      return this == BIAS_RELU_AUX || this == RELU_GRADIENT || this == RELU_GRADIENT_SUM;
    }
  }

  /** A product whose parts fit together. */
  public GpuProduct {
    if (m < 1 || n < 1 || k < 1 || count < 1) {
      throw new IllegalArgumentException(
          "expected sizes of at least 1, got " + m + " x " + n + " x " + k + ", " + count);
    }
    requireCountable("A", (long) m * k);
    requireCountable("B", (long) k * n);
    requireCountable("C", (long) m * n);
    requireStride("A", a.stride(), a.transposed() ? m : k);
    requireStride("B", b.stride(), b.transposed() ? k : n);
    requireStride("C", c.stride(), n);
    if (c.transposed()) {
      throw new IllegalArgumentException("C is not transposed: exchange A and B instead");
    }
    if (epilogue.hasVector() != (vector != null) || epilogue.hasAux() != (aux != null)) {
      throw new IllegalArgumentException(
          epilogue
              + (epilogue.hasVector() ? " has a vector" : " has no vector")
              + (epilogue.hasAux() ? " and an aux" : " and no aux")
              + ", got "
              + vector
              + " and "
              + aux);
    }
    if (epilogue != Epilogue.NONE && (count > 1 || accumulate)) {
      throw new IllegalArgumentException(
          epilogue + " goes with one product that does not accumulate");
    }
  }

  /** One product without an epilogue. */
  public static GpuProduct of(int m, int n, int k, Matrix a, Matrix b, Matrix c) {
    return new GpuProduct(m, n, k, a, b, c, false, Epilogue.NONE, null, null, 1);
  }

  /** The same, adding to what C holds. */
  public GpuProduct accumulating() {
    return new GpuProduct(m, n, k, a, b, c, true, epilogue, vector, aux, count);
  }

  /** The same with an epilogue. */
  public GpuProduct with(
      Epilogue newEpilogue, @Nullable GpuPlace newVector, @Nullable GpuPlace newAux) {
    return new GpuProduct(m, n, k, a, b, c, accumulate, newEpilogue, newVector, newAux, count);
  }

  /** So many products; matrices lie {@link Matrix#step} apart. */
  public GpuProduct times(int products) {
    return new GpuProduct(m, n, k, a, b, c, accumulate, epilogue, vector, aux, products);
  }

  /** Floats that one row of a ReLU mask takes: {@code n} bits, padded to {@link #MASK_BITS}. */
  public static int maskFloats(int n) {
    return (n + MASK_BITS - 1) / MASK_BITS * (MASK_BITS / Float.SIZE);
  }

  /** Floats that one row of GELU's argument takes: {@code n}, padded to a multiple of 8. */
  public static int geluStride(int n) {
    return (n + 7) / 8 * 8;
  }

  private static void requireCountable(String name, long values) {
    if (values > MAX_VALUES) {
      throw new IllegalArgumentException(
          "expected at most "
              + MAX_VALUES
              + " values of "
              + name
              + ", got "
              + values
              + ": use fewer rows");
    }
  }

  private static void requireStride(String name, long stride, int least) {
    if (stride < least) {
      throw new IllegalArgumentException(
          "expected rows of " + name + " at least " + least + " floats apart, got " + stride);
    }
  }
}

package dev.neurite.processor.cuda;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call, or several, in the order in which a device runs them. */
public sealed interface DeviceStep {

  /** A kernel. */
  record Launch(CudaKernel kernel, Grid grid, List<Operand> arguments) implements DeviceStep {
    public Launch {
      arguments = List.copyOf(arguments);
    }
  }

  /**
   * A product of row-major matrices, or several at fixed distances: C = A B.
   *
   * @param accumulation whether C's old values are added
   * @param epilogue what is done to the sums, as the runtime names it
   * @param vector of the epilogue, or null
   * @param aux of the epilogue, or null
   * @param count how many products
   */
  record Product(
      Extent m,
      Extent n,
      Extent k,
      Matrix a,
      Matrix b,
      Matrix c,
      Accumulation accumulation,
      String epilogue,
      Operand.@Nullable Address vector,
      Operand.@Nullable Address aux,
      int count)
      implements DeviceStep {

    /** One product without an epilogue. */
    static Product of(Extent m, Extent n, Extent k, Matrix a, Matrix b, Matrix c) {
      return new Product(m, n, k, a, b, c, Accumulation.NEVER, "NONE", null, null, 1);
    }

    Product with(String newEpilogue, Operand.@Nullable Address newVector) {
      return new Product(m, n, k, a, b, c, accumulation, newEpilogue, newVector, aux, count);
    }

    Product masked(Operand.Address newAux) {
      return new Product(m, n, k, a, b, c, accumulation, epilogue, vector, newAux, count);
    }

    Product accumulating(Accumulation newAccumulation) {
      return new Product(m, n, k, a, b, c, newAccumulation, epilogue, vector, aux, count);
    }

    Product times(int newCount) {
      return new Product(m, n, k, a, b, c, accumulation, epilogue, vector, aux, newCount);
    }
  }

  /** Steps that take at most so many rows at once, one chunk of rows after another. */
  record Chunks(int mostRows, List<DeviceStep> steps) implements DeviceStep {
    public Chunks {
      steps = List.copyOf(steps);
    }
  }

  /** When a product adds to what is there. */
  enum Accumulation {
    NEVER,
    ALWAYS,
    /** In all chunks but the first. */
    AFTER_FIRST
  }

  /** A size: so many for each row, or so many once; one of the two is 0. */
  record Extent(long perRow, long fixed) {
    static Extent rows(long perRow) {
      return new Extent(perRow, 0);
    }

    static Extent of(long fixed) {
      return new Extent(0, fixed);
    }
  }

  /**
   * A row-major matrix.
   *
   * @param transposed whether it lies transposed
   * @param stride floats from one row as it lies to the next
   * @param step floats from the matrix of one product to that of the next
   */
  record Matrix(Operand.Address place, boolean transposed, long stride, long step) {
    static Matrix of(Operand.Address place, long stride) {
      return new Matrix(place, false, stride, 0);
    }

    static Matrix transposed(Operand.Address place, long stride) {
      return new Matrix(place, true, stride, 0);
    }

    Matrix every(long floats) {
      return new Matrix(place, transposed, stride, floats);
    }
  }
}

package dev.neurite;

import dev.neurite.io.WeightFiles;
import dev.neurite.spi.Initialization;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.Philox;
import dev.neurite.spi.StoredTensor;
import java.util.Arrays;
import java.util.List;

/** Draws the first values of parameters and state. Padding stays 0. */
final class InitialValues {

  private InitialValues() {}

  /**
   * Fills both flat arrays. Each tensor has random numbers of its own, found by its place in the
   * description; its values are drawn in row-major order of PyTorch's layout.
   */
  static void draw(ModelDescription description, long seed, float[] parameters, float[] state) {
    List<StoredTensor> tensors = description.tensors();
    for (int i = 0; i < tensors.size(); i++) {
      StoredTensor tensor = tensors.get(i);
      float[] flat = tensor.role() == StoredTensor.Role.PARAMETER ? parameters : state;
      Philox.Stream random = new Philox.Stream(seed, Philox.INITIALIZATION, i);
      WeightFiles.scatter(tensor, values(tensor, random), flat);
    }
  }

  private static float[] values(StoredTensor tensor, Philox.Stream random) {
    float[] values = new float[tensor.storage().size()];
    switch (tensor.initialization()) {
      case Initialization.Constant constant -> Arrays.fill(values, constant.value());
      case Initialization.Uniform uniform -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = random.nextUniform(uniform.low(), uniform.high());
        }
      }
      case Initialization.Normal normal -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (normal.mean() + normal.deviation() * random.nextNormal());
        }
      }
      case Initialization.Orthogonal orthogonal -> {
        int rows = tensor.shape().isEmpty() ? 1 : tensor.shape().getFirst();
        orthogonal(values, rows, orthogonal.gain(), random);
      }
    }
    return values;
  }

  /**
   * Normal numbers made orthonormal by modified Gram-Schmidt: the rows of a [rows, rest] matrix, or
   * its columns where there are fewer of them.
   */
  private static void orthogonal(float[] values, int rows, float gain, Philox.Stream random) {
    int columns = values.length / rows;
    boolean byRows = rows <= columns;
    int count = byRows ? rows : columns;
    int length = byRows ? columns : rows;
    double[][] vectors = new double[count][length];
    for (double[] vector : vectors) {
      for (int i = 0; i < length; i++) {
        vector[i] = random.nextNormal();
      }
    }
    for (int i = 0; i < count; i++) {
      // Twice is enough: the second round removes what rounding left of the first.
      for (int round = 0; round < 2; round++) {
        for (int j = 0; j < i; j++) {
          double product = dot(vectors[i], vectors[j]);
          for (int k = 0; k < length; k++) {
            vectors[i][k] -= product * vectors[j][k];
          }
        }
        double norm = Math.sqrt(dot(vectors[i], vectors[i]));
        for (int k = 0; k < length; k++) {
          vectors[i][k] /= norm;
        }
      }
    }
    for (int i = 0; i < values.length; i++) {
      int row = i / columns;
      int column = i % columns;
      values[i] = (float) (gain * (byRows ? vectors[row][column] : vectors[column][row]));
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}

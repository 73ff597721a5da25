package dev.neurite.metric;

import dev.neurite.spi.ModelDescription;
import java.util.function.DoubleUnaryOperator;

/**
 * The metrics.
 *
 * <p>In those of classes the prediction is the largest value of the last axis; an output with one
 * value there tells two classes apart, by the sign of a logit or at 1/2 of a probability. Targets
 * are {@code int[]} classes or {@code float[]} distributions.
 */
public final class Metrics {

  private Metrics() {}

  /** The share predicted right. */
  public static Metric accuracy() {
    return new Share("accuracy", 1);
  }

  /**
   * The share whose class is among the {@code k} largest values.
   *
   * @param k at least 1
   */
  public static Metric topK(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("expected k of at least 1, got " + k);
    }
    return new Share("top" + k, k);
  }

  /**
   * The share of single values on the right side: for outputs of several yes-or-no answers. Targets
   * are {@code float[]}, one for each value.
   */
  public static Metric binaryAccuracy() {
    return new BinaryAccuracy();
  }

  /**
   * Precision: of those predicted as a class, the share that is of it. Averaged over the classes;
   * of two classes told apart by one value, that of class 1.
   */
  public static Metric precision() {
    return new Averaged("precision", ConfusionMatrix::precision);
  }

  /** Recall: of a class, the share predicted as it. Averaged as {@link #precision}. */
  public static Metric recall() {
    return new Averaged("recall", ConfusionMatrix::recall);
  }

  /** F1: the harmonic mean of precision and recall. Averaged as {@link #precision}. */
  public static Metric f1() {
    return new Averaged("f1", ConfusionMatrix::f1);
  }

  /** Mean absolute error over all values. */
  public static Metric mae() {
    return new MeanError("mae", Math::abs, false);
  }

  /** Mean squared error over all values. */
  public static Metric mse() {
    return new MeanError("mse", difference -> difference * difference, false);
  }

  /** Root of the mean squared error over all values. */
  public static Metric rmse() {
    return new MeanError("rmse", difference -> difference * difference, true);
  }

  private static final class Share implements Metric {

    private final String name;
    private final int k;
    private long right;
    private long all;

    Share(String name, int k) {
      this.name = name;
      this.k = k;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean largerIsBetter() {
      return true;
    }

    @Override
    public Metric fresh() {
      return new Share(name, k);
    }

    @Override
    public void add(ModelDescription.Output output, float[] values, Object targets, int rows) {
      int positions = Classes.positions(output, targets, rows);
      int width = Classes.width(output);
      for (int i = 0; i < positions; i++) {
        int target = Classes.target(output, targets, i);
        boolean hit =
            (width == 1 || k == 1)
                ? Classes.predicted(output, values, i) == target
                : rank(values, i * width, width, target) < k;
        if (hit) {
          right++;
        }
      }
      all += positions;
    }

    /** How many values come before the target's: the larger ones, and of equal ones the earlier. */
    private static int rank(float[] values, int start, int width, int target) {
      float own = values[start + target];
      int rank = 0;
      for (int i = 0; i < width; i++) {
        float other = values[start + i];
        if (other > own || (other == own && i < target)) {
          rank++;
        }
      }
      return rank;
    }

    @Override
    public double value() {
      return (double) right / all;
    }
  }

  private static final class BinaryAccuracy implements Metric {

    private long right;
    private long all;

    @Override
    public String name() {
      return "binaryAccuracy";
    }

    @Override
    public boolean largerIsBetter() {
      return true;
    }

    @Override
    public Metric fresh() {
      return new BinaryAccuracy();
    }

    @Override
    public void add(ModelDescription.Output output, float[] values, Object targets, int rows) {
      float[] expected = Classes.floats(output, targets);
      float threshold = Classes.threshold(output);
      int count = rows * output.size();
      for (int i = 0; i < count; i++) {
        if ((values[i] > threshold) == (expected[i] >= 0.5f)) {
          right++;
        }
      }
      all += count;
    }

    @Override
    public double value() {
      return (double) right / all;
    }
  }

  /** How one class of a matrix fares. */
  private interface OfClass {
    double of(ConfusionMatrix matrix, int index);
  }

  private static final class Averaged implements Metric {

    private final String name;
    private final OfClass part;
    private final ConfusionMatrix matrix = new ConfusionMatrix();
    private boolean onlyClass1;

    Averaged(String name, OfClass part) {
      this.name = name;
      this.part = part;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean largerIsBetter() {
      return true;
    }

    @Override
    public Metric fresh() {
      return new Averaged(name, part);
    }

    @Override
    public void add(ModelDescription.Output output, float[] values, Object targets, int rows) {
      matrix.add(output, values, targets, rows);
      onlyClass1 = Classes.width(output) == 1;
    }

    @Override
    public double value() {
      if (onlyClass1) {
        return part.of(matrix, 1);
      }
      double sum = 0;
      for (int i = 0; i < matrix.classes(); i++) {
        sum += part.of(matrix, i);
      }
      return sum / matrix.classes();
    }
  }

  private static final class MeanError implements Metric {

    private final String name;
    private final DoubleUnaryOperator error;
    private final boolean root;
    private double sum;
    private long all;

    MeanError(String name, DoubleUnaryOperator error, boolean root) {
      this.name = name;
      this.error = error;
      this.root = root;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean largerIsBetter() {
      return false;
    }

    @Override
    public Metric fresh() {
      return new MeanError(name, error, root);
    }

    @Override
    public void add(ModelDescription.Output output, float[] values, Object targets, int rows) {
      int count = rows * output.size();
      float[] expected = Classes.floats(output, targets);
      if (expected.length < count) {
        throw new IllegalArgumentException(
            "output " + output.name() + ": expected " + count + " targets, got " + expected.length);
      }
      for (int i = 0; i < count; i++) {
        sum += error.applyAsDouble(values[i] - (double) expected[i]);
      }
      all += count;
    }

    @Override
    public double value() {
      double mean = sum / all;
      return root ? Math.sqrt(mean) : mean;
    }
  }
}

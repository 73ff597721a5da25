package dev.neurite.loss;

import dev.neurite.spi.DeviceLoss;
import dev.neurite.spi.ModelDescription;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Cross-entropy of logits: with m the largest logit of a position, log softmax(y)[i] = y[i] - m -
 * log(sum of exp(y - m)), which neither overflows nor loses the small ones.
 */
final class CrossEntropy extends SinglePassLoss {

  /**
   * Sums of exponentials are multiplied before the logarithm is taken, once for many positions;
   * such a sum is at most the number of classes, so that the product stays below 1e308.
   */
  private static final double MOST = 1e290;

  /** The exponentials of one position, of a call that has ended: calls allocate nothing. */
  private final AtomicReference<double @Nullable []> scratch = new AtomicReference<>();

  CrossEntropy() {
    super("crossEntropy");
  }

  @Override
  public void check(ModelDescription.Output output) {
    switch (output.last()) {
      case SOFTMAX ->
          throw Targets.unfit(
              name(), output, "logits", "drop @Softmax, the loss applies it (probabilities() too)");
      case LOG_SOFTMAX ->
          throw Targets.unfit(
              name(), output, "logits", "drop @LogSoftmax, or keep it and use Losses.nll()");
      case UNBOUNDED, SIGMOID, OTHER -> {}
    }
    if (Targets.classes(output) == 1) {
      throw new IllegalArgumentException(
          name()
              + " takes a logit for each of two or more classes, but output "
              + output.name()
              + " "
              + output.shape()
              + " has one: use Losses.bceWithLogits()");
    }
  }

  @Override
  double compute(
      ModelDescription.Output output,
      float[] values,
      Object targets,
      int rows,
      float @Nullable [] gradient,
      float weight) {
    int classes = Targets.classes(output);
    int positions = rows * output.size() / classes;
    if (targets instanceof int[] indices) {
      Targets.length(name(), output, indices.length, rows, output.size() / classes);
      Targets.classes(name(), output, indices, positions, classes);
      return ofClasses(values, indices, positions, classes, gradient, weight);
    }
    if (targets instanceof float[] distributions) {
      Targets.length(name(), output, distributions.length, rows, output.size());
      return ofDistributions(values, distributions, rows, positions, classes, gradient, weight);
    }
    throw Targets.wrongType(name(), output, "int[] classes or float[] distributions", targets);
  }

  @Override
  public DeviceLoss onDevice(ModelDescription.Output output, Object targets, int rows) {
    int classes = Targets.classes(output);
    return switch (targets) {
      case int[] indices -> {
        Targets.length(name(), output, indices.length, rows, output.size() / classes);
        Targets.classes(name(), output, indices, rows * output.size() / classes, classes);
        yield DeviceLoss.OverClasses.CROSS_ENTROPY;
      }
      case float[] distributions -> {
        Targets.length(name(), output, distributions.length, rows, output.size());
        yield DeviceLoss.OverClasses.DISTRIBUTION_CROSS_ENTROPY;
      }
      default ->
          throw Targets.wrongType(
              name(), output, "int[] classes or float[] distributions", targets);
    };
  }

  private double ofClasses(
      float[] values,
      int[] targets,
      int positions,
      int classes,
      float @Nullable [] gradient,
      float weight) {
    double scale = (double) weight / positions;
    double total = 0;
    double sums = 1;
    double[] exponentials = borrow(classes);
    for (int position = 0; position < positions; position++) {
      int start = position * classes;
      int target = targets[position];
      float max = max(values, start, classes);
      double sum = 0;
      for (int i = 0; i < classes; i++) {
        double exponential = FastMath.exp(values[start + i] - (double) max);
        exponentials[i] = exponential;
        sum += exponential;
      }
      total -= values[start + target] - (double) max;
      sums *= sum;
      if (sums > MOST) {
        total += StrictMath.log(sums);
        sums = 1;
      }
      if (gradient != null) {
        double factor = scale / sum;
        for (int i = 0; i < classes; i++) {
          gradient[start + i] = (float) (exponentials[i] * factor);
        }
        // p - 1 of the true class in double: in float it would lose the small difference to 1.
        gradient[start + target] = (float) ((exponentials[target] - sum) * factor);
      }
    }
    scratch.set(exponentials);
    return (total + StrictMath.log(sums)) / positions;
  }

  /** An array that no other call uses, of this length at least. */
  private double[] borrow(int length) {
    double[] idle = scratch.getAndSet(null);
    return idle == null || idle.length < length ? new double[length] : idle;
  }

  /** The derivative by y is softmax(y) times the sum of t, less t. */
  private static double ofDistributions(
      float[] values,
      float[] targets,
      int rows,
      int positions,
      int classes,
      float @Nullable [] gradient,
      float weight) {
    double scale = (double) weight / rows;
    double total = 0;
    for (int position = 0; position < positions; position++) {
      int start = position * classes;
      float max = max(values, start, classes);
      double sum = sumOfExponentials(values, start, classes, max);
      double log = StrictMath.log(sum);
      double mass = 0;
      for (int i = start; i < start + classes; i++) {
        mass += targets[i];
        if (targets[i] != 0) {
          total += targets[i] * (log - (values[i] - (double) max));
        }
      }
      if (gradient != null) {
        for (int i = start; i < start + classes; i++) {
          double probability = FastMath.exp(values[i] - (double) max) / sum;
          gradient[i] = (float) ((probability * mass - targets[i]) * scale);
        }
      }
    }
    return total / rows;
  }

  private static float max(float[] values, int start, int classes) {
    float max = values[start];
    for (int i = start + 1; i < start + classes; i++) {
      max = Math.max(max, values[i]);
    }
    return max;
  }

  private static double sumOfExponentials(float[] values, int start, int classes, float max) {
    double sum = 0;
    for (int i = start; i < start + classes; i++) {
      sum += FastMath.exp(values[i] - (double) max);
    }
    return sum;
  }
}

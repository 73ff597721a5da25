package dev.neurite.loss;

import dev.neurite.spi.DeviceLoss;
import dev.neurite.spi.ModelDescription;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** -y[t], averaged over all positions; y are log-probabilities. */
final class NegativeLogLikelihood extends SinglePassLoss {

  NegativeLogLikelihood() {
    super("nll");
  }

  @Override
  public void check(ModelDescription.Output output) {
    if (output.last() != ModelDescription.Values.LOG_SOFTMAX) {
      throw Targets.unfit(
          name(),
          output,
          "log-probabilities",
          output.last() == ModelDescription.Values.SOFTMAX
              ? "replace @Softmax by @LogSoftmax, or drop it and use Losses.crossEntropy()"
              : "add @LogSoftmax, or use Losses.crossEntropy()");
    }
  }

  @Override
  public DeviceLoss onDevice(ModelDescription.Output output, Object targets, int rows) {
    checked(output, targets, rows);
    return DeviceLoss.OverClasses.LOG_LIKELIHOOD;
  }

  /** The targets, if they are classes of the output and enough. */
  private int[] checked(ModelDescription.Output output, Object targets, int rows) {
    if (!(targets instanceof int[] indices)) {
      throw Targets.wrongType(name(), output, "int[] classes", targets);
    }
    int classes = Targets.classes(output);
    Targets.length(name(), output, indices.length, rows, output.size() / classes);
    Targets.classes(name(), output, indices, rows * output.size() / classes, classes);
    return indices;
  }

  @Override
  double compute(
      ModelDescription.Output output,
      float[] values,
      Object targets,
      int rows,
      float @Nullable [] gradient,
      float weight) {
    int[] indices = checked(output, targets, rows);
    int classes = Targets.classes(output);
    int positions = rows * output.size() / classes;
    if (gradient != null) {
      Arrays.fill(gradient, 0, positions * classes, 0);
    }
    double total = 0;
    for (int position = 0; position < positions; position++) {
      int target = position * classes + indices[position];
      total -= values[target];
      if (gradient != null) {
        gradient[target] = (float) (-(double) weight / positions);
      }
    }
    return total / positions;
  }
}

package dev.neurite.loss;

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
  double compute(
      ModelDescription.Output output,
      float[] values,
      Object targets,
      int rows,
      float @Nullable [] gradient,
      float weight) {
    if (!(targets instanceof int[] indices)) {
      throw Targets.wrongType(name(), output, "int[] classes", targets);
    }
    int classes = Targets.classes(output);
    int positions = rows * output.size() / classes;
    Targets.length(name(), output, indices.length, rows, output.size() / classes);
    Targets.classes(name(), output, indices, positions, classes);
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

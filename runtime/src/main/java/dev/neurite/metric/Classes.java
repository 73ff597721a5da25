package dev.neurite.metric;

import dev.neurite.spi.ModelDescription;

/**
 * Reads classes from outputs and targets. An output whose last axis has one value tells two classes
 * apart: by the sign of a logit, or at 1/2 of a probability.
 */
final class Classes {

  private Classes() {}

  /** The last axis of an output. */
  static int width(ModelDescription.Output output) {
    return output.shape().isEmpty() ? 1 : output.shape().getLast();
  }

  /** How many classes an output tells apart. */
  static int count(ModelDescription.Output output) {
    return Math.max(2, width(output));
  }

  /** The predicted class of a position. */
  static int predicted(ModelDescription.Output output, float[] values, int position) {
    int width = width(output);
    if (width > 1) {
      return largest(values, position * width, width);
    }
    return values[position] > threshold(output) ? 1 : 0;
  }

  /** The value above which an output of one value means class 1. */
  static float threshold(ModelDescription.Output output) {
    return switch (output.last()) {
      case SIGMOID, SOFTMAX -> 0.5f;
      case UNBOUNDED, LOG_SOFTMAX, OTHER -> 0;
    };
  }

  /** The class that a target means: an index, or the largest of a distribution. */
  static int target(ModelDescription.Output output, Object targets, int position) {
    if (targets instanceof int[] classes) {
      int index = classes[position];
      if (index < 0 || index >= count(output)) {
        throw new IllegalArgumentException(
            "output "
                + output.name()
                + " tells apart classes 0 to "
                + (count(output) - 1)
                + ", got "
                + index);
      }
      return index;
    }
    float[] values = floats(output, targets);
    int width = width(output);
    return width > 1 ? largest(values, position * width, width) : values[position] >= 0.5f ? 1 : 0;
  }

  /** Positions of a batch; refuses too few targets. */
  static int positions(ModelDescription.Output output, Object targets, int rows) {
    int width = width(output);
    int positions = rows * output.size() / width;
    int got = targets instanceof int[] classes ? classes.length : floats(output, targets).length;
    int needed = targets instanceof int[] ? positions : positions * width;
    if (got < needed) {
      throw new IllegalArgumentException(
          "output " + output.name() + ": expected " + needed + " targets, got " + got);
    }
    return positions;
  }

  /** Targets as float values. */
  static float[] floats(ModelDescription.Output output, Object targets) {
    if (targets instanceof float[] values) {
      return values;
    }
    throw new IllegalArgumentException(
        "output "
            + output.name()
            + ": expected targets as float[], got "
            + targets.getClass().getSimpleName());
  }

  private static int largest(float[] values, int start, int width) {
    int best = 0;
    for (int i = 1; i < width; i++) {
      if (values[start + i] > values[start + best]) {
        best = i;
      }
    }
    return best;
  }
}

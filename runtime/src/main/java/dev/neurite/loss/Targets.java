package dev.neurite.loss;

import dev.neurite.spi.ModelDescription;

/** Checks of targets; the messages are made only when one fails. */
final class Targets {

  private Targets() {}

  /** The last axis of an output: the classes of a classification. */
  static int classes(ModelDescription.Output output) {
    return output.shape().isEmpty() ? 1 : output.shape().getLast();
  }

  /** Refuses too few targets. */
  static void length(String loss, ModelDescription.Output output, int got, int rows, int perRow) {
    long needed = (long) rows * perRow;
    if (got < needed) {
      throw new IllegalArgumentException(
          loss
              + " of output "
              + output.name()
              + ": expected "
              + perRow
              + (perRow == 1 ? " target" : " targets")
              + " per row, "
              + needed
              + " for "
              + rows
              + (rows == 1 ? " row" : " rows")
              + ", got "
              + got);
    }
  }

  /** Refuses a class that the output does not have. */
  static void classes(
      String loss, ModelDescription.Output output, int[] targets, int positions, int classes) {
    for (int i = 0; i < positions; i++) {
      if (targets[i] < 0 || targets[i] >= classes) {
        throw new IllegalArgumentException(
            loss
                + " of output "
                + output.name()
                + ": expected a class from 0 to "
                + (classes - 1)
                + ", got "
                + targets[i]
                + " at position "
                + i);
      }
    }
  }

  /** The exception for targets of the wrong type. */
  static IllegalArgumentException wrongType(
      String loss, ModelDescription.Output output, String expected, Object got) {
    return new IllegalArgumentException(
        loss
            + " of output "
            + output.name()
            + ": expected targets as "
            + expected
            + ", got "
            + got.getClass().getSimpleName());
  }

  /** The exception for an output of other values than the loss takes. */
  static IllegalArgumentException unfit(
      String loss, ModelDescription.Output output, String takes, String remedy) {
    return new IllegalArgumentException(
        loss
            + " takes "
            + takes
            + ", but output "
            + output.name()
            + " "
            + gives(output)
            + ": "
            + remedy);
  }

  private static String gives(ModelDescription.Output output) {
    return switch (output.last()) {
      case UNBOUNDED -> "gives any real numbers";
      case SIGMOID -> "ends with a sigmoid";
      case SOFTMAX -> "ends with a softmax";
      case LOG_SOFTMAX -> "ends with a log-softmax";
      case OTHER -> "ends with another activation";
    };
  }
}

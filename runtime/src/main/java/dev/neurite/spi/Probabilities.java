package dev.neurite.spi;

/** What generated models make of an output when probabilities are asked for. */
public final class Probabilities {

  private Probabilities() {}

  /**
   * Values as probabilities: the softmax of several, the sigmoid of one; the exponentials of
   * logarithms; probabilities as they are.
   *
   * @param values an output of one row; overwritten
   * @param kind what its last operation made of it
   * @return {@code values}
   */
  public static float[] of(float[] values, ModelDescription.Values kind) {
    switch (kind) {
      case SIGMOID, SOFTMAX -> {}
      case LOG_SOFTMAX -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) StrictMath.exp(values[i]);
        }
      }
      case UNBOUNDED, OTHER -> {
        if (values.length == 1) {
          values[0] = (float) (1 / (1 + StrictMath.exp(-values[0])));
        } else {
          softmax(values);
        }
      }
    }
    return values;
  }

  private static void softmax(float[] values) {
    float largest = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      largest = Math.max(largest, value);
    }
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      double power = StrictMath.exp((double) values[i] - largest);
      values[i] = (float) power;
      sum += power;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (values[i] / sum);
    }
  }
}

package dev.neurite.data;

import java.util.ArrayList;
import java.util.List;

/**
 * Takes a mean off and divides by a deviation: {@code (value - mean) / deviation}. Computed from
 * the training rows and applied to all others alike.
 *
 * @param mean one for all values, or one for each index of a row's first axis: the channels of an
 *     image, the features of a vector
 * @param deviation as many, each above 0
 */
public record Normalization(List<Float> mean, List<Float> deviation) {

  /**
   * A normalisation by these numbers.
   *
   * @throws IllegalArgumentException if there are not as many means as deviations, or one is not
   *     finite, or a deviation not above 0
   */
  public Normalization {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    if (mean.isEmpty() || mean.size() != deviation.size()) {
      throw new IllegalArgumentException(
          "expected as many deviations as means, at least one; got "
              + mean.size()
              + " means and "
              + deviation.size()
              + " deviations");
    }
    for (int i = 0; i < mean.size(); i++) {
      if (!Float.isFinite(mean.get(i))
          || !Float.isFinite(deviation.get(i))
          || deviation.get(i) <= 0) {
        throw new IllegalArgumentException(
            "expected a finite mean and a finite deviation above 0, got "
                + mean.get(i)
                + " and "
                + deviation.get(i));
      }
    }
  }

  /** The same mean and deviation for all values. */
  public static Normalization of(float mean, float deviation) {
    return new Normalization(List.of(mean), List.of(deviation));
  }

  /** The mean and the deviation (divisor n) of all values of a column. */
  public static Normalization overall(FloatColumn column) {
    return computed(column, 1);
  }

  /**
   * The means and the deviations (divisor n) for each index of a row's first axis: the channels of
   * an image, the features of a vector. Where all values are equal the deviation is taken as 1, so
   * they become 0.
   */
  public static Normalization perChannel(FloatColumn column) {
    return computed(column, column.shape().isEmpty() ? 1 : column.shape().getFirst());
  }

  /**
   * The column normalised.
   *
   * @throws IllegalArgumentException if there is neither one mean nor one for each index of the
   *     rows' first axis
   */
  public FloatColumn apply(FloatColumn column) {
    int channels = mean.size();
    if (channels != 1 && (column.shape().isEmpty() || column.shape().getFirst() != channels)) {
      throw new IllegalArgumentException(
          "there are "
              + channels
              + " means, but column "
              + column.name()
              + " has rows of shape "
              + column.shape());
    }
    int area = column.rowSize() / channels;
    float[] values = column.values().clone();
    for (int i = 0; i < values.length; i++) {
      int channel = i / area % channels;
      values[i] = (values[i] - mean.get(channel)) / deviation.get(channel);
    }
    return new FloatColumn(column.name(), column.shape(), values);
  }

  private static Normalization computed(FloatColumn column, int channels) {
    if (column.rows() == 0) {
      throw new IllegalArgumentException(
          "column " + column.name() + " has no rows to compute a mean of");
    }
    float[] values = column.values();
    int area = column.rowSize() / channels;
    double count = (double) column.rows() * area;
    double[] means = new double[channels];
    for (int i = 0; i < values.length; i++) {
      means[i / area % channels] += values[i] / count;
    }
    double[] variances = new double[channels];
    for (int i = 0; i < values.length; i++) {
      double difference = values[i] - means[i / area % channels];
      variances[i / area % channels] += difference * difference / count;
    }
    List<Float> mean = new ArrayList<>();
    List<Float> deviation = new ArrayList<>();
    for (int channel = 0; channel < channels; channel++) {
      float root = (float) Math.sqrt(variances[channel]);
      mean.add((float) means[channel]);
      deviation.add(root > 0 ? root : 1f);
    }
    return new Normalization(mean, deviation);
  }
}

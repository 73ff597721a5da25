package dev.neurite.metric;

import dev.neurite.spi.ModelDescription;

/**
 * A number that says how good predictions are, collected batch after batch. Not thread-safe.
 *
 * <p>Trainers collect into metrics of their own, made with {@link #fresh}.
 */
public interface Metric {

  /** The name in reports, such as {@code accuracy}. */
  String name();

  /** Whether a larger value is better. */
  boolean largerIsBetter();

  /** A metric of the same kind that has collected nothing. */
  Metric fresh();

  /**
   * Collects a batch.
   *
   * @param output the output's name and shape
   * @param values of the output, row-major; rows x size are read
   * @param targets {@code float[]} or {@code int[]}, as for the losses
   * @param rows at least 1
   * @throws IllegalArgumentException if the targets do not fit
   */
  void add(ModelDescription.Output output, float[] values, Object targets, int rows);

  /** The number for what was collected; NaN before anything was. */
  double value();
}

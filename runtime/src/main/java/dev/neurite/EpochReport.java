package dev.neurite;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One epoch of a training.
 *
 * @param epoch counted from 1
 * @param loss over the training data, as seen before each step
 * @param metrics over the training data, by name
 * @param validationLoss after the epoch; NaN without validation data
 * @param validationMetrics after the epoch, by name; empty without validation data
 * @param learningRate of the epoch's last step
 * @param rows trained on
 * @param seconds of training, validation not counted
 * @param best whether the watched number was the best so far
 */
public record EpochReport(
    int epoch,
    double loss,
    Map<String, Double> metrics,
    double validationLoss,
    Map<String, Double> validationMetrics,
    double learningRate,
    long rows,
    double seconds,
    boolean best) {

  /** A report with unmodifiable maps. */
  public EpochReport {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    validationMetrics = Collections.unmodifiableMap(new LinkedHashMap<>(validationMetrics));
  }

  /**
   * The value of a metric over the training data.
   *
   * @throws IllegalArgumentException if it was not measured
   */
  public double metric(String name) {
    return Numbers.named(name, metrics);
  }

  /**
   * The value of a metric over the validation data.
   *
   * @throws IllegalArgumentException if it was not measured
   */
  public double validationMetric(String name) {
    return Numbers.named(name, validationMetrics);
  }

  /** Rows trained on per second. */
  public double rowsPerSecond() {
    return rows / seconds;
  }

  /** One line: losses, metrics, time and rate. */
  @Override
  public String toString() {
    return line("epoch " + epoch);
  }

  /** One line with another beginning. */
  String line(String beginning) {
    StringBuilder line = new StringBuilder(beginning);
    append(line, "loss", loss);
    metrics.forEach((name, value) -> append(line, name, value));
    if (!Double.isNaN(validationLoss)) {
      line.append("  | validation");
      append(line, "loss", validationLoss);
      validationMetrics.forEach((name, value) -> append(line, name, value));
    }
    return line.append(
            String.format(Locale.ROOT, "  | %.1f s, %,.0f rows/s", seconds, rowsPerSecond()))
        .toString();
  }

  private static void append(StringBuilder line, String name, double value) {
    line.append("  ").append(name).append(' ').append(Numbers.brief(value));
  }
}

package dev.neurite;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An epoch's report as one line of a checkpoint: {@code loss=0.5;rows=8000;...;train.accuracy=0.9}.
 */
final class EpochLine {

  private static final String TRAIN = "train.";
  private static final String VALIDATION = "validation.";

  private EpochLine() {}

  static String write(EpochReport report) {
    StringBuilder line = new StringBuilder();
    append(line, "loss", report.loss());
    append(line, "validationLoss", report.validationLoss());
    append(line, "learningRate", report.learningRate());
    append(line, "rows", (double) report.rows());
    append(line, "seconds", report.seconds());
    append(line, "best", report.best() ? 1 : 0);
    report.metrics().forEach((name, value) -> append(line, TRAIN + name, value));
    report.validationMetrics().forEach((name, value) -> append(line, VALIDATION + name, value));
    return line.toString();
  }

  /**
   * The report of a line.
   *
   * @throws IllegalArgumentException if it is none
   */
  static EpochReport read(int epoch, String line) {
    Map<String, Double> fields = new LinkedHashMap<>();
    Map<String, Double> metrics = new LinkedHashMap<>();
    Map<String, Double> validation = new LinkedHashMap<>();
    for (String field : line.split(";", -1)) {
      int equals = field.lastIndexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("no value in " + field);
      }
      String name = field.substring(0, equals);
      double value = Double.parseDouble(field.substring(equals + 1));
      if (name.startsWith(TRAIN)) {
        metrics.put(name.substring(TRAIN.length()), value);
      } else if (name.startsWith(VALIDATION)) {
        validation.put(name.substring(VALIDATION.length()), value);
      } else {
        fields.put(name, value);
      }
    }
    return new EpochReport(
        epoch,
        field(fields, "loss"),
        metrics,
        field(fields, "validationLoss"),
        validation,
        field(fields, "learningRate"),
        (long) field(fields, "rows"),
        field(fields, "seconds"),
        field(fields, "best") != 0);
  }

  private static double field(Map<String, Double> fields, String name) {
    Double value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no " + name);
    }
    return value;
  }

  private static void append(StringBuilder line, String name, double value) {
    line.append(line.isEmpty() ? "" : ";").append(name).append('=').append(value);
  }
}

package dev.neurite.metric;

import dev.neurite.spi.ModelDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Counts how often each class was taken for which. Row t, column p holds how many of class t were
 * predicted as class p. As a metric its value is the accuracy.
 */
public final class ConfusionMatrix implements Metric {

  private final List<String> names;
  private long[][] counts = new long[0][0];

  /** A matrix that has collected nothing; classes are named by their numbers. */
  public ConfusionMatrix() {
    this(List.of());
  }

  /**
   * A matrix that has collected nothing.
   *
   * @param names of the classes, in order, for {@link #toString}
   */
  public ConfusionMatrix(List<String> names) {
    this.names = List.copyOf(names);
  }

  @Override
  public String name() {
    return "confusion";
  }

  @Override
  public boolean largerIsBetter() {
    return true;
  }

  @Override
  public ConfusionMatrix fresh() {
    return new ConfusionMatrix(names);
  }

  @Override
  public void add(ModelDescription.Output output, float[] values, Object targets, int rows) {
    int classes = Classes.count(output);
    if (counts.length == 0) {
      counts = new long[classes][classes];
    } else if (counts.length != classes) {
      throw new IllegalArgumentException(
          "this matrix counts " + counts.length + " classes, got an output of " + classes);
    }
    int positions = Classes.positions(output, targets, rows);
    for (int i = 0; i < positions; i++) {
      int target = Classes.target(output, targets, i);
      counts[target][Classes.predicted(output, values, i)]++;
    }
  }

  /** Number of classes; 0 before anything was collected. */
  public int classes() {
    return counts.length;
  }

  /** How many of one class were predicted as another, or the same. */
  public long count(int target, int predicted) {
    return counts[target][predicted];
  }

  /** How many there were of a class. */
  public long support(int target) {
    long sum = 0;
    for (long count : counts[target]) {
      sum += count;
    }
    return sum;
  }

  /** How many were predicted as a class. */
  public long predictions(int predicted) {
    long sum = 0;
    for (long[] row : counts) {
      sum += row[predicted];
    }
    return sum;
  }

  /** The share that was predicted right. */
  public double accuracy() {
    long right = 0;
    long all = 0;
    for (int i = 0; i < counts.length; i++) {
      right += counts[i][i];
      all += support(i);
    }
    return (double) right / all;
  }

  /** The share of those predicted as a class that are of it; 0 if there were none. */
  public double precision(int of) {
    long predictions = predictions(of);
    return predictions == 0 ? 0 : (double) counts[of][of] / predictions;
  }

  /** The share of a class that was predicted as it; 0 if there were none. */
  public double recall(int of) {
    long support = support(of);
    return support == 0 ? 0 : (double) counts[of][of] / support;
  }

  /** The harmonic mean of precision and recall; 0 if both are. */
  public double f1(int of) {
    long both = support(of) + predictions(of);
    return both == 0 ? 0 : 2.0 * counts[of][of] / both;
  }

  @Override
  public double value() {
    return accuracy();
  }

  /** A table: a row for each class, a column for each prediction, then precision, recall and F1. */
  @Override
  public String toString() {
    List<String[]> table = new ArrayList<>();
    int classes = counts.length;
    String[] head = new String[classes + 4];
    head[0] = "";
    for (int i = 0; i < classes; i++) {
      head[i + 1] = className(i);
    }
    head[classes + 1] = "precision";
    head[classes + 2] = "recall";
    head[classes + 3] = "f1";
    table.add(head);
    for (int t = 0; t < classes; t++) {
      String[] row = new String[classes + 4];
      row[0] = className(t);
      for (int p = 0; p < classes; p++) {
        row[p + 1] = Long.toString(counts[t][p]);
      }
      row[classes + 1] = share(precision(t));
      row[classes + 2] = share(recall(t));
      row[classes + 3] = share(f1(t));
      table.add(row);
    }
    int[] widths = new int[classes + 4];
    for (String[] row : table) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : table) {
      for (int i = 0; i < row.length; i++) {
        text.append(i == 0 ? "" : "  ").append(" ".repeat(widths[i] - row[i].length()));
        text.append(row[i]);
      }
      text.append('\n');
    }
    return text.toString();
  }

  private String className(int index) {
    return index < names.size() ? names.get(index) : Integer.toString(index);
  }

  private static String share(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}

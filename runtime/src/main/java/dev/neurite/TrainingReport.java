package dev.neurite;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A whole training.
 *
 * @param model the model's name
 * @param epochs in order, those before a resumed checkpoint included
 * @param bestEpoch the epoch with the best watched number, counted from 1; 0 if there was none
 * @param end why it ended
 * @param seconds of training in all epochs together
 */
public record TrainingReport(
    String model, List<EpochReport> epochs, int bestEpoch, End end, double seconds) {

  /** Why a training ended. */
  public enum End {
    /** All epochs were trained. */
    COMPLETED("completed"),
    /** The watched number had not improved for long enough. */
    EARLY_STOPPING("stopped early"),
    /** {@link Trainer#stop} was called. */
    STOPPED("stopped");

    private final String words;

    End(String words) {
      this.words = words;
    }
  }

  /** A report with an unmodifiable list. */
  public TrainingReport {
    epochs = List.copyOf(epochs);
  }

  /**
   * The last epoch.
   *
   * @throws java.util.NoSuchElementException if there was none
   */
  public EpochReport last() {
    return epochs.getLast();
  }

  /**
   * The epoch with the best watched number.
   *
   * @throws java.util.NoSuchElementException if there was none
   */
  public EpochReport best() {
    return epochs.stream().filter(epoch -> epoch.epoch() == bestEpoch).findFirst().orElseThrow();
  }

  /** The losses over the training data, one for each epoch. */
  public double[] losses() {
    return epochs.stream().mapToDouble(EpochReport::loss).toArray();
  }

  /** A table with a line for each epoch; the best one has an asterisk. */
  @Override
  public String toString() {
    List<List<String>> table = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("epoch", "loss"));
    boolean validated = epochs.stream().anyMatch(e -> !Double.isNaN(e.validationLoss()));
    if (!epochs.isEmpty()) {
      head.addAll(epochs.getFirst().metrics().keySet());
      if (validated) {
        head.add("val loss");
        epochs.getFirst().validationMetrics().keySet().forEach(name -> head.add("val " + name));
      }
    }
    head.addAll(List.of("rate", "seconds", "rows/s"));
    table.add(head);
    for (EpochReport epoch : epochs) {
      List<String> row = new ArrayList<>();
      row.add((epoch.epoch() == bestEpoch ? "* " : "") + epoch.epoch());
      row.add(Numbers.brief(epoch.loss()));
      epoch.metrics().values().forEach(value -> row.add(Numbers.brief(value)));
      if (validated) {
        row.add(Numbers.brief(epoch.validationLoss()));
        epoch.validationMetrics().values().forEach(value -> row.add(Numbers.brief(value)));
      }
      row.add(Numbers.brief(epoch.learningRate()));
      row.add(String.format(Locale.ROOT, "%.1f", epoch.seconds()));
      row.add(String.format(Locale.ROOT, "%,.0f", epoch.rowsPerSecond()));
      table.add(row);
    }
    return Table.of(table)
        + String.format(
            Locale.ROOT,
            "%s %s after %d epochs, %.1f s\n",
            model,
            end.words,
            epochs.size(),
            seconds);
  }
}

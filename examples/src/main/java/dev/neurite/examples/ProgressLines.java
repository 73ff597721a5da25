package dev.neurite.examples;

import dev.neurite.EpochReport;
import dev.neurite.Progress;
import dev.neurite.ProgressBar;
import dev.neurite.TrainingListener;
import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;

/** Shows a training as plain lines: one every so many batches, and one for each epoch. */
public final class ProgressLines implements TrainingListener {

  private final PrintStream out;
  private final int batches;

  /**
   * Lines that go to a stream.
   *
   * @param out gets the lines
   * @param batches how many lie between two lines
   */
  public ProgressLines(PrintStream out, int batches) {
    this.out = out;
    this.batches = batches;
  }

  /**
   * A progress bar in a terminal, lines elsewhere.
   *
   * @param batches how many lie between two lines
   */
  @SuppressWarnings("SystemConsoleNull") // It depends on the release, and on jdk.console.
  public static TrainingListener orBar(int batches) {
    Console console = System.console();
    return console != null && console.isTerminal()
        ? ProgressBar.console()
        : new ProgressLines(System.out, batches);
  }

  @Override
  public void batchEnded(Progress progress) {
    if (progress.batch() % batches == 0) {
      StringBuilder line =
          new StringBuilder(
              String.format(
                  Locale.ROOT,
                  "epoch %d/%d  batch %d/%d  loss %.4f",
                  progress.epoch(),
                  progress.epochs(),
                  progress.batch(),
                  progress.batches(),
                  progress.loss()));
      progress
          .metrics()
          .forEach(
              (name, value) -> line.append(String.format(Locale.ROOT, "  %s %.4f", name, value)));
      line.append(
          String.format(
              Locale.ROOT,
              "  %,.0f rows/s, %.0f s left",
              progress.rowsPerSecond(),
              progress.secondsLeft()));
      out.println(line);
    }
  }

  @Override
  public void epochEnded(Progress progress, EpochReport report) {
    out.println(report);
  }
}

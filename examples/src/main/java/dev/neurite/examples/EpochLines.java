package dev.neurite.examples;

import dev.neurite.EpochReport;
import dev.neurite.Progress;
import dev.neurite.TrainingListener;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Prints the loss every so many epochs, for trainings whose epochs are short.
 *
 * @param out gets the lines
 * @param every how many epochs lie between two lines
 */
public record EpochLines(PrintStream out, int every) implements TrainingListener {

  @Override
  public void epochEnded(Progress progress, EpochReport report) {
    if (report.epoch() % every == 0) {
      out.printf(Locale.ROOT, "epoch %5d  loss %.6f%n", report.epoch(), report.loss());
    }
  }
}

package dev.neurite;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;

/**
 * Shows a training as it goes: in a terminal one line that is drawn over and over, elsewhere plain
 * lines.
 *
 * <pre>
 * 3/10 [######....] 75/125  loss 0.2311  accuracy 0.9312  8,120 rows/s  0:04 left
 * </pre>
 */
public final class ProgressBar implements TrainingListener {

  private static final int CELLS = 10;

  /** A longer line would wrap in a terminal of the usual width, and could not be drawn over. */
  private static final int LONGEST_LINE = 79;

  /** Ten drawings a second are as smooth as anyone can read. */
  private static final long DRAW_NANOS = 100_000_000L;

  /** Outside a terminal, a line in this time shows that a long epoch goes on. */
  private static final long LINE_NANOS = 10_000_000_000L;

  private final PrintStream out;
  private final boolean terminal;
  private long shown;
  private int width;

  private ProgressBar(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** A bar on standard output. */
  @SuppressWarnings("SystemConsoleNull") // It depends on the release, and on jdk.console.
  public static ProgressBar console() {
    Console console = System.console();
    boolean terminal =
        console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM"));
    return new ProgressBar(System.out, terminal);
  }

  /**
   * A bar elsewhere.
   *
   * @param out gets the lines
   * @param terminal whether carriage returns move back to the start of the line
   */
  public static ProgressBar on(PrintStream out, boolean terminal) {
    return new ProgressBar(out, terminal);
  }

  @Override
  public void trainingStarted(Progress progress) {
    shown = System.nanoTime();
  }

  @Override
  public void batchEnded(Progress progress) {
    long now = System.nanoTime();
    if (now - shown < (terminal ? DRAW_NANOS : LINE_NANOS)) {
      return;
    }
    shown = now;
    if (terminal) {
      String line = line(progress);
      draw(line.substring(0, Math.min(line.length(), LONGEST_LINE)));
    } else {
      out.println("epoch " + line(progress));
    }
  }

  @Override
  public void epochEnded(Progress progress, EpochReport report) {
    String line = report.line("epoch " + report.epoch() + "/" + progress.epochs());
    if (terminal) {
      draw(line);
      out.println();
      width = 0;
    } else {
      out.println(line);
    }
    shown = System.nanoTime();
  }

  /** The line of an epoch that is not over. */
  static String line(Progress progress) {
    int cells = (int) ((long) CELLS * progress.batch() / progress.batches());
    StringBuilder line =
        new StringBuilder()
            .append(progress.epoch())
            .append('/')
            .append(progress.epochs())
            .append(" [")
            .append("#".repeat(cells))
            .append(".".repeat(CELLS - cells))
            .append("] ")
            .append(progress.batch())
            .append('/')
            .append(progress.batches())
            .append("  loss ")
            .append(Numbers.brief(progress.loss()));
    for (Map.Entry<String, Double> metric : progress.metrics().entrySet()) {
      line.append("  ").append(metric.getKey()).append(' ');
      line.append(Numbers.brief(metric.getValue()));
    }
    return line.append(String.format(Locale.ROOT, "  %,.0f rows/s  ", progress.rowsPerSecond()))
        .append(Numbers.duration(progress.secondsLeft()))
        .append(" left")
        .toString();
  }

  /** Draws over the line before, blanks where it was longer. */
  private void draw(String line) {
    out.print('\r' + line + " ".repeat(Math.max(0, width - line.length())));
    out.flush();
    width = line.length();
  }
}

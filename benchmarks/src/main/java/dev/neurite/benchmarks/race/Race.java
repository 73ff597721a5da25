package dev.neurite.benchmarks.race;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The whole race: every piece of work, then a table of it. */
public final class Race {

  private final Options options;
  private final Contenders contenders;
  private final List<Row> rows = new ArrayList<>();

  private Race(Options options) {
    this.options = options;
    contenders = new Contenders(options);
  }

  /**
   * Runs the race and prints its table.
   *
   * @param words of the command line: {@link Options#USAGE}
   * @throws IOException if Neurite's own processes fail
   */
  public static void run(List<String> words) throws IOException {
    if (words.contains("--help")) {
      System.out.println(Options.USAGE);
      return;
    }
    new Race(Options.parse(words)).run();
  }

  private void run() throws IOException {
    Files.createDirectories(options.folder());
    if (options.json() != null) {
      Files.deleteIfExists(options.json());
    }
    System.out.println(Machine.describe());
    new NeuriteEngine().prepare(options.folder());
    List<Contender> peers = contenders.peers();
    peers.forEach(this::prepare);

    System.out.println();
    System.out.println(Row.head());
    for (Work work : Work.values()) {
      if (options.wants(work.label())) {
        for (int threads : options.threads()) {
          // A short row runs on the calling thread whatever the number.
          if (threads == 1 || work != Work.DENSE64_ROW) {
            add(new Heat(options.forWork(work), work, threads).run(contenders.neurite(), peers));
          }
        }
      }
    }
    Footprint footprint = new Footprint(options, contenders);
    if (options.wants("first-prediction")) {
      add(footprint.starts(peers));
    }
    if (options.wants("memory-after-10s")) {
      add(footprint.longRuns(peers));
    }
    if (options.wants("jars-to-predict")) {
      add(footprint.sizes(peers));
    }
    add(footprint.allocations());
    add(footprint.firstSteps(peers));
    summary();
  }

  /** Has a peer write its models; what fails shows again in its rows. */
  private void prepare(Contender peer) {
    try (Child child = peer.start(options.log(), 1, "prepare", options.folder().toString())) {
      child.answer();
    } catch (IOException failure) {
      System.out.println(peer.name() + " is missing: " + failure.getMessage());
    }
  }

  private void add(List<Row> more) throws IOException {
    for (Row row : more) {
      System.out.println(row.line());
      if (options.json() != null) {
        Files.writeString(
            options.json(),
            row.json() + "\n",
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      }
    }
    rows.addAll(more);
  }

  /** For each piece of work the best peer, and how much better Neurite is to be. */
  private void summary() {
    System.out.println();
    System.out.printf(
        "%-24s %s %12s  %-24s %12s %7s %7s%n",
        "work", "t", "Neurite", "best peer", "value", "ratio", "aim");
    for (Work work : Work.values()) {
      for (int threads : options.threads()) {
        Row best = null;
        for (Row row : rows) {
          if (row.work().equals(work.label())
              && row.threads() == threads
              && !Double.isNaN(row.ratio())
              && (best == null || row.ratio() < best.ratio())) {
            best = row;
          }
        }
        if (best != null) {
          System.out.printf(
              Locale.ROOT,
              "%-24s %d %12.2f  %-24s %12.2f %7.2f %7.2f  %s%n",
              best.work(),
              threads,
              best.neurite(),
              best.peer(),
              best.value(),
              best.ratio(),
              work.aim(threads),
              best.ratio() >= work.aim(threads) ? "" : "short");
        }
      }
    }
  }

  /** The processor and the JVM, as they describe themselves. */
  private static final class Machine {

    static String describe() throws IOException {
      String model = "unknown processor";
      Path info = Path.of("/proc/cpuinfo");
      if (Files.exists(info)) {
        model =
            Files.readAllLines(info).stream()
                .filter(line -> line.startsWith("model name") || line.startsWith("CPU part"))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .findFirst()
                .orElse(model);
      }
      return String.format(
          Locale.ROOT,
          "%s, %d processors; %s %s",
          model,
          Runtime.getRuntime().availableProcessors(),
          System.getProperty("java.vm.name"),
          System.getProperty("java.runtime.version"));
    }
  }
}

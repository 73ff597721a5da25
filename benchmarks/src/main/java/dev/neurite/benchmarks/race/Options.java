package dev.neurite.benchmarks.race;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param quick short samples and few of them, to see that it runs
 * @param only parts of names of work; all if empty
 * @param peers parts of names of contenders; all if empty
 * @param threads numbers of threads
 * @param forks processes of each contender, one after another
 * @param rounds samples of each process
 * @param seconds of a sample
 * @param warm least seconds of warm-up
 * @param json where rows are written, a line each
 * @param folder for models, caches and logs
 * @param digits folder of MNIST's files
 * @param python what runs PyTorch
 * @param around run with the word {@code begin} before samples are taken, and {@code end} after
 */
public record Options(
    boolean quick,
    List<String> only,
    List<String> peers,
    List<Integer> threads,
    int forks,
    int rounds,
    double seconds,
    double warm,
    @Nullable Path json,
    Path folder,
    Path digits,
    Path python,
    @Nullable Path around) {

  /** Words of the command line. */
  static final String USAGE =
      """
      --quick             short samples and few of them, to see that it runs
      --only A,B          only work whose name contains A or B
      --peers A,B         only contenders whose name contains A or B
      --threads 1,2       numbers of threads
      --forks N           processes of each contender; single rows get at least as many as the table asks
      --rounds N          samples of each process, contenders in turn
      --seconds S         of a sample
      --warm S            least seconds of warm-up of a process
      --json FILE         a line for each row of the table
      --digits FOLDER     MNIST's files
      --python PROGRAM    a Python that has torch
      --around PROGRAM    is run with the word begin before samples are taken and with end after, to quiet the machine
      """;

  static Options parse(List<String> words) {
    boolean quick = words.contains("--quick");
    List<String> only = List.of();
    List<String> peers = List.of();
    List<Integer> threads = List.of(1, 2);
    int forks = quick ? 1 : 3;
    int rounds = quick ? 2 : 5;
    double seconds = quick ? 0.2 : 0.5;
    double warm = quick ? 0.5 : 3;
    Path json = null;
    Path digits = Path.of("../examples/src/main/resources/dev/neurite/examples/images");
    Path python = defaultPython();
    Path around = null;
    for (Iterator<String> i = words.iterator(); i.hasNext(); ) {
      String word = i.next();
      switch (word) {
        case "--quick" -> {}
        case "--only" -> only = list(word, i);
        case "--peers" -> peers = list(word, i);
        case "--threads" -> threads = list(word, i).stream().map(Integer::valueOf).toList();
        case "--forks" -> forks = Integer.parseInt(value(word, i));
        case "--rounds" -> rounds = Integer.parseInt(value(word, i));
        case "--seconds" -> seconds = Double.parseDouble(value(word, i));
        case "--warm" -> warm = Double.parseDouble(value(word, i));
        case "--json" -> json = Path.of(value(word, i)).toAbsolutePath();
        case "--digits" -> digits = Path.of(value(word, i));
        case "--python" -> python = Path.of(value(word, i));
        case "--around" -> around = Path.of(value(word, i)).toAbsolutePath();
        default ->
            throw new IllegalArgumentException("no option " + word + "; there are\n" + USAGE);
      }
    }
    return new Options(
        quick,
        only,
        peers,
        threads,
        forks,
        rounds,
        seconds,
        warm,
        json,
        Path.of("target", "peers").toAbsolutePath(),
        digits.toAbsolutePath(),
        python,
        around);
  }

  /**
   * The same with as many forks as the table asks for: ten of the smallest network's single row.
   */
  Options forWork(Work work) {
    if (quick || work != Work.MLP_ROW || forks == 1 || forks >= 10) {
      return this;
    }
    return new Options(
        quick, only, peers, threads, 10, 3, seconds, warm, json, folder, digits, python, around);
  }

  private static Path defaultPython() {
    Path own = Path.of("pytorch", ".venv", "bin", "python");
    return Files.exists(own) ? own.toAbsolutePath() : Path.of("python3");
  }

  private static String value(String option, Iterator<String> words) {
    if (!words.hasNext()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return words.next();
  }

  private static List<String> list(String option, Iterator<String> words) {
    List<String> parts = new ArrayList<>(Arrays.asList(value(option, words).split(",", -1)));
    parts.replaceAll(part -> part.toLowerCase(Locale.ROOT));
    return List.copyOf(parts);
  }

  /** Whether the command line asks for work of this name. */
  boolean wants(String work) {
    return only.isEmpty() || only.stream().anyMatch(work::contains);
  }

  /** Whether the command line asks for a contender of this name; Neurite always takes part. */
  boolean admits(String contender) {
    String name = contender.toLowerCase(Locale.ROOT);
    return name.startsWith("neurite") || peers.isEmpty() || peers.stream().anyMatch(name::contains);
  }

  /** Runs the program around samples, if there is one. */
  void around(String word) throws IOException {
    if (around == null) {
      return;
    }
    try {
      new ProcessBuilder(around.toString(), word).inheritIO().start().waitFor();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Where processes write their standard error. */
  Path log() {
    return folder.resolve("processes.log");
  }
}

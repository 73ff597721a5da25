package dev.neurite.benchmarks.race;

import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The process of a contender: opens its work, then does what it reads from the parent, a line each,
 * and answers with a line that begins with {@code @}. Libraries may print other lines.
 */
public final class Worker {

  /** Calls of an action whose single calls are too short to time. */
  public static final int SHORT_CALLS = 1000;

  /** Seconds of warm-up after which steadiness is given up on. */
  private static final double LONGEST_WARM_UP = 60;

  /** The JVM always compiles a little something. */
  private static final long COMPILED_MILLIS = 10;

  /** Times of calls are collected from the first this many seconds of a long run. */
  private static final double FIRST_SECONDS = 5;

  private final Work work;
  private final Engine.Action action;
  private final Engine engine;
  private final long opening;
  private final PrintStream out = System.out;

  private Worker(Engine engine, Work work, int threads, Rows data, Path folder) throws Exception {
    this.engine = engine;
    this.work = work;
    long start = System.nanoTime();
    action = engine.open(work, threads, data, folder);
    opening = System.nanoTime() - start;
  }

  /**
   * Runs a contender.
   *
   * @param args {@code ENGINE prepare MODELS}, {@code ENGINE first MODELS}, or {@code ENGINE WORK
   *     MODELS THREADS DATA} with DATA a folder or {@code random}; ENGINE is a class
   */
  public static void main(String[] args) {
    long start = System.nanoTime();
    try {
      Engine engine =
          Class.forName(args[0]).asSubclass(Engine.class).getConstructor().newInstance();
      Path folder = Path.of(args[2]);
      if (args[1].equals("first")) {
        int values = engine.first(folder).length;
        long end = System.nanoTime();
        if (values != 10) {
          throw new IllegalStateException("expected 10 logits, got " + values);
        }
        // Concatenation would load what the prediction did not need.
        System.out.println("@ ".concat(Long.toString(end - start)).concat(residentPeak()));
      } else if (args[1].equals("prepare")) {
        engine.prepare(folder);
        engine.first(folder);
        System.out.println("@ prepared");
      } else {
        serve(engine, Work.valueOf(args[1]), folder, Integer.parseInt(args[3]), args[4]);
      }
      // Some libraries leave threads behind that are no daemons.
      System.out.flush();
      System.exit(0);
    } catch (Exception | LinkageError failure) {
      System.out.println("@ error " + failure.toString().lines().findFirst().orElse(""));
      failure.printStackTrace();
      System.exit(1);
    }
  }

  private static void serve(Engine engine, Work work, Path folder, int threads, String data)
      throws Exception {
    if (!engine.does(work)) {
      System.out.println("@ no");
      return;
    }
    Rows rows =
        data.equals("random") || work.net() == Work.Net.DENSE64
            ? Rows.random(work.net().inputs(), work.rows())
            : Rows.digits(Path.of(data), work.rows());
    Worker worker = new Worker(engine, work, threads, rows, folder);
    worker.out.println("@ ready");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", -1);
      worker.answer(words[0], words.length > 1 ? Double.parseDouble(words[1]) : 0);
    }
  }

  private void answer(String command, double seconds) throws Exception {
    switch (command) {
      case "warm" -> warm(seconds);
      case "sample" -> sample(seconds);
      case "steps" -> steps(seconds);
      case "long" -> runLong(seconds);
      case "allocated" -> allocated((int) seconds);
      default -> throw new IllegalArgumentException("no command " + command);
    }
  }

  /**
   * Until calls of a quarter of a second have become no faster for a second in which the JVM
   * compiled next to nothing.
   */
  private void warm(double seconds) throws Exception {
    engine.settle();
    CompilationMXBean compilation = ManagementFactory.getCompilationMXBean();
    long start = System.nanoTime();
    double best = 0;
    int steady = 0;
    double elapsed = 0;
    while ((steady < 4 || elapsed < seconds) && elapsed < LONGEST_WARM_UP) {
      long compiled = compilation.getTotalCompilationTime();
      double rate = rate(0.25);
      boolean still =
          rate < best * 1.02 && compilation.getTotalCompilationTime() - compiled < COMPILED_MILLIS;
      steady = still ? steady + 1 : 0;
      best = Math.max(best, rate);
      elapsed = (System.nanoTime() - start) / 1e9;
    }
    out.printf(Locale.ROOT, "@ %.1f%n", elapsed);
  }

  /** Actions a second. */
  private double rate(double seconds) throws Exception {
    long start = System.nanoTime();
    long end = start + (long) (seconds * 1e9);
    long actions = 0;
    long now;
    do {
      action.run();
      actions++;
      now = System.nanoTime();
    } while (now < end);
    return actions / ((now - start) / 1e9);
  }

  private void sample(double seconds) throws Exception {
    Cpu cpu = new Cpu();
    double tail = Double.NaN;
    double value =
        switch (work.kind()) {
          case TRAIN, BATCH -> rate(seconds) * work.rows();
          case NANOSECONDS -> 1e9 / (rate(seconds) * SHORT_CALLS);
          case LATENCY -> {
            Histogram times = latencies(seconds);
            tail = times.quantile(0.99) / 1e3;
            yield times.quantile(0.5) / 1e3;
          }
        };
    out.printf(Locale.ROOT, "@ %.4f %.4f %.3f %.3f%n", value, tail, cpu.own(), cpu.other());
  }

  private Histogram latencies(double seconds) throws Exception {
    Histogram times = new Histogram();
    long before = System.nanoTime();
    long end = before + (long) (seconds * 1e9);
    while (before < end) {
      action.run();
      long after = System.nanoTime();
      times.add(after - before);
      before = after;
    }
    return times;
  }

  /**
   * Seconds that the first half of the time took beyond what as many steps take in the second half,
   * opening included; then the seconds of opening and first step, and steps a second in the end.
   */
  private void steps(double seconds) throws Exception {
    long start = System.nanoTime();
    action.run();
    double first = (System.nanoTime() - start + opening) / 1e9;
    int early = 1;
    while (System.nanoTime() - start < seconds / 2 * 1e9) {
      action.run();
      early++;
    }
    double half = (System.nanoTime() - start + opening) / 1e9;
    Cpu cpu = new Cpu();
    double steady = rate(seconds / 2);
    out.printf(
        Locale.ROOT,
        "@ %.4f %.4f %.4f %.3f %.3f%n",
        half - early / steady,
        first,
        steady,
        cpu.own(),
        cpu.other());
  }

  /**
   * One call after another: the time that one of 1,000 early calls exceeds, and memory at the end.
   */
  private void runLong(double seconds) throws Exception {
    Cpu cpu = new Cpu();
    Histogram early = latencies(Math.min(seconds, FIRST_SECONDS));
    latencies(Math.max(0, seconds - FIRST_SECONDS));
    out.printf(
        Locale.ROOT,
        "@ %.3f%s %.3f %.3f%n",
        early.quantile(0.999) / 1e3,
        residentPeak(),
        cpu.own(),
        cpu.other());
  }

  /** Bytes that an action allocates, in all threads; counting itself allocates nothing between. */
  private void allocated(int actions) throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      long before = threads.getTotalThreadAllocatedBytes();
      for (int i = 0; i < actions; i++) {
        action.run();
      }
      least = Math.min(least, threads.getTotalThreadAllocatedBytes() - before);
    }
    out.printf(Locale.ROOT, "@ %.3f%n", least / (double) actions);
  }

  /** The most memory this process had resident, in kilobytes, after a blank. */
  private static String residentPeak() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        String[] words = line.split("\\s+", -1);
        return " ".concat(words[1]);
      }
    }
    return " -1";
  }
}

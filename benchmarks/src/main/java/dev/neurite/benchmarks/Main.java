package dev.neurite.benchmarks;

import dev.neurite.benchmarks.race.Race;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Starts what the first word of the command line names. */
public final class Main {

  private Main() {}

  /**
   * Runs benchmarks, or the race against peers.
   *
   * @param args the name, in lower case, of a class without its ending "Benchmark", then JMH's own
   *     arguments; or {@code peers} and those of {@link Race#run}
   * @throws IOException if a process of the race cannot be started
   * @throws RunnerException if JMH cannot run
   * @throws CommandLineOptionException if JMH does not know an argument
   */
  public static void main(String[] args)
      throws IOException, RunnerException, CommandLineOptionException {
    String name = args.length == 0 ? "peak" : args[0];
    if (name.equals("peers")) {
      Race.run(List.of(args).subList(1, args.length));
      return;
    }
    String[] jmh = args.length == 0 ? args : java.util.Arrays.copyOfRange(args, 1, args.length);
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .parent(new CommandLineOptions(jmh))
                    .include("(?i)\\." + name + "Benchmark\\.")
                    .build())
            .run();
    if (name.equals("peak")) {
      shares(results);
    }
  }

  private static void shares(Collection<RunResult> results) {
    double peak = 0;
    for (RunResult result : results) {
      if (result.getPrimaryResult().getLabel().equals("peak")) {
        peak = rate(result);
      }
    }
    System.out.printf(
        Locale.ROOT, "%n%-14s %-8s %10s %8s%n", "layer", "vectors", "GFLOP/s", "of peak");
    for (RunResult result : results) {
      String vectors = result.getParams().getParam("vectors");
      System.out.printf(
          Locale.ROOT,
          "%-14s %-8s %10.1f %7.0f%%%n",
          result.getPrimaryResult().getLabel(),
          vectors == null ? "" : vectors,
          rate(result),
          100 * rate(result) / peak);
    }
  }

  /** GFLOP/s from microseconds a call. */
  private static double rate(RunResult result) {
    String label = result.getPrimaryResult().getLabel();
    return PeakBenchmark.operations(label) / result.getPrimaryResult().getScore() / 1000;
  }
}

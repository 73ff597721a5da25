package dev.neurite.benchmarks;

import java.io.IOException;
import java.util.Arrays;

/** Starts JMH with the benchmarks whose name the first word of the command line is part of. */
public final class Main {

  private Main() {}

  /**
   * Runs benchmarks.
   *
   * @param args the name, in lower case, of a class without its ending "Benchmark", then JMH's own
   *     arguments
   * @throws IOException if JMH cannot write its results
   */
  public static void main(String[] args) throws IOException {
    String[] jmh = Arrays.copyOf(args, args.length);
    if (jmh.length > 0) {
      jmh[0] = "(?i)\\." + jmh[0] + "Benchmark\\.";
    }
    org.openjdk.jmh.Main.main(jmh);
  }
}

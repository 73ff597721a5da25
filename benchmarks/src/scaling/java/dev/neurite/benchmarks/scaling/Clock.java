package dev.neurite.benchmarks.scaling;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/** Times calls once the JVM has compiled them. */
final class Clock {

  /** Seconds of a sample. */
  private static final double SAMPLE = 0.06;

  private static final int SAMPLES = 5;

  /** Samples of warm-up at most: some seconds. */
  private static final int WARM = 60;

  private static final CompilationMXBean COMPILATION = ManagementFactory.getCompilationMXBean();

  private Clock() {}

  /** The median over samples of the microseconds of a call. */
  static double microseconds(Runnable call) {
    double best = Double.MAX_VALUE;
    int steady = 0;
    for (int i = 0; i < WARM && steady < 3; i++) {
      long compiled = COMPILATION.getTotalCompilationTime();
      double now = sample(call);
      boolean still = COMPILATION.getTotalCompilationTime() - compiled < 10 && now > best * 0.98;
      steady = still ? steady + 1 : 0;
      best = Math.min(best, now);
    }
    double[] samples = new double[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      samples[i] = sample(call);
    }
    Arrays.sort(samples);
    return samples[SAMPLES / 2];
  }

  private static double sample(Runnable call) {
    long start = System.nanoTime();
    long end = start + (long) (SAMPLE * 1e9);
    int calls = 0;
    long now;
    do {
      call.run();
      calls++;
      now = System.nanoTime();
    } while (now < end);
    return (now - start) / 1e3 / calls;
  }
}

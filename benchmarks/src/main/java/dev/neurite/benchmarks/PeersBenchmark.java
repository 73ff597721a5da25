package dev.neurite.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The cost of a sum: a floor under the other benchmarks. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PeersBenchmark {

  private final float[] values = new float[1024];

  /** Creates the benchmark, as JMH asks. */
  public PeersBenchmark() {}

  /**
   * Adds the values up.
   *
   * @return the sum
   */
  @Benchmark
  public float sum() {
    float sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }
}

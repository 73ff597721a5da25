package dev.neurite.benchmarks;

import dev.neurite.TrainableModel;
import dev.neurite.Training;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Layers inside generated classes, on one thread, against what the core can multiply and add. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class PeakBenchmark {

  /** Creates the benchmark, as JMH asks. */
  public PeakBenchmark() {}

  /** Fused multiply-adds of one call of {@link #peak}. */
  static final long PEAK_STEPS = 1000;

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** Floating-point operations of one call of each benchmark. */
  static long operations(String benchmark) {
    return switch (benchmark) {
      case "peak" -> 2 * PEAK_STEPS * 16 * SPECIES.length();
      case "scalarPeak" -> 2 * PEAK_STEPS * 16;
      case "denseForward" -> 2L * 100 * 784 * 128;
      case "denseBackward" -> 4L * 100 * 784 * 128;
      case "convForward" -> 2L * 8 * 576 * 288 * 64;
      case "convBackward" -> 4L * 8 * 576 * 288 * 64;
      case String other -> throw new IllegalArgumentException("no benchmark " + other);
    };
  }

  /**
   * Sixteen chains of fused multiply-adds: more than latency times throughput of any core so far.
   */
  @State(Scope.Thread)
  public static class Chains {

    private final float[] x = new float[16 * 16];

    /** Creates the state, as JMH asks. */
    public Chains() {}
  }

  /**
   * What one core can do at most.
   *
   * @param chains the numbers
   * @return a number, so that nothing is left out
   */
  @Benchmark
  public float peak(Chains chains) {
    float[] x = chains.x;
    FloatVector f = FloatVector.broadcast(SPECIES, x[0]);
    FloatVector s0 = f;
    FloatVector s1 = f;
    FloatVector s2 = f;
    FloatVector s3 = f;
    FloatVector s4 = f;
    FloatVector s5 = f;
    FloatVector s6 = f;
    FloatVector s7 = f;
    FloatVector s8 = f;
    FloatVector s9 = f;
    FloatVector s10 = f;
    FloatVector s11 = f;
    FloatVector s12 = f;
    FloatVector s13 = f;
    FloatVector s14 = f;
    FloatVector s15 = f;
    for (int i = 0; i < PEAK_STEPS; i++) {
      s0 = f.fma(f, s0);
      s1 = f.fma(f, s1);
      s2 = f.fma(f, s2);
      s3 = f.fma(f, s3);
      s4 = f.fma(f, s4);
      s5 = f.fma(f, s5);
      s6 = f.fma(f, s6);
      s7 = f.fma(f, s7);
      s8 = f.fma(f, s8);
      s9 = f.fma(f, s9);
      s10 = f.fma(f, s10);
      s11 = f.fma(f, s11);
      s12 = f.fma(f, s12);
      s13 = f.fma(f, s13);
      s14 = f.fma(f, s14);
      s15 = f.fma(f, s15);
    }
    FloatVector low = s0.add(s1).add(s2.add(s3)).add(s4.add(s5).add(s6.add(s7)));
    FloatVector high = s8.add(s9).add(s10.add(s11)).add(s12.add(s13).add(s14.add(s15)));
    return low.add(high).lane(0);
  }

  /**
   * What one core can do at most without vectors.
   *
   * @param chains the numbers
   * @return a number, so that nothing is left out
   */
  @Benchmark
  public float scalarPeak(Chains chains) {
    float f = chains.x[0];
    float s0 = f;
    float s1 = f;
    float s2 = f;
    float s3 = f;
    float s4 = f;
    float s5 = f;
    float s6 = f;
    float s7 = f;
    float s8 = f;
    float s9 = f;
    float s10 = f;
    float s11 = f;
    float s12 = f;
    float s13 = f;
    float s14 = f;
    float s15 = f;
    for (int i = 0; i < PEAK_STEPS; i++) {
      s0 = Math.fma(f, f, s0);
      s1 = Math.fma(f, f, s1);
      s2 = Math.fma(f, f, s2);
      s3 = Math.fma(f, f, s3);
      s4 = Math.fma(f, f, s4);
      s5 = Math.fma(f, f, s5);
      s6 = Math.fma(f, f, s6);
      s7 = Math.fma(f, f, s7);
      s8 = Math.fma(f, f, s8);
      s9 = Math.fma(f, f, s9);
      s10 = Math.fma(f, f, s10);
      s11 = Math.fma(f, f, s11);
      s12 = Math.fma(f, f, s12);
      s13 = Math.fma(f, f, s13);
      s14 = Math.fma(f, f, s14);
      s15 = Math.fma(f, f, s15);
    }
    float low = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;
    return low + s8 + s9 + s10 + s11 + s12 + s13 + s14 + s15;
  }

  /** A training pass over one layer. */
  @State(Scope.Thread)
  public static class Pass {

    /** on for the Vector API, off for plain Java. */
    @Param({"on", "off"})
    public String vectors = "on";

    private float[] denseX = {};
    private float[] denseGradient = {};
    private float[] convX = {};
    private float[] convGradient = {};
    private Training dense = DenseLayerModel.create(1).training(1, 1);
    private Training conv = DenseLayerModel.create(1).training(1, 1);
    private Training denseToInput = DenseLayerModel.create(1).training(1, 1);
    private Training convToInput = DenseLayerModel.create(1).training(1, 1);

    /** Creates the state, as JMH asks. */
    public Pass() {}

    /** Makes the passes and their inputs. */
    @Setup
    public void setUp() {
      System.setProperty("neurite.vectors", vectors);
      System.setProperty("neurite.warmup", "now");
      dense = DenseLayerModel.create(1).training(100, 1);
      conv = ConvLayerModel.create(1).training(8, 1);
      denseToInput = toInput(DenseLayerModel.create(1), 100);
      convToInput = toInput(ConvLayerModel.create(1), 8);
      denseX = random(100 * 784);
      denseGradient = random(100 * 128);
      convX = random(8 * 32 * 676);
      convGradient = random(8 * 64 * 576);
      denseToInput.forward(denseX, 100);
      convToInput.forward(convX, 8);
    }

    private static Training toInput(TrainableModel model, int rows) {
      Training training = model.training(rows, 1);
      training.requireInputGradients(true);
      return training;
    }

    private static float[] random(int size) {
      Random random = new Random(size);
      float[] values = new float[size];
      for (int i = 0; i < size; i++) {
        values[i] = random.nextFloat() - 0.5f;
      }
      return values;
    }
  }

  /**
   * 100 rows through 784 to 128.
   *
   * @param pass the pass
   */
  @Benchmark
  public void denseForward(Pass pass) {
    pass.dense.forward(pass.denseX, 100);
  }

  /**
   * The gradients of input, weight and bias of the same.
   *
   * @param pass the pass
   */
  @Benchmark
  public void denseBackward(Pass pass) {
    pass.denseToInput.backward(pass.denseGradient);
  }

  /**
   * Eight images through 32 to 64 channels, with both images turned to channels last and back.
   *
   * @param pass the pass
   */
  @Benchmark
  public void convForward(Pass pass) {
    pass.conv.forward(pass.convX, 8);
  }

  /**
   * The gradients of input, weight and bias of the same.
   *
   * @param pass the pass
   */
  @Benchmark
  public void convBackward(Pass pass) {
    pass.convToInput.backward(pass.convGradient);
  }
}

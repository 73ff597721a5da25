package dev.neurite.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.Compiler;
import com.google.testing.compile.JavaFileObjects;
import dev.neurite.TrainableModel;
import dev.neurite.Training;
import dev.neurite.spi.DoubleTrainingProgram;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Mish alone as a network: its values, its gradients, and the same bits from both twins. */
final class MishTest {

  /** Whole vectors of every width and lanes left over. */
  private static final int SIZE = 67;

  private static final String SOURCE =
      """
      package curves;

      import dev.neurite.dsl.*;

      @Model
      public interface Curve {
        @Input(%d) Layer x();
        @Mish Layer y();
      }
      """
          .formatted(SIZE);

  @RegisterExtension final SystemProperty vectors = new SystemProperty("neurite.vectors", "on");

  @RegisterExtension final SystemProperty warmUp = new SystemProperty("neurite.warmup", "off");

  private static CompiledClasses classes = new CompiledClasses(Map.of());

  @BeforeAll
  static void compile() {
    Compilation compilation =
        Compiler.javac()
            .withProcessors(new NeuriteProcessor())
            .withOptions("--release", "25", "-Aneurite.precision=double")
            .compile(JavaFileObjects.forSourceString("curves.Curve", SOURCE));
    assertThat(compilation.errors()).isEmpty();
    classes = CompiledClasses.of(compilation);
  }

  /** Values of PyTorch's torch.nn.functional.mish, rounded to seven digits. */
  @Test
  void givesThePublishedValues() {
    float[] x = new float[SIZE];
    System.arraycopy(new float[] {0, 1, -1, 5, -5}, 0, x, 0, 5);
    float[] y = pass(x, true)[0];
    assertThat(y[0]).isZero();
    assertThat(y[1]).isCloseTo(0.8650984f, within(2e-7f));
    assertThat(y[2]).isCloseTo(-0.3034015f, within(2e-7f));
    assertThat(y[3]).isCloseTo(4.9995522f, within(1e-6f));
    assertThat(y[4]).isCloseTo(-0.0335762f, within(1e-7f));
  }

  @Test
  void followsTheDefinitionEverywhere() {
    float[] x = arguments();
    float[] y = pass(x, true)[0];
    for (int i = 0; i < SIZE; i++) {
      double expected = x[i] * StrictMath.tanh(StrictMath.log1p(StrictMath.exp(x[i])));
      assertThat((double) y[i])
          .as("mish(%s)", x[i])
          .isCloseTo(expected, within(5e-7 * Math.abs(expected) + 1e-35));
    }
  }

  @Test
  void bothTwinsGiveTheSameBits() {
    float[] x = arguments();
    assertThat(pass(x, true)).isDeepEqualTo(pass(x, false));
  }

  @Test
  void gradientIsThatOfTheDoubleTwin() {
    float[] x = arguments();
    float[] gradient = pass(x, true)[1];
    double[] expected = twinGradient(doubles(x));
    for (int i = 0; i < SIZE; i++) {
      assertThat((double) gradient[i]).as("mish'(%s)", x[i]).isCloseTo(expected[i], within(1e-6));
    }
  }

  @Test
  void gradientOfTheDoubleTwinIsTheCentralDifference() {
    double h = 1e-5;
    double[] x = new double[SIZE];
    for (int i = 0; i < SIZE; i++) {
      x[i] = (i - 33) * 0.75;
    }
    // Both sides of where the gradient kernel changes its formula.
    x[0] = 20;
    x[1] = 20 + 2 * h;
    double[] gradient = twinGradient(x);
    double[] above = twin(Arrays.stream(x).map(value -> value + h).toArray()).output(0);
    double[] below = twin(Arrays.stream(x).map(value -> value - h).toArray()).output(0);
    for (int i = 0; i < SIZE; i++) {
      assertThat(gradient[i])
          .as("mish'(%s)", x[i])
          .isCloseTo((above[i] - below[i]) / (2 * h), within(1e-8));
    }
  }

  /** From -33 to 33, the ends of exp and of the formula, and numbers far beyond. */
  private static float[] arguments() {
    float[] x = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      x[i] = i - 33 + i * 0.001f;
    }
    float[] special = {
      0, -0f, 1e-30f, -1.19f, 19.99f, 20, 20.01f, 44.5f, 89, -87.2f, -87.4f, -104, 1e20f, -1e20f
    };
    System.arraycopy(special, 0, x, 0, special.length);
    // The last three are lanes left over from whole vectors of every width.
    x[SIZE - 1] = -1e38f;
    x[SIZE - 2] = 1e38f;
    return x;
  }

  /** What one row gives: its values, the gradient of its input, and its prediction. */
  private static float[][] pass(float[] x, boolean vectors) {
    System.setProperty("neurite.vectors", vectors ? "on" : "off");
    try {
      Class<?> type = classes.loadClass("curves.CurveModel");
      TrainableModel model = (TrainableModel) type.getMethod("create", long.class).invoke(null, 1L);
      float[] predicted = (float[]) type.getMethod("predict", float[].class).invoke(model, x);
      float[] ones = new float[SIZE];
      Arrays.fill(ones, 1);
      try (Training step = model.training(1)) {
        step.requireInputGradients(true);
        step.forward(x, 1);
        step.backward(ones);
        return new float[][] {
          Arrays.copyOf(step.output(), SIZE), Arrays.copyOf(step.inputGradient(), SIZE), predicted
        };
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double[] twinGradient(double[] x) {
    DoubleTrainingProgram twin = twin(x);
    Arrays.fill(twin.outputGradient(0), 0, SIZE, 1);
    for (int stage = 0; stage < twin.backwardStages(); stage++) {
      twin.backward(stage, 0, 1);
    }
    return twin.inputGradient(0);
  }

  /** The double twin after a forward pass. */
  private static DoubleTrainingProgram twin(double[] x) {
    try {
      double[] none = {};
      DoubleTrainingProgram twin =
          (DoubleTrainingProgram)
              classes
                  .loadClass("curves.CurveDouble")
                  .getConstructor(double[].class, double[].class, double[].class, int.class)
                  .newInstance(none, none, none, 1);
      twin.requireInputGradients(true);
      twin.begin(new Object[] {x}, 1, 0, 0);
      for (int stage = 0; stage < twin.forwardStages(); stage++) {
        twin.forward(stage, 0, 1);
      }
      return twin;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }
}

package dev.neurite.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.Compiler;
import com.google.testing.compile.JavaFileObjects;
import dev.neurite.TrainableModel;
import dev.neurite.Training;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dense layers with so large a weight that threads share their columns. */
final class ColumnSharesTest {

  private static final int INPUTS = 731;

  /** Three tiles of 32 columns, the last one not whole. */
  private static final int UNITS = 90;

  private static final String NETWORK =
      """
      package networks;
      import dev.neurite.dsl.*;
      @Model public interface Wide {
        @Input(731) Layer x();
        @Dense(90) Layer y();
      }
      """;

  /** The scalar twin gives the same bits, and needs no warm-up. */
  @RegisterExtension final SystemProperty vectors = new SystemProperty("neurite.vectors", "off");

  /**
   * Fewer than four rows, whole fours, rows behind the last four, and more than the 512 of a block.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 7, 512, 517})
  void sumsAreThoseOfAllRowsWhateverTheThreads(int rows) {
    SplittableRandom random = new SplittableRandom(rows);
    float[] x = floats(rows * INPUTS, random);
    float[] dy = floats(rows * UNITS, random);
    float[] output;
    float[] flat;
    try (Training step = pass(x, dy, rows, 1)) {
      output = Arrays.copyOf(step.output(), dy.length);
      flat = step.gradients().clone();
      float[] weight = step.gradient("y.weight");
      double[] expected = sums(x, dy, rows);
      for (int i = 0; i < expected.length; i++) {
        assertThat((double) weight[i]).isCloseTo(expected[i], within(1e-6 * rows + 1e-6));
      }
    }
    for (int threads : new int[] {2, 3, 4, 6}) {
      try (Training step = pass(x, dy, rows, threads)) {
        assertThat(Arrays.copyOf(step.output(), dy.length))
            .as("%d threads", threads)
            .containsExactly(output);
        assertThat(step.gradients()).as("%d threads", threads).containsExactly(flat);
      }
    }
  }

  /** A gradient is written over the one before, not added to it. */
  @Test
  void aSecondPassGivesTheSameGradients() {
    SplittableRandom random = new SplittableRandom(3);
    float[] x = floats(5 * INPUTS, random);
    float[] dy = floats(5 * UNITS, random);
    try (Training step = model().training(5, 2)) {
      step.forward(x, 5);
      step.backward(dy);
      float[] first = step.gradients().clone();
      step.forward(x, 5);
      step.backward(dy);
      assertThat(step.gradients()).containsExactly(first);
    }
  }

  private static final class Compiled {
    static final ClassLoader CLASSES = CompiledClasses.of(compile());
  }

  private static Training pass(float[] x, float[] dy, int rows, int threads) {
    Training step = model().training(rows, threads);
    step.forward(x, rows);
    step.backward(dy);
    return step;
  }

  /** The weight's gradient, in PyTorch's layout. */
  private static double[] sums(float[] x, float[] dy, int rows) {
    double[] sums = new double[UNITS * INPUTS];
    for (int row = 0; row < rows; row++) {
      for (int j = 0; j < UNITS; j++) {
        double factor = dy[row * UNITS + j];
        for (int i = 0; i < INPUTS; i++) {
          sums[j * INPUTS + i] += factor * x[row * INPUTS + i];
        }
      }
    }
    return sums;
  }

  private static TrainableModel model() {
    try {
      Class<?> type = Compiled.CLASSES.loadClass("networks.WideModel");
      return (TrainableModel) type.getMethod("create", long.class).invoke(null, 7L);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static float[] floats(int count, SplittableRandom random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  private static Compilation compile() {
    Compilation compilation =
        Compiler.javac()
            .withProcessors(new NeuriteProcessor())
            .withOptions(List.of("--release", "25"))
            .compile(JavaFileObjects.forSourceString("networks.Wide", NETWORK));
    assertThat(compilation.errors()).isEmpty();
    return compilation;
  }
}

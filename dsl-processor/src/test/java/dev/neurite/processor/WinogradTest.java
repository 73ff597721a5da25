package dev.neurite.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.testing.compile.Compilation;
import dev.neurite.TrainableModel;
import dev.neurite.Training;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions by Winograd's minimal filtering: which they are, and how far they are off. */
final class WinogradTest {

  private static final int ROWS = 3;

  private static final String OFF = "-Aneurite.winograd=false";

  /**
   * Tiles that lie side by side, 16 x 12, and tiles that overlap, 14 x 10, with borders of zeros
   * and without.
   */
  private static final String NETWORK =
      """
      @Input({32, 16, 12}) Layer x();
      @Conv2D(filters = 48, kernel = 3, padding = 1) Layer a();
      @Conv2D(filters = 64, kernel = 3) Layer b();
      @Conv2D(filters = 32, kernel = 3, padding = 2) Layer c();
      """;

  /** The scalar twin gives the same bits, and needs no warm-up. */
  @RegisterExtension final SystemProperty vectors = new SystemProperty("neurite.vectors", "off");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          32, 14, 14 | filters = 32, kernel = 3                | true
          32, 14, 14 | filters = 32, kernel = 3, padding = 2   | true
          64, 26, 26 | filters = 112, kernel = 3               | true
          32, 11, 11 | filters = 32, kernel = 3                | true
          32, 10, 10 | filters = 32, kernel = 3                | false
          64, 26, 26 | filters = 128, kernel = 3               | false
          16, 14, 14 | filters = 32, kernel = 3                | false
          32, 14, 14 | filters = 40, kernel = 3                | false
          40, 14, 14 | filters = 32, kernel = 3                | false
          32, 14, 14 | filters = 32, kernel = 5                | false
          32, 14, 14 | filters = 32, kernel = {3, 1}           | false
          32, 24, 24 | filters = 32, kernel = 3, stride = 2    | false
          32, 24, 24 | filters = 32, kernel = 3, dilation = 2  | false
          64, 24, 24 | filters = 64, kernel = 3, groups = 2    | false
          """)
  void manyChannelsOfMiddleSizedImagesAreFilteredSo(String shape, String conv, boolean minimal) {
    Compilation compilation =
        DeclaredImages.compile(
            "@Input({%s}) Layer x();\n@Conv2D(%s) Layer y();".formatted(shape, conv), "-proc:only");
    assertThat(DeclaredImages.source(compilation, "Forward").contains("winogradInput("))
        .isEqualTo(minimal);
    assertThat(DeclaredImages.source(compilation, "Backward").contains("winogradInput("))
        .isEqualTo(minimal);
  }

  @Test
  void theOptionTurnsItOff() {
    Compilation compilation = DeclaredImages.compile(NETWORK, OFF, "-proc:only");
    for (String name : List.of("Forward", "Backward", "Model")) {
      assertThat(DeclaredImages.source(compilation, name)).doesNotContainIgnoringCase("winograd");
    }
  }

  /**
   * Both ways give the same numbers to some roundings: 1e-5 of the largest is twice what was seen
   * at most.
   */
  @Test
  void valuesAndGradientsAreThoseOfTheSums() {
    List<float[]> filtered = pass(Filtered.CLASSES, 2);
    List<float[]> summed = pass(CompiledClasses.of(DeclaredImages.compile(NETWORK, OFF)), 2);
    assertThat(filtered).hasSameSizeAs(summed);
    for (int i = 0; i < summed.size(); i++) {
      float[] expected = summed.get(i);
      float[] actual = filtered.get(i);
      float largest = 0;
      for (float value : expected) {
        largest = Math.max(largest, Math.abs(value));
      }
      assertThat(largest).as("tensor %d", i).isPositive();
      assertThat(actual).as("tensor %d", i).containsExactly(expected, within(1e-5f * largest));
      assertThat(actual).as("tensor %d, computed another way", i).isNotEqualTo(expected);
    }
  }

  /** Eight threads are more than the rows of places that weight gradients are divided by. */
  @Test
  void numbersDoNotDependOnThreads() {
    List<float[]> alone = pass(Filtered.CLASSES, 1);
    for (int run = 0; run < 8; run++) {
      List<float[]> shared = pass(Filtered.CLASSES, 8);
      for (int i = 0; i < alone.size(); i++) {
        assertThat(shared.get(i)).as("tensor %d", i).containsExactly(alone.get(i));
      }
    }
  }

  private static final class Filtered {
    static final ClassLoader CLASSES = CompiledClasses.of(DeclaredImages.compile(NETWORK));
  }

  /** An output, gradients of the input and of each weight, and a prediction. */
  private static List<float[]> pass(ClassLoader classes, int threads) {
    SplittableRandom random = new SplittableRandom(5);
    float[] x = floats(ROWS * 32 * 16 * 12, random);
    float[] dy = floats(ROWS * 32 * 16 * 12, random);
    try {
      Class<?> type = classes.loadClass("networks.ImagesModel");
      TrainableModel model = (TrainableModel) type.getMethod("create", long.class).invoke(null, 7L);
      List<float[]> numbers = new ArrayList<>();
      try (Training step = model.training(ROWS, threads)) {
        step.requireInputGradients(true);
        step.forward(x, ROWS);
        step.backward(dy);
        numbers.add(Arrays.copyOf(step.output(), dy.length));
        numbers.add(Arrays.copyOf(step.inputGradient(), x.length));
        numbers.add(step.gradients().clone());
      }
      float[] image = Arrays.copyOf(x, x.length / ROWS);
      numbers.add((float[]) type.getMethod("predict", float[].class).invoke(model, image));
      return numbers;
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
}

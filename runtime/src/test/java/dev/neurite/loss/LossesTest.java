package dev.neurite.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.neurite.OracleCase;
import dev.neurite.io.Tensor;
import dev.neurite.spi.ModelDescription.Output;
import dev.neurite.spi.ModelDescription.Values;
import dev.neurite.spi.Philox;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LossesTest {

  private static Output output(Values last, Integer... shape) {
    return new Output("scores", List.of(shape), last);
  }

  private static Loss loss(String name) {
    return switch (name) {
      case "crossEntropy" -> Losses.crossEntropy();
      case "nll" -> Losses.nll();
      case "mse" -> Losses.mse();
      case "mae" -> Losses.mae();
      case "huber" -> Losses.huber(0.8);
      case "bce" -> Losses.bce();
      case "bceWithLogits" -> Losses.bceWithLogits();
      case "mean" -> Losses.klDivergence(Losses.Reduction.MEAN);
      case "batchMean" -> Losses.klDivergence(Losses.Reduction.BATCH_MEAN);
      default -> throw new IllegalArgumentException(name);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "nasty_crossentropy, crossEntropy",
    "nasty_bce_with_logits, bceWithLogits",
    "nasty_bce_saturated, bce",
    "crossentropy_probabilities, crossEntropy",
    "act_logsoftmax, mean",
    "act_elu, huber",
    "act_sigmoid, bce",
    "dense_nobias, bceWithLogits",
  })
  void valueIsPyTorchs(String name, String loss) {
    OracleCase oracle = OracleCase.read(name);
    Tensor values = oracle.tensor("output");
    double value =
        loss(loss)
            .value(
                output(Values.UNBOUNDED, values.shape().getLast()),
                values.floats(),
                oracle.targets(),
                values.shape().getFirst());
    oracle.check("loss", new double[] {value}, oracle.doubles("loss"));
  }

  /** The network of these cases is the identity: the input's gradient is the output's. */
  @ParameterizedTest
  @CsvSource({"nasty_crossentropy, crossEntropy", "nasty_bce_with_logits, bceWithLogits"})
  void gradientIsPyTorchs(String name, String loss) {
    OracleCase oracle = OracleCase.read(name);
    Tensor values = oracle.tensor("output");
    float[] gradient = new float[values.size()];
    loss(loss)
        .gradient(
            output(Values.UNBOUNDED, values.shape().getLast()),
            values.floats(),
            oracle.targets(),
            values.shape().getFirst(),
            gradient,
            1);
    oracle.check("gradient", gradient, "grad.input");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "crossEntropy",
        "nll",
        "mse",
        "mae",
        "huber",
        "bce",
        "bceWithLogits",
        "mean",
        "batchMean"
      })
  void gradientIsTheDerivative(String name) {
    int rows = 3;
    int classes = 4;
    Philox.Stream random = new Philox.Stream(5, Philox.INITIALIZATION, 0);
    float[] y = new float[rows * classes];
    float[] t = new float[rows * classes];
    for (int i = 0; i < y.length; i++) {
      // Multiples of the step below, so that y - h and y + h are exact; within (0, 1) for bce.
      y[i] = (30 + random.nextInt(190)) * 0x1p-8f;
      t[i] = random.nextUniform();
    }
    Object targets = name.equals("nll") ? new int[] {3, 0, 2} : t;
    if (name.equals("crossEntropy")) {
      check(loss(name), y, new int[] {3, 0, 2}, rows, classes);
    }
    check(loss(name), y, targets, rows, classes);
  }

  private static void check(Loss loss, float[] y, Object targets, int rows, int classes) {
    Output output = output(Values.UNBOUNDED, classes);
    float[] gradient = new float[y.length];
    float weight = 0.5f;
    double value = loss.gradient(output, y, targets, rows, gradient, weight);
    assertThat(value).isEqualTo(loss.value(output, y, targets, rows));
    float h = 0x1p-8f;
    for (int i = 0; i < y.length; i++) {
      float old = y[i];
      y[i] = old + h;
      double above = loss.value(output, y, targets, rows);
      y[i] = old - h;
      double below = loss.value(output, y, targets, rows);
      y[i] = old;
      double expected = weight * (above - below) / (2 * h);
      assertThat((double) gradient[i])
          .as(loss.name())
          .isCloseTo(expected, within(1e-3 * Math.abs(expected) + 1e-5));
    }
  }

  @Test
  void classesMayBePositionsOfASequence() {
    Output sequence = output(Values.UNBOUNDED, 2, 3);
    Output flat = output(Values.UNBOUNDED, 3);
    float[] y = {1, 2, 3, 4, 3, 1, 0, 0, 1, 2, 2, 2};
    int[] t = {0, 1, 2, 0};
    float[] a = new float[12];
    float[] b = new float[12];
    double first = Losses.crossEntropy().gradient(sequence, y, t, 2, a, 1);
    double second = Losses.crossEntropy().gradient(flat, y, t, 4, b, 1);
    assertThat(first).isEqualTo(second);
    assertThat(a).isEqualTo(b);
  }

  @ParameterizedTest
  @ValueSource(floats = {1e4f, 1e30f, Float.MAX_VALUE})
  void largeLogitsStayFinite(float size) {
    float[] y = {size, -size, 0, -size, -size, -size};
    float[] gradient = new float[6];
    Output output = output(Values.UNBOUNDED, 3);
    double value = Losses.crossEntropy().gradient(output, y, new int[] {1, 2}, 2, gradient, 1);
    assertThat(value).isFinite().isGreaterThan(0.99 * size);
    for (float one : gradient) {
      assertThat(one).isFinite();
    }
    float[] ones = {0, 1, 0, 1, 0, 1};
    assertThat(Losses.bceWithLogits().gradient(output, y, ones, 2, gradient, 1)).isFinite();
    for (float one : gradient) {
      assertThat(one).isFinite();
    }
  }

  @Test
  void exponentialIsAccurate() {
    for (double x = 0; x > -700; x -= 0.37) {
      double expected = StrictMath.exp(x);
      assertThat(FastMath.exp(x)).isCloseTo(expected, within(1e-9 * expected));
    }
    assertThat(FastMath.exp(0)).isEqualTo(1);
    assertThat(FastMath.exp(-1e9)).isEqualTo(0);
    assertThat(FastMath.exp(Double.NEGATIVE_INFINITY)).isEqualTo(0);
    assertThat(FastMath.exp(Double.NaN)).isNaN();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "crossEntropy | SOFTMAX | drop @Softmax",
        "crossEntropy | LOG_SOFTMAX | drop @LogSoftmax, or keep it and use Losses.nll()",
        "nll | UNBOUNDED | add @LogSoftmax, or use Losses.crossEntropy()",
        "nll | SOFTMAX | replace @Softmax by @LogSoftmax",
        "bce | UNBOUNDED | add @Sigmoid, or use Losses.bceWithLogits()",
        "bceWithLogits | SIGMOID | drop @Sigmoid, or keep it and use Losses.bce()",
        "mean | SOFTMAX | replace @Softmax by @LogSoftmax",
      })
  void refusesAnOutputThatDoesNotFit(String name, Values last, String remedy) {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> loss(name).check(output(last, 3)))
        .withMessageContaining("but output scores")
        .withMessageContaining(remedy);
  }

  @Test
  void acceptsAnOutputThatFits() {
    Losses.crossEntropy().check(output(Values.UNBOUNDED, 3));
    Losses.nll().check(output(Values.LOG_SOFTMAX, 3));
    Losses.bce().check(output(Values.SIGMOID, 1));
    Losses.bceWithLogits().check(output(Values.UNBOUNDED, 1));
    for (Values last : Values.values()) {
      Losses.mse().check(output(last, 3));
    }
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Losses.crossEntropy().check(output(Values.UNBOUNDED, 1)))
        .withMessageContaining("use Losses.bceWithLogits()");
  }

  @Test
  void refusesTargetsThatDoNotFit() {
    Output output = output(Values.UNBOUNDED, 3);
    float[] y = new float[6];
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Losses.mse().value(output, y, new float[5], 2))
        .withMessage("mse of output scores: expected 3 targets per row, 6 for 2 rows, got 5");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Losses.nll().value(output, y, new float[6], 2))
        .withMessage("nll of output scores: expected targets as int[] classes, got float[]");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Losses.crossEntropy().value(output, y, new int[] {1, -1}, 2))
        .withMessageContaining("expected a class from 0 to 2, got -1 at position 1");
  }
}

package dev.neurite.examples.neuron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.neurite.GradientCheck;
import org.junit.jupiter.api.Test;

final class GradientCheckTest {

  private static final float[] X = {0.8f, 0.3f, -0.2f, 0.9f};
  private static final float[] TARGETS = {1, 0};

  @Test
  void findsAGradientThatIsWrongByAThousandth() {
    GradientCheck.Loss right = GradientCheck.mse(TARGETS);
    GradientCheck.Loss wrong =
        (y, rows, size, dy) -> {
          double loss = right.gradient(y, rows, size, dy);
          dy[0] *= 1.001;
          return loss;
        };
    assertThat(tanh().input("x", X).loss("y", right).run().largestError()).isLessThan(1e-8);
    assertThat(tanh().input("x", X).loss("y", wrong).run().largestError()).isGreaterThan(1e-4);
  }

  /** Where all gradients are 0 both sides are what rounding has left. */
  @Test
  void takesWhatRoundingLeavesForZero() {
    GradientCheck.Loss flat =
        (y, rows, size, dy) -> {
          for (int i = 0; i < rows * size; i++) {
            dy[i] = 1e-18 * y[i];
          }
          return 1;
        };
    assertThat(tanh().input("x", X).loss("y", flat).run().largestError()).isLessThan(1e-8);
  }

  @Test
  void leavesOutWhatHasNoDerivativeAndCountsIt() {
    Neurons_OneReluModel model = Neurons_OneReluModel.create(1);
    model.y().setParameter("weight", new float[] {0.5f, 0.5f});
    model.y().setParameter("bias", new float[] {0});
    GradientCheck.Report atKink =
        GradientCheck.of(model, Neurons_OneReluDouble::new)
            .input("x", new float[] {1, -1})
            .loss("y", GradientCheck.mse(1))
            .run();
    assertThat(atKink.kinks()).isEqualTo(5);
    assertThat(atKink.checked()).isZero();
  }

  /**
   * An ELU at 0, whose slope is 1 on both sides and whose second derivative jumps from 1 to 0, in
   * one row; the other row has gradients ten thousand times as large.
   */
  @Test
  void leavesOutWhereTheSlopeBends() {
    double[] bend = {Double.NaN};
    GradientCheck.Loss elu =
        (y, rows, size, dy) -> {
          bend[0] = Double.isNaN(bend[0]) ? y[1] : bend[0];
          double above = y[1] - bend[0];
          dy[0] = 1e4;
          dy[1] = above > 0 ? 1 : Math.exp(above);
          return 1e4 * y[0] + (above > 0 ? above : Math.expm1(above));
        };
    GradientCheck.Report report = tanh().input("x", X).loss("y", elu).run();
    assertThat(report.kinks()).as("the values of the second row").isEqualTo(2);
    assertThat(report.checked()).isEqualTo(5);
    assertThat(report.largestError()).isLessThan(1e-7);
  }

  /**
   * A loss that does not depend on the first value, whose gradient there is 0 but for the very
   * place it is checked at; behind it a gradient that is wrong everywhere.
   */
  @Test
  void leavesOutWhereThePlaceAloneHasAnotherGradient() {
    double[] place = {Double.NaN};
    GradientCheck.Loss atPlace =
        (y, rows, size, dy) -> {
          place[0] = Double.isNaN(place[0]) ? y[0] : place[0];
          dy[0] = Math.abs(y[0] - place[0]) < 1e-12 ? -32 : 0;
          dy[1] = 1;
          return y[1];
        };
    GradientCheck.Loss everywhere =
        (y, rows, size, dy) -> {
          dy[0] = -32;
          dy[1] = 1;
          return y[1];
        };
    GradientCheck.Report report = tanh().input("x", X).loss("y", atPlace).run();
    assertThat(report.kinks()).as("three parameters and the first row").isEqualTo(5);
    assertThat(report.checked()).isEqualTo(2);
    assertThat(report.largestError()).isLessThan(1e-7);
    GradientCheck.Report wrong = tanh().input("x", X).loss("y", everywhere).run();
    assertThat(wrong.kinks()).isZero();
    assertThat(wrong.largestError()).isGreaterThan(0.9);
  }

  @Test
  void saysWhatIsMissingOrDoesNotFit() {
    assertThatIllegalStateException()
        .isThrownBy(() -> tanh().loss("y", GradientCheck.mse(TARGETS)).run())
        .withMessage("no values for input x: call input()");
    assertThatIllegalStateException()
        .isThrownBy(() -> tanh().input("x", X).run())
        .withMessage("no loss to differentiate: call loss(...)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tanh().input("x", new float[3]))
        .withMessage("input x: expected whole rows of 2 values, at least one, got 3 values");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tanh().input("x", new int[2]))
        .withMessage("input x takes float[] or double[], got int[]");
  }

  private static GradientCheck tanh() {
    return GradientCheck.of(Neurons_OneTanhModel.create(1), Neurons_OneTanhDouble::new);
  }
}

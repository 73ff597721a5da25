package dev.neurite.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.neurite.Training;
import dev.neurite.TwoLayers;
import dev.neurite.loss.Losses;
import org.junit.jupiter.api.Test;

final class ClippingTest {

  private static final int ROWS = 4;

  /** More parameters than one block of the sums. */
  private static final int INPUTS = 300;

  private static Training backward(TwoLayers model, int threads) {
    float[] x = new float[ROWS * INPUTS];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(i);
    }
    Training step = model.training(ROWS, threads);
    step.forward(x, ROWS);
    step.loss(Losses.crossEntropy(), new int[] {0, 1, 2, 0});
    step.backward();
    return step;
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }

  @Test
  void normIsLimitedAndItsBitsDoNotDependOnThreads() {
    double[] norms = new double[3];
    float[][] gradients = new float[3][];
    for (int i = 0; i < 3; i++) {
      try (Training step = backward(new TwoLayers(INPUTS, 20, 3, 1), i + 1)) {
        double before = norm(step.gradients());
        norms[i] = Clipping.norm(before / 3).apply(step);
        assertThat(norms[i]).isCloseTo(before, within(1e-9 * before));
        assertThat(norm(step.gradients())).isCloseTo(before / 3, within(1e-5 * before));
        gradients[i] = step.gradients().clone();
      }
    }
    assertThat(norms).containsOnly(norms[0]);
    assertThat(gradients[1]).isEqualTo(gradients[0]);
    assertThat(gradients[2]).isEqualTo(gradients[0]);
  }

  @Test
  void smallGradientsStay() {
    try (Training step = backward(new TwoLayers(INPUTS, 20, 3, 1), 2)) {
      float[] before = step.gradients().clone();
      double norm = norm(before);
      assertThat(Clipping.norm(2 * norm).apply(step)).isCloseTo(norm, within(1e-9 * norm));
      Clipping.value(2 * norm).apply(step);
      assertThat(step.gradients()).isEqualTo(before);
    }
  }

  @Test
  void frozenLayersDoNotCount() {
    TwoLayers model = new TwoLayers(INPUTS, 20, 3, 1);
    model.layer("fc1").freeze();
    try (Training step = backward(model, 2)) {
      float[] first = step.gradient("fc1.weight");
      double rest = Math.hypot(norm(step.gradient("fc2.weight")), norm(step.gradient("fc2.bias")));
      assertThat(Clipping.norm(rest / 2).apply(step)).isCloseTo(rest, within(1e-9 * rest));
      assertThat(step.gradient("fc1.weight")).isEqualTo(first);
    }
  }

  @Test
  void valuesAreLimited() {
    try (Training step = backward(new TwoLayers(INPUTS, 20, 3, 1), 3)) {
      float[] before = step.gradients().clone();
      double largest = Clipping.value(0.01).apply(step);
      float[] after = step.gradients();
      double expected = 0;
      for (int i = 0; i < after.length; i++) {
        assertThat(after[i]).isEqualTo(Math.clamp(before[i], -0.01f, 0.01f));
        expected = Math.max(expected, Math.abs(before[i]));
      }
      assertThat(largest).isEqualTo(expected).isGreaterThan(0.01);
    }
  }
}

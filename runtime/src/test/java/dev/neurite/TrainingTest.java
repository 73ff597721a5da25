package dev.neurite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.neurite.loss.Loss;
import dev.neurite.loss.Losses;
import dev.neurite.optim.Optimizer;
import dev.neurite.optim.Optimizers;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.Philox;
import dev.neurite.spi.StoredTensor;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TrainingTest {

  private static final int ROWS = 7;
  private static final int INPUTS = 5;
  private static final int HIDDEN = 18;
  private static final int CLASSES = 3;

  private final float[] x = random(ROWS * INPUTS, 1);
  private final int[] classes = {0, 2, 1, 1, 0, 2, 2};

  private static float[] random(int count, long seed) {
    Philox.Stream stream = new Philox.Stream(seed, Philox.INITIALIZATION, 99);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = stream.nextUniform(-1, 1);
    }
    return values;
  }

  private static TwoLayers model() {
    return new TwoLayers(INPUTS, HIDDEN, CLASSES, 3);
  }

  /** Two processors compile vector kernels meanwhile; all the others, or one, take the steps. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void stepsLeaveProcessorsToTheWarmUp(int threads) {
    TwoLayers model = model();
    int fewer = Math.clamp(Runtime.getRuntime().availableProcessors() - 2, 1, threads);
    try (Training step = model.training(ROWS, threads)) {
      model.warm = false;
      float[] cold = gradients(step);
      assertThat(model.mostParts.getAndSet(0)).isEqualTo(fewer);
      model.warm = true;
      assertThat(gradients(step)).isEqualTo(cold);
      assertThat(model.mostParts.get()).isEqualTo(threads);
      assertThat(step.threads()).isEqualTo(threads);
    }
  }

  private float[] gradients(Training step) {
    step.forward(x, ROWS);
    step.loss(Losses.crossEntropy(), classes);
    step.backward();
    return step.gradients().clone();
  }

  @Test
  void gradientsAreDerivativesOfTheLoss() {
    TwoLayers model = model();
    try (Training step = model.training(ROWS)) {
      step.requireInputGradients(true);
      step.forward(x, ROWS);
      step.loss(Losses.crossEntropy(), classes);
      step.backward();
      float[] gradient = step.gradient("fc1.weight");
      float[] weights = model.layer("fc1").parameter("weight");
      for (int i = 0; i < weights.length; i += 7) {
        float old = weights[i];
        weights[i] = old + 0x1p-8f;
        model.layer("fc1").setParameter("weight", weights);
        step.forward(x, ROWS);
        double above = step.loss(Losses.crossEntropy(), classes);
        weights[i] = old - 0x1p-8f;
        model.layer("fc1").setParameter("weight", weights);
        step.forward(x, ROWS);
        double below = step.loss(Losses.crossEntropy(), classes);
        weights[i] = old;
        model.layer("fc1").setParameter("weight", weights);
        // Central differences: an error of h^2 and the rounding of float outputs over h.
        assertThat((double) gradient[i]).isCloseTo((above - below) / 0x1p-7, within(2e-5));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 8})
  void bitsDoNotDependOnThreads(int threads) {
    assertThat(trained(threads)).isEqualTo(trained(1));
  }

  private float[] trained(int threads) {
    TwoLayers model = new TwoLayers(INPUTS, HIDDEN, CLASSES, 3, 0.3, ModelDescription.Values.OTHER);
    Optimizer optimizer = Optimizers.adam(0.01).weightDecay(0.1);
    try (Training step = model.training(ROWS, threads)) {
      for (int i = 0; i < 20; i++) {
        step.forward(x, ROWS);
        step.loss(Losses.crossEntropy(), classes);
        step.backward();
        optimizer.step(step);
      }
      return step.parameters().clone();
    }
  }

  @Test
  void paddingStaysZero() {
    TwoLayers model = model();
    Optimizer[] optimizers = {
      Optimizers.sgd(0.1).momentum(0.9).nesterov().weightDecay(0.1),
      Optimizers.adam(0.01).weightDecay(0.1),
      Optimizers.adamW(0.01),
      Optimizers.rmsProp(0.01).centered().momentum(0.9),
      Optimizers.rmsProp(0.01).centered(),
      Optimizers.rmsProp(0.01),
      Optimizers.adagrad(0.01)
    };
    Set<Integer> used = new HashSet<>();
    for (StoredTensor tensor : model.description().tensors()) {
      if (tensor.role() == StoredTensor.Role.PARAMETER) {
        for (int i = 0; i < tensor.storage().size(); i++) {
          used.add(tensor.storage().index(i));
        }
      }
    }
    try (Training step = model.training(ROWS)) {
      assertThat(used).hasSizeLessThan(step.parameters().length);
      for (Optimizer optimizer : optimizers) {
        for (int i = 0; i < 3; i++) {
          step.forward(x, ROWS);
          step.loss(Losses.crossEntropy(), classes);
          step.backward();
          optimizer.step(step);
          for (int k = 0; k < step.parameters().length; k++) {
            if (!used.contains(k)) {
              assertThat(step.parameters()[k]).as(optimizer.name()).isZero();
            }
          }
        }
      }
    }
  }

  @Test
  void aFailureInAWorkerReachesTheCaller() {
    try (Training step = model().training(ROWS, 3)) {
      assertThatExceptionOfType(ArithmeticException.class)
          .isThrownBy(
              () ->
                  step.inParts(
                      (part, parts) -> {
                        if (part == 2) {
                          throw new ArithmeticException("part 2");
                        }
                      }))
          .withMessage("part 2");
      step.forward(x, ROWS);
      assertThat(step.rows()).isEqualTo(ROWS);
    }
  }

  @Test
  void everyPartRunsOnce() {
    int[] runs = new int[5];
    try (Training step = model().training(ROWS, 5)) {
      for (int i = 0; i < 1000; i++) {
        step.inParts((part, parts) -> runs[part]++);
      }
    }
    assertThat(runs).containsOnly(1000);
  }

  @Test
  void refusesWhatDoesNotFit() {
    Loss loss = Losses.crossEntropy();
    Training step = model().training(ROWS);
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(step::output)
        .withMessageContaining("call forward first");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> step.forward(x, ROWS + 1))
        .withMessage("expected 1 to 7 rows, got 8");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> step.forward(new float[34], ROWS))
        .withMessage("input x: expected 5 values per row, 35 for 7 rows, got 34");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> step.forward(new int[35], ROWS))
        .withMessage("input x takes values as float[], got int[]");
    step.forward(x, ROWS);
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(step::backward)
        .withMessageContaining("no loss was computed");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> step.loss(loss, new int[] {0, 1, 2, 3, 0, 0, 0}))
        .withMessage(
            "crossEntropy of output fc2: expected a class from 0 to 2, got 3 at position 3");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> step.output("fc3"))
        .withMessage("no output fc3; there is fc2");
    step.close();
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> step.forward(x, ROWS))
        .withMessageContaining("closed");
  }
}

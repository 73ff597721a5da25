package dev.neurite;

import static dev.neurite.OnEmulatedGpu.CLASSES;
import static dev.neurite.OnEmulatedGpu.CLOSE;
import static dev.neurite.OnEmulatedGpu.INPUTS;
import static dev.neurite.OnEmulatedGpu.assertSameParameters;
import static dev.neurite.OnEmulatedGpu.classes;
import static dev.neurite.OnEmulatedGpu.data;
import static dev.neurite.OnEmulatedGpu.model;
import static dev.neurite.OnEmulatedGpu.onGpu;
import static dev.neurite.OnEmulatedGpu.trainer;
import static dev.neurite.OnEmulatedGpu.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.neurite.gpu.EmulatedGpu;
import dev.neurite.loss.Loss;
import dev.neurite.loss.Losses;
import dev.neurite.optim.Clipping;
import dev.neurite.optim.Optimizer;
import dev.neurite.optim.Optimizers;
import dev.neurite.spi.ModelDescription.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps and losses on the emulated GPU: the same numbers as on the processor. */
@ExtendWith(OnEmulatedGpu.class)
final class GpuNumbersTest {

  static Stream<Arguments> optimizers() {
    return Stream.of(
        Arguments.of("sgd", (Supplier<Optimizer>) () -> Optimizers.sgd(0.1)),
        Arguments.of(
            "momentum, decay",
            (Supplier<Optimizer>)
                () -> Optimizers.sgd(0.1).momentum(0.9).dampening(0.2).weightDecay(0.01)),
        Arguments.of(
            "nesterov", (Supplier<Optimizer>) () -> Optimizers.sgd(0.1).momentum(0.9).nesterov()),
        Arguments.of(
            "adam, decay of weights only",
            (Supplier<Optimizer>) () -> Optimizers.adam(0.01).weightDecay(0.1).noDecay()),
        Arguments.of("adamw", (Supplier<Optimizer>) () -> Optimizers.adamW(0.01).weightDecay(0.1)),
        Arguments.of("rmsprop", (Supplier<Optimizer>) () -> Optimizers.rmsProp(0.01)),
        Arguments.of(
            "rmsprop, momentum",
            (Supplier<Optimizer>) () -> Optimizers.rmsProp(0.01).momentum(0.5)),
        Arguments.of(
            "rmsprop, centered, momentum",
            (Supplier<Optimizer>) () -> Optimizers.rmsProp(0.01).centered().momentum(0.5)),
        Arguments.of(
            "adagrad", (Supplier<Optimizer>) () -> Optimizers.adagrad(0.05).rateDecay(0.1)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("optimizers")
  void optimizersMakeTheSameSteps(String name, Supplier<Optimizer> optimizer) {
    TwoLayers host = model();
    TwoLayers gpu = onGpu();
    for (TrainableModel model : List.of(host, gpu)) {
      trainer(model).optimizer(optimizer.get()).freeze("fc1").fit(data(50));
    }
    assertSameParameters(gpu, host);
    assertThat(gpu.layer("fc1").parameter("weight"))
        .containsExactly(model().layer("fc1").parameter("weight"));
    assertThat(EmulatedGpu.graphLaunches()).as(name).isPositive();
    gpu.to(Device.cpu());
  }

  static Stream<Arguments> losses() {
    return Stream.of(
        Arguments.of(Losses.crossEntropy(), true, Values.UNBOUNDED),
        Arguments.of(Losses.crossEntropy(), false, Values.UNBOUNDED),
        Arguments.of(Losses.nll(), true, Values.LOG_SOFTMAX),
        Arguments.of(Losses.mse(), false, Values.UNBOUNDED),
        Arguments.of(Losses.mae(), false, Values.UNBOUNDED),
        Arguments.of(Losses.huber(0.3), false, Values.UNBOUNDED),
        Arguments.of(Losses.bceWithLogits(), false, Values.UNBOUNDED),
        Arguments.of(Losses.klDivergence(Losses.Reduction.BATCH_MEAN), false, Values.LOG_SOFTMAX));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void lossesAndTheirGradientsAreTheSame(Loss loss, boolean classes, Values last) {
    int rows = 37;
    float[] x = values(rows * INPUTS, 1);
    float[] positive = values(rows * CLASSES, 2);
    for (int i = 0; i < positive.length; i++) {
      positive[i] = Math.min(1, Math.abs(positive[i]));
    }
    TwoLayers host = model(last);
    TwoLayers gpu = model(last);
    gpu.to(Device.gpu());
    double[] values = new double[2];
    float[][] gradients = new float[2][];
    float[][] inputGradients = new float[2][];
    for (int i = 0; i < 2; i++) {
      try (Training training = (i == 0 ? host : gpu).training(64)) {
        training.requireInputGradients(true);
        training.forward(x, rows);
        values[i] = training.loss("fc2", loss, classes ? (Object) classes(rows) : positive, 0.7f);
        training.backward();
        gradients[i] = training.gradients().clone();
        inputGradients[i] = training.inputGradient().clone();
      }
    }
    assertThat(values[1]).isCloseTo(values[0], Offset.offset(1e-6 * Math.abs(values[0]) + 1e-7));
    assertThat(gradients[1])
        .usingComparatorWithPrecision(CLOSE.value)
        .containsExactly(gradients[0]);
    for (int i = 0; i < rows * INPUTS; i++) {
      assertThat(inputGradients[1][i]).isCloseTo(inputGradients[0][i], CLOSE);
    }
    gpu.to(Device.cpu());
  }

  @Test
  void bceIsTheSameAfterASigmoid() {
    TwoLayers gpu = model(Values.SIGMOID);
    gpu.to(Device.gpu());
    TwoLayers host = model(Values.SIGMOID);
    float[] targets = new float[5 * CLASSES];
    targets[2] = 1;
    double[] losses = new double[2];
    for (int i = 0; i < 2; i++) {
      try (Training training = (i == 0 ? host : gpu).training(5)) {
        // Outputs of these rows lie in (0, 1), which is all that the loss looks at.
        training.forward(new float[5 * INPUTS], 5);
        for (float value : training.output()) {
          assertThat(value).isLessThan(1);
        }
        losses[i] = training.loss(Losses.bce(), targets);
      }
    }
    if (Double.isNaN(losses[0])) {
      assertThat(losses[1]).isNaN();
    } else {
      assertThat(losses[1]).isCloseTo(losses[0], Offset.offset(1e-5));
    }
    gpu.to(Device.cpu());
  }

  @Test
  void stepByHandIsTheStepOfTheTrainer() {
    TwoLayers host = model();
    TwoLayers gpu = onGpu();
    for (TrainableModel model : List.of(host, gpu)) {
      Optimizer optimizer = Optimizers.adam(0.01);
      Clipping clipping = Clipping.value(0.01);
      try (Training training = model.training(20, 2)) {
        for (int step = 0; step < 5; step++) {
          int rows = step == 3 ? 7 : 20;
          training.forward(values(20 * INPUTS, step), rows);
          training.loss(Losses.crossEntropy(), classes(20));
          training.backward();
          clipping.apply(training);
          optimizer.step(training);
        }
        float[] gradient = new float[20 * CLASSES];
        gradient[4] = 1;
        training.forward(values(20 * INPUTS, 77), 20);
        training.backward(gradient);
        // What the user changes on the host counts.
        training.gradients()[0] = 3;
        optimizer.step(training);
      }
    }
    assertSameParameters(gpu, host);
    gpu.to(Device.cpu());
  }

  @Test
  void predictsTheSame() {
    TwoLayers host = model();
    TwoLayers gpu = onGpu();
    for (int rows : new int[] {1, 65, 2100}) {
      float[] x = values(rows * INPUTS, rows);
      float[][] expected = {new float[rows * CLASSES]};
      float[][] actual = {new float[rows * CLASSES]};
      host.infer(new Object[] {x}, rows, expected, 1);
      for (int i = 0; i < 3; i++) {
        gpu.inferOnGpu(new Object[] {x}, rows, actual);
        assertThat(actual[0])
            .usingComparatorWithPrecision(CLOSE.value)
            .containsExactly(expected[0]);
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> gpu.inferOnGpu(new Object[] {new float[7]}, 2, new float[][] {new float[6]}))
        .withMessage("input x: expected 4 values per row, 8 for 2 rows, got 7");
    gpu.to(Device.cpu());
    assertThatIllegalStateException()
        .isThrownBy(
            () -> gpu.inferOnGpu(new Object[] {new float[8]}, 2, new float[][] {new float[6]}))
        .withMessage("TwoLayers is not on a GPU: call to(Device.gpu())");
  }

  @Test
  void epiloguesWithoutAnAlgorithmAreDoneByKernels() {
    EmulatedGpu.refuseEpilogues();
    TwoLayers host = model();
    TwoLayers gpu = onGpu();
    for (TrainableModel model : List.of(host, gpu)) {
      trainer(model).fit(data(50));
    }
    assertSameParameters(gpu, host);
    gpu.to(Device.cpu());
  }

  @Test
  void tf32IsAChoice() {
    TwoLayers model = model();
    model.to(Device.gpu().withTensorFloat32());
    trainer(model).fit(data(20));
    assertThat(model.device().isTensorFloat32()).isTrue();
    model.to(Device.cpu());
  }

  @Test
  void severalStepsAlongOneGradientAreTheSame() {
    TwoLayers host = model();
    TwoLayers gpu = onGpu();
    for (TrainableModel model : List.of(host, gpu)) {
      Optimizer first = Optimizers.adam(0.01);
      Optimizer second = Optimizers.sgd(0.5);
      try (Training training = model.training(20)) {
        training.forward(values(20 * INPUTS, 3), 20);
        training.loss(Losses.crossEntropy(), classes(20));
        training.backward();
        first.step(training);
        second.step(training);
        first.step(training);
      }
    }
    assertSameParameters(gpu, host);
    gpu.to(Device.cpu());
  }

  @Test
  void clippingKeepsWhatIsNotANumber() {
    List<float[]> gradients = new ArrayList<>();
    List<Double> largest = new ArrayList<>();
    for (TwoLayers model : List.of(model(), onGpu())) {
      try (Training training = model.training(4)) {
        training.forward(values(4 * INPUTS, 3), 4);
        training.loss(Losses.crossEntropy(), classes(4));
        training.backward();
        training.gradients()[0] = Float.NaN;
        training.gradients()[1] = Float.NEGATIVE_INFINITY;
        largest.add(Clipping.value(0.01).apply(training));
        gradients.add(training.gradients().clone());
      }
      model.to(Device.cpu());
    }
    assertThat(gradients.get(0)[0]).isNaN();
    assertThat(gradients.get(1)[0]).isNaN();
    assertThat(gradients.get(1)[1]).isEqualTo(-0.01f).isEqualTo(gradients.get(0)[1]);
    assertThat(largest).isEqualTo(List.of(Double.NaN, Double.NaN));
  }
}

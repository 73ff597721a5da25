package dev.neurite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.neurite.data.Column;
import dev.neurite.data.Dataset;
import dev.neurite.gpu.EmulatedGpu;
import dev.neurite.gpu.GpuException;
import dev.neurite.loss.Loss;
import dev.neurite.loss.Losses;
import dev.neurite.metric.Metrics;
import dev.neurite.optim.Clipping;
import dev.neurite.optim.Optimizer;
import dev.neurite.optim.Optimizers;
import dev.neurite.optim.Schedules;
import dev.neurite.spi.ModelDescription.Output;
import dev.neurite.spi.ModelDescription.Values;
import dev.neurite.spi.Philox;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole path to a GPU, on the emulated one: the same numbers as on the processor. */
final class GpuTrainingTest {

  private static final int INPUTS = 4;
  private static final int HIDDEN = 17;
  private static final int CLASSES = 3;

  /** The emulated products add in another order than the processor's sums in double. */
  private static final Offset<Float> CLOSE = Offset.offset(2e-5f);

  @TempDir Path folder;

  private long failures;

  @BeforeEach
  void useTheEmulatedGpu() {
    EmulatedGpu.use();
    failures = EmulatedGpu.failures();
  }

  @AfterEach
  void forgetTheEmulatedGpu() {
    assertThat(EmulatedGpu.failures()).isEqualTo(failures);
    System.clearProperty("neurite.cuda.path");
    System.clearProperty("neurite.cuda.cache");
  }

  private static TwoLayers model() {
    return model(Values.UNBOUNDED);
  }

  private static TwoLayers model(Values last) {
    return new TwoLayers(INPUTS, HIDDEN, CLASSES, 5, 0, last);
  }

  private static TwoLayers onGpu() {
    TwoLayers model = model();
    model.to(Device.gpu());
    return model;
  }

  private static float[] values(int count, long seed) {
    Philox.Stream random = new Philox.Stream(seed, Philox.INITIALIZATION, 7);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextNormal();
    }
    return values;
  }

  private static int[] classes(int count) {
    Philox.Stream random = new Philox.Stream(3, Philox.INITIALIZATION, 7);
    int[] classes = new int[count];
    for (int i = 0; i < count; i++) {
      classes[i] = random.nextInt(CLASSES);
    }
    return classes;
  }

  private static Dataset data(int rows) {
    return Dataset.of(
        Column.floats("x", List.of(INPUTS), values(rows * INPUTS, 1)),
        Column.indices("fc2", classes(rows)));
  }

  private static void assertSameParameters(TrainableModel gpu, TrainableModel host) {
    assertThat(gpu.parameterArray())
        .usingComparatorWithPrecision(CLOSE.value)
        .containsExactly(host.parameterArray());
    assertThat(gpu.stateArray()).containsExactly(host.stateArray());
  }

  private static Trainer trainer(TrainableModel model) {
    return Trainer.of(model)
        .loss(Losses.crossEntropy())
        .optimizer(Optimizers.adam(0.01))
        .batchSize(16)
        .epochs(2)
        .seed(9);
  }

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
  void trainerReportsTheSame() {
    List<TrainingReport> reports = new ArrayList<>();
    TwoLayers host = model();
    TwoLayers gpu = onGpu();
    List<List<Double>> batchLosses = List.of(new ArrayList<>(), new ArrayList<>());
    for (TrainableModel model : List.of(host, gpu)) {
      List<Double> seen = batchLosses.get(reports.size());
      reports.add(
          trainer(model)
              .metric(Metrics.accuracy())
              .clipping(Clipping.norm(0.1))
              .schedule(Schedules.cosine(8, 0.001))
              .validation(data(33))
              .listener(
                  new TrainingListener() {
                    @Override
                    public void batchEnded(Progress progress) {
                      seen.add(progress.batchLoss());
                      seen.add(progress.gradientNorm());
                      seen.add(progress.learningRate());
                    }
                  })
              .fit(data(50)));
    }
    assertThat(batchLosses.get(1)).hasSize(3 * 8);
    for (int i = 0; i < batchLosses.get(0).size(); i++) {
      assertThat(batchLosses.get(1).get(i))
          .isCloseTo(batchLosses.get(0).get(i), Offset.offset(1e-5));
    }
    for (int epoch = 0; epoch < 2; epoch++) {
      EpochReport expected = reports.get(0).epochs().get(epoch);
      EpochReport actual = reports.get(1).epochs().get(epoch);
      assertThat(actual.loss()).isCloseTo(expected.loss(), Offset.offset(1e-5));
      assertThat(actual.metrics()).isEqualTo(expected.metrics());
      assertThat(actual.validationLoss()).isCloseTo(expected.validationLoss(), Offset.offset(1e-5));
    }
    assertSameParameters(gpu, host);
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
  void whatHasNoFormForTheGpuRunsOnTheHost() {
    TwoLayers host = model();
    TwoLayers gpu = onGpu();
    for (TrainableModel model : List.of(host, gpu)) {
      trainer(model).loss(new HostOnly()).optimizer(new Halving()).fit(data(40));
      trainer(model).accumulate(2).fit(data(40));
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
  void hostAndGpuSeeEachOthersChanges() throws IOException {
    TwoLayers model = onGpu();
    float[] bias = {1, 2, 3};
    model.layer("fc2").setParameter("bias", bias);
    float[] before = new float[CLASSES];
    model.inferOnGpu(new Object[] {new float[INPUTS]}, 1, new float[][] {before});
    trainer(model).fit(data(20));
    assertThat(model.layer("fc2").parameter("bias")).isNotEqualTo(bias);
    Path file = folder.resolve("model.safetensors");
    model.save(file);
    TwoLayers loaded = model();
    loaded.load(file);
    assertThat(loaded.sha256()).isEqualTo(model.sha256());
    model.to(Device.cpu());
    assertThat(loaded.parameterArray()).containsExactly(model.parameterArray());
    assertThat(before[2]).isGreaterThan(before[0]);
  }

  @Test
  void resumesFromACheckpoint() {
    Path file = folder.resolve("checkpoint.safetensors");
    TwoLayers through = onGpu();
    trainer(through).epochs(4).fit(data(50));
    TwoLayers first = onGpu();
    trainer(first).epochs(2).checkpoint(file).fit(data(50));
    TwoLayers second = onGpu();
    trainer(second).epochs(4).resume(file).fit(data(50));
    assertThat(second.parameterArray()).containsExactly(through.parameterArray());
    for (TrainableModel model : List.of(through, first, second)) {
      model.to(Device.cpu());
    }
  }

  @Test
  void anOptimizerGoesOnInAnotherTraining() {
    TwoLayers host = model();
    TwoLayers gpu = onGpu();
    for (TrainableModel model : List.of(host, gpu)) {
      Optimizer optimizer = Optimizers.adam(0.01);
      for (int i = 0; i < 3; i++) {
        trainer(model).optimizer(optimizer).fit(data(30));
      }
      model.to(Device.cpu());
      trainer(model).optimizer(optimizer).fit(data(30));
      assertThat(optimizer.memories()).hasSize(2);
    }
    assertSameParameters(gpu, host);
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
  void leavesNothingOnTheGpu() {
    onGpu().to(Device.cpu());
    long live = EmulatedGpu.live();
    for (int i = 0; i < 10; i++) {
      TwoLayers model = onGpu();
      trainer(model).metric(Metrics.accuracy()).validation(data(10)).fit(data(20));
      Training open = model.training(8);
      model.to(Device.cpu());
      assertThat(EmulatedGpu.live()).isEqualTo(live);
      assertThatIllegalStateException()
          .isThrownBy(() -> open.forward(new float[INPUTS], 1))
          .withMessage("this training is closed: make another with training(...)");
      open.close();
    }
  }

  @Test
  void memoryDoesNotGrowWithTheSteps() {
    TwoLayers model = onGpu();
    try (Training training = model.training(4)) {
      Optimizer optimizer = Optimizers.adam(0.01);
      long used = 0;
      for (int step = 0; step < 1_000; step++) {
        training.forward(values(4 * INPUTS, step), 1 + step % 4);
        training.loss(Losses.crossEntropy(), classes(4));
        training.backward();
        optimizer.step(training);
        if (step == 10) {
          used = EmulatedGpu.used();
        }
      }
      assertThat(EmulatedGpu.used()).isEqualTo(used);
    }
    model.to(Device.cpu());
  }

  @Test
  void saysWhatDoesNotFit() {
    TwoLayers model = onGpu();
    EmulatedGpu.limit(EmulatedGpu.used() + (1 << 20));
    long live = EmulatedGpu.live();
    assertThatExceptionOfType(GpuException.class)
        .isThrownBy(() -> model.training(100_000))
        .withMessageMatching(
            "training of TwoLayers with 100000 rows a batch: needed [0-9.]+ MiB, free [0-9.]+ MiB"
                + " of [0-9.,]+ MiB on Emulated GPU: .*");
    assertThat(EmulatedGpu.live()).isEqualTo(live);
    model.to(Device.cpu());
  }

  @Test
  void belongsToOneThreadAtATime() throws InterruptedException {
    TwoLayers model = onGpu();
    try (Training training = model.training(8)) {
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch tried = new CountDownLatch(1);
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread other =
          new Thread(
              () -> {
                try {
                  await(inside);
                  training.forward(new float[INPUTS], 1);
                } catch (RuntimeException e) {
                  failure.set(e);
                } finally {
                  tried.countDown();
                }
              },
              "other");
      other.start();
      training.forward(new float[INPUTS], 1);
      training.loss(Losses.crossEntropy(), classes(1));
      training.backward();
      new Halving() {
        private int asked;

        @Override
        protected String deviceCode() {
          // Asked for the second time when this thread is in the training: the other is refused.
          if (++asked == 2) {
            inside.countDown();
            await(tried);
          }
          return "p = p - 0.001f * g;";
        }
      }.step(training);
      other.join();
      assertThat(failure.get())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("one thread at a time");
    }
    model.to(Device.cpu());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void tellsWhatAModelWithoutCudaLacks() {
    TwoHeads model = new TwoHeads(3, 1);
    assertThatIllegalStateException()
        .isThrownBy(() -> model.to(Device.gpu()))
        .withMessageContaining("declare it with @Model(cuda = true)");
    assertThat(model.device()).isEqualTo(Device.cpu());
  }

  @Test
  void refusesAGpuThatIsNotThereAndStaysWhereItIs() {
    TwoLayers model = model();
    assertThatExceptionOfType(GpuException.class)
        .isThrownBy(() -> model.to(Device.gpu(3)))
        .withMessage("there is no GPU 3: the driver sees 1, counted from 0");
    assertThat(model.device()).isEqualTo(Device.cpu());
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
  void refusesTargetsThatDoNotFit() {
    TwoLayers model = onGpu();
    try (Training training = model.training(4)) {
      training.forward(new float[2 * INPUTS], 2);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> training.loss(Losses.crossEntropy(), new int[] {0, CLASSES}))
          .withMessageContaining("expected a class from 0 to 2, got 3 at position 1");
    }
    model.to(Device.cpu());
  }

  @Test
  void stopsAtALossThatIsNotFinite() {
    TwoLayers model = onGpu();
    float[] x = values(20 * INPUTS, 1);
    x[19 * INPUTS] = Float.NaN;
    Dataset data =
        Dataset.of(Column.floats("x", List.of(INPUTS), x), Column.indices("fc2", classes(20)));
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> trainer(model).shuffle(false).fit(data))
        .withMessageContaining("the loss is NaN in batch 2 of epoch 1");
    model.to(Device.cpu());
  }

  /** Squared error without a form for a GPU. */
  private static final class HostOnly implements Loss {

    @Override
    public String name() {
      return "hostOnly";
    }

    @Override
    public double value(Output output, float[] values, Object targets, int rows) {
      return gradient(output, values, targets, rows, new float[values.length], 1);
    }

    @Override
    public double gradient(
        Output output, float[] values, Object targets, int rows, float[] gradient, float weight) {
      double sum = 0;
      for (int i = 0; i < rows * output.size(); i++) {
        sum += (double) values[i] * values[i];
        gradient[i] = 2 * weight * values[i];
      }
      return sum;
    }
  }

  /** Steps of a thousandth of the gradient, without a form for a GPU. */
  private static class Halving extends Optimizer {

    Halving() {
      super("halving", 0.001);
    }

    @Override
    protected int memoryCount() {
      return 0;
    }

    @Override
    protected void begin(long step, double rate) {}

    @Override
    protected void update(
        float[] p, float[] g, float[][] memories, int from, int to, float weightDecay) {
      for (int i = from; i < to; i++) {
        p[i] -= 0.001f * g[i];
      }
    }
  }
}

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
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.neurite.data.Augmentation;
import dev.neurite.data.Column;
import dev.neurite.data.Dataset;
import dev.neurite.gpu.EmulatedGpu;
import dev.neurite.loss.Loss;
import dev.neurite.metric.Metrics;
import dev.neurite.optim.Clipping;
import dev.neurite.optim.Optimizer;
import dev.neurite.optim.Optimizers;
import dev.neurite.optim.Schedules;
import dev.neurite.spi.ModelDescription.Output;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trainers on the emulated GPU: the same as on the processor. */
@ExtendWith(OnEmulatedGpu.class)
final class GpuTrainingTest {

  @TempDir Path folder;

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

  @Test
  void theBestEpochStays() {
    TwoLayers host = model();
    TwoLayers gpu = onGpu();
    for (TrainableModel model : List.of(host, gpu)) {
      // A rate that grows beyond all bounds: the last epoch is not the best.
      TrainingReport report =
          trainer(model)
              .epochs(4)
              .epochSchedule((rate, epoch) -> epoch == 3 ? 5 : rate)
              .validation(data(33))
              .keepBest()
              .fit(data(50));
      assertThat(report.bestEpoch()).isLessThan(4);
    }
    assertSameParameters(gpu, host);
    gpu.to(Device.cpu());
  }

  @Test
  void whatIsLoadedAfterATrainingCounts() throws IOException {
    Path file = folder.resolve("first.safetensors");
    TwoLayers first = model();
    first.save(file);
    TwoLayers gpu = onGpu();
    trainer(gpu).fit(data(20));
    gpu.load(file);
    assertThat(gpu.parameterArray()).containsExactly(first.parameterArray());
    gpu.to(Device.cpu());
    assertThat(gpu.parameterArray()).containsExactly(first.parameterArray());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTrainingBegunWhileTheGpuIsBusyIsTheSame(boolean copiesAreEarly) {
    EmulatedGpu.copyEarly(copiesAreEarly);
    TwoLayers host = model();
    TwoLayers gpu = onGpu();
    float[] x = values(8 * INPUTS, 1);
    List<float[]> outputs = new ArrayList<>();
    for (TrainableModel model : List.of(host, gpu)) {
      for (int i = 0; i < 2; i++) {
        try (Training training = model.training(8)) {
          training.forward(x, 8);
          outputs.add(training.output().clone());
        }
      }
    }
    for (int i = 0; i < 2; i++) {
      assertThat(outputs.get(2 + i))
          .usingComparatorWithPrecision(CLOSE.value)
          .containsExactly(outputs.get(i));
    }
    gpu.to(Device.cpu());
  }

  /** Changes nothing, but lets batches come from the host. */
  private static final Augmentation SAME =
      (from, at, to, place, shape, random) ->
          System.arraycopy(from, at, to, place, shape.getFirst());

  @Test
  void rowsThatLieOnTheGpuGiveTheSameBitsAsBatchesOfTheHost() {
    TwoLayers gathered = onGpu();
    TwoLayers sent = onGpu();
    List<TrainingReport> reports =
        List.of(
            trainer(gathered).metric(Metrics.accuracy()).fit(data(50)),
            trainer(sent).metric(Metrics.accuracy()).augment("x", SAME).fit(data(50)));
    assertThat(gathered.parameterArray()).containsExactly(sent.parameterArray());
    for (int epoch = 0; epoch < 2; epoch++) {
      assertThat(reports.get(0).epochs().get(epoch).loss())
          .isEqualTo(reports.get(1).epochs().get(epoch).loss());
      assertThat(reports.get(0).epochs().get(epoch).metrics())
          .isEqualTo(reports.get(1).epochs().get(epoch).metrics());
    }
    gathered.to(Device.cpu());
    sent.to(Device.cpu());
  }

  @Test
  void largeDatasetsAreCopiedInPieces() {
    TwoLayers gathered = onGpu();
    TwoLayers sent = onGpu();
    // 68,000 values, more than the 65,536 of a piece.
    Dataset data = data(17_000);
    trainer(gathered).epochs(1).batchSize(8_500).fit(data);
    trainer(sent).epochs(1).batchSize(8_500).augment("x", SAME).fit(data);
    assertThat(gathered.parameterArray()).containsExactly(sent.parameterArray());
    gathered.to(Device.cpu());
    sent.to(Device.cpu());
  }

  @Test
  void rowsThatDoNotFitOnTheGpuComeFromTheHost() {
    TwoLayers host = model();
    TwoLayers gpu = onGpu();
    int rows = 20_000;
    Dataset data =
        Dataset.of(
            Column.floats("x", List.of(INPUTS), new float[rows * INPUTS]),
            Column.indices("fc2", new int[rows]));
    long before = EmulatedGpu.used();
    // Room for the training, but for no more than half of the 400 kB of rows.
    EmulatedGpu.limit(before + (300 << 10));
    for (TrainableModel model : List.of(host, gpu)) {
      trainer(model).batchSize(500).epochs(1).fit(data);
    }
    assertSameParameters(gpu, host);
    assertThat(EmulatedGpu.used()).isEqualTo(before);
    gpu.to(Device.cpu());
  }

  @Test
  void accumulatedGradientsStayOnTheGpu() {
    TwoLayers host = model();
    TwoLayers gpu = onGpu();
    for (TrainableModel model : List.of(host, gpu)) {
      trainer(model).accumulate(3).clipping(Clipping.norm(0.5)).fit(data(75));
    }
    assertSameParameters(gpu, host);
    gpu.to(Device.cpu());
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
}

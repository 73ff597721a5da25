package dev.neurite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.neurite.data.Column;
import dev.neurite.data.Dataset;
import dev.neurite.loss.Losses;
import dev.neurite.metric.ConfusionMatrix;
import dev.neurite.metric.Metrics;
import dev.neurite.optim.Clipping;
import dev.neurite.optim.Optimizers;
import dev.neurite.optim.Schedules;
import dev.neurite.spi.ModelDescription.Values;
import dev.neurite.spi.Philox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TrainerTest {

  private static final int INPUTS = 4;
  private static final int CLASSES = 3;

  @TempDir Path folder;

  private final Dataset train = clouds(203, 1);
  private final Dataset test = clouds(90, 2);

  /** Three clouds of points that overlap a little. */
  private static Dataset clouds(int rows, long seed) {
    Philox.Stream random = new Philox.Stream(seed, Philox.INITIALIZATION, 7);
    float[] x = new float[rows * INPUTS];
    int[] classes = new int[rows];
    for (int row = 0; row < rows; row++) {
      classes[row] = random.nextInt(CLASSES);
      for (int i = 0; i < INPUTS; i++) {
        float center = (classes[row] + i) % CLASSES;
        x[row * INPUTS + i] = (float) (center + 0.4 * random.nextNormal());
      }
    }
    return Dataset.of(Column.floats("x", List.of(INPUTS), x), Column.indices("fc2", classes));
  }

  private static TwoLayers model() {
    return new TwoLayers(INPUTS, 17, CLASSES, 5, 0.2, Values.UNBOUNDED);
  }

  private static Trainer trainer(TwoLayers model) {
    return Trainer.of(model)
        .loss(Losses.crossEntropy())
        .metric(Metrics.accuracy())
        .optimizer(Optimizers.adam(0.01))
        .batchSize(16)
        .epochs(5)
        .seed(9);
  }

  @Test
  void learns() {
    TwoLayers model = model();
    TrainingReport report = trainer(model).validation(test).epochs(15).fit(train);
    assertThat(report.end()).isEqualTo(TrainingReport.End.COMPLETED);
    assertThat(report.epochs()).hasSize(15);
    assertThat(report.losses()[14]).isLessThan(0.5 * report.losses()[0]);
    assertThat(report.last().rows()).isEqualTo(203);
    ConfusionMatrix matrix = new ConfusionMatrix();
    Evaluator.Evaluation result =
        Evaluator.of(model)
            .loss(Losses.crossEntropy())
            .metric(Metrics.accuracy())
            .metric(matrix)
            .batchSize(7)
            .run(test);
    assertThat(result.metric("accuracy")).isGreaterThan(0.9);
    assertThat(result.metric("accuracy")).isEqualTo(report.last().validationMetric("accuracy"));
    assertThat(result.loss()).isCloseTo(report.last().validationLoss(), within(1e-9));
    assertThat(((ConfusionMatrix) result.metrics().get(1)).accuracy())
        .isEqualTo(result.metric("accuracy"));
    assertThat(report.toString()).contains("val accuracy").contains("completed after 15 epochs");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void bitsDoNotDependOnThreads(int threads) {
    TwoLayers one = model();
    TwoLayers several = model();
    trainer(one).clipping(Clipping.norm(0.5)).accumulate(3).threads(1).fit(train);
    trainer(several).clipping(Clipping.norm(0.5)).accumulate(3).threads(threads).fit(train);
    assertThat(several.sha256()).isEqualTo(one.sha256());
  }

  @Test
  void theSeedDecides() {
    TwoLayers first = model();
    TwoLayers second = model();
    trainer(first).seed(1).fit(train);
    trainer(second).seed(2).fit(train);
    assertThat(first.sha256()).isNotEqualTo(second.sha256());
  }

  private static Trainer demanding(TwoLayers model, Dataset test) {
    return Trainer.of(model)
        .loss(Losses.crossEntropy())
        .metric(Metrics.accuracy())
        .optimizer(Optimizers.rmsProp(0.01).centered().momentum(0.5).weightDecay(0.01).noDecay())
        .epochSchedule(Schedules.plateau(0.5, 0).threshold(0.2))
        .clipping(Clipping.norm(1))
        .accumulate(2)
        .keepBest()
        .validation(test)
        .batchSize(16)
        .seed(9);
  }

  @Test
  void resumedIsUninterrupted() throws IOException {
    TwoLayers straight = model();
    TrainingReport expected = demanding(straight, test).epochs(7).fit(train);

    Path file = folder.resolve("half.safetensors");
    TwoLayers begun = model();
    Trainer first = demanding(begun, test).epochs(7).checkpoint(file);
    first.listener(
        new TrainingListener() {
          @Override
          public void epochEnded(Progress progress, EpochReport report) {
            if (report.epoch() == 2) {
              first.stop();
            }
          }
        });
    TrainingReport half = first.fit(train);
    assertThat(half.end()).isEqualTo(TrainingReport.End.STOPPED);
    assertThat(half.epochs()).hasSize(2);

    TwoLayers goesOn = new TwoLayers(INPUTS, 17, CLASSES, 77, 0.2, Values.UNBOUNDED);
    TrainingReport rest = demanding(goesOn, test).epochs(7).threads(2).resume(file).fit(train);
    assertThat(goesOn.sha256()).isEqualTo(straight.sha256());
    assertThat(rest.losses()).isEqualTo(expected.losses());
    assertThat(rest.bestEpoch()).isEqualTo(expected.bestEpoch());
    assertThat(rest.epochs().stream().map(EpochReport::validationMetrics))
        .isEqualTo(expected.epochs().stream().map(EpochReport::validationMetrics).toList());
    assertThat(rest.epochs().stream().mapToDouble(EpochReport::learningRate).toArray())
        .isEqualTo(expected.epochs().stream().mapToDouble(EpochReport::learningRate).toArray());
    assertThat(rest.last().learningRate()).isLessThan(0.01);
    // The checkpoint is a weight file as well.
    assertThat(Files.size(file)).isPositive();
  }

  @Test
  void refusesACheckpointThatDoesNotFit() throws IOException {
    Path file = folder.resolve("one.safetensors");
    trainer(model()).epochs(1).checkpoint(file).fit(train);
    TwoLayers model = model();
    String before = model.sha256();
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> trainer(model).seed(10).resume(file).fit(train))
        .withMessageContaining("written by a training with seed 9, but this one has 10");
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> trainer(model).optimizer(Optimizers.sgd(0.1)).resume(file).fit(train))
        .withMessageContaining("with optimizer adam, but this one has sgd");
    Path weights = folder.resolve("weights.safetensors");
    model.save(weights);
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> trainer(model).resume(weights).fit(train))
        .withMessageContaining("is no checkpoint");
    assertThat(model.sha256()).isEqualTo(before);
  }

  @Test
  void stopsEarlyAndKeepsTheBest() throws IOException {
    TwoLayers model = model();
    Path file = folder.resolve("best.safetensors");
    // Steps far too large: the validation loss is best near the start.
    TrainingReport report =
        trainer(model)
            .optimizer(Optimizers.sgd(0.8))
            .validation(test)
            .epochs(200)
            .earlyStopping(3)
            .keepBest()
            .saveBest(file)
            .fit(train);
    assertThat(report.end()).isEqualTo(TrainingReport.End.EARLY_STOPPING);
    assertThat(report.epochs()).hasSize(report.bestEpoch() + 3);
    double best = report.best().validationLoss();
    assertThat(report.epochs()).allMatch(epoch -> epoch.validationLoss() >= best);
    assertThat(Evaluator.of(model).loss(Losses.crossEntropy()).run(test).loss()).isEqualTo(best);
    TwoLayers saved = model();
    saved.load(file);
    assertThat(saved.sha256()).isEqualTo(model.sha256());
  }

  @Test
  void watchesAMetric() {
    TrainingReport report =
        trainer(model()).validation(test).watch("accuracy").epochs(8).fit(train);
    double best = report.best().validationMetric("accuracy");
    assertThat(report.epochs()).allMatch(epoch -> epoch.validationMetric("accuracy") <= best);
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> trainer(model()).watch("f1").fit(train))
        .withMessage("no metric f1; there is accuracy");
  }

  @Test
  void frozenLayersStay() {
    TwoLayers model = model();
    float[] weight = model.layer("fc1").parameter("weight");
    float[] other = model.layer("fc2").parameter("weight");
    trainer(model).freeze("fc1").fit(train);
    assertThat(model.layer("fc1").parameter("weight")).isEqualTo(weight);
    assertThat(model.layer("fc2").parameter("weight")).isNotEqualTo(other);
    model.layer("fc1").unfreeze();
    trainer(model).fit(train);
    assertThat(model.layer("fc1").parameter("weight")).isNotEqualTo(weight);
  }

  @Test
  void accumulatedBatchesAreOneLargerBatch() {
    TwoLayers large = new TwoLayers(INPUTS, 17, CLASSES, 5);
    TwoLayers small = new TwoLayers(INPUTS, 17, CLASSES, 5);
    trainer(large).optimizer(Optimizers.sgd(0.1)).batchSize(24).fit(train);
    trainer(small).optimizer(Optimizers.sgd(0.1)).batchSize(8).accumulate(3).fit(train);
    float[] expected = large.layer("fc1").parameter("weight");
    float[] actual = small.layer("fc1").parameter("weight");
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(1e-5f));
    }
  }

  @Test
  void schedulesCountStepsOrEpochs() {
    List<Double> rates = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void epochEnded(Progress progress, EpochReport report) {
            rates.add(report.learningRate());
          }
        };
    // 203 rows in batches of 100 are three steps an epoch; the last step of epoch 2 is the sixth.
    trainer(model())
        .optimizer(Optimizers.sgd(1))
        .batchSize(100)
        .epochs(2)
        .schedule((initial, step) -> initial / (1 + step))
        .listener(listener)
        .fit(train);
    assertThat(rates).containsExactly(1 / 3.0, 1 / 6.0);
    rates.clear();
    trainer(model())
        .optimizer(Optimizers.sgd(1))
        .epochs(3)
        .epochSchedule(Schedules.step(2, 0.5))
        .listener(listener)
        .fit(train);
    assertThat(rates).containsExactly(1.0, 1.0, 0.5);
  }

  @Test
  void refusesBeforeTheFirstStep() {
    TwoLayers model = new TwoLayers(INPUTS, 17, CLASSES, 5, 0, Values.SOFTMAX);
    String before = model.sha256();
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> trainer(model).fit(train))
        .withMessageContaining("output fc2 ends with a softmax: drop @Softmax");
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> Trainer.of(model).loss(Losses.mse()).fit(train))
        .withMessageContaining("call optimizer(...)");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> trainer(model()).fit(train.renamed("fc2", "label")))
        .withMessageContaining("no column fc2 for the output of that name; there is x, label")
        .withMessageContaining("data.renamed(\"label\", \"fc2\")");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(
            () ->
                trainer(model())
                    .fit(train.with(Column.floats("x", List.of(3), new float[203 * 3]))))
        .withMessage(
            "input x [4] takes 4 values per row, but its column in the training data [3] has 3");
    int[] classes = new int[203];
    classes[200] = 3;
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> trainer(model()).fit(train.with(Column.indices("fc2", classes))))
        .withMessageContaining("row 200 of the training data")
        .withMessageContaining("expected a class from 0 to 2, got 3");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> trainer(model).freeze("fc3"))
        .withMessage("no layer fc3; there is x, fc1, fc2");
    assertThat(model.sha256()).isEqualTo(before);
  }

  @Test
  void aLossThatIsNoNumberEndsTraining() {
    float[] x = train.floats("x").values().clone();
    x[17] = Float.NaN;
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> trainer(model()).fit(train.with(Column.floats("x", List.of(INPUTS), x))))
        .withMessageContaining("the loss is NaN in batch");
  }
}

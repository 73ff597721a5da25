package dev.neurite.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.neurite.spi.ModelDescription.Output;
import dev.neurite.spi.ModelDescription.Values;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MetricsTest {

  private static final Output THREE = new Output("scores", List.of(3), Values.UNBOUNDED);
  private static final Output LOGIT = new Output("yes", List.of(1), Values.UNBOUNDED);
  private static final Output PROBABILITY = new Output("yes", List.of(1), Values.SIGMOID);

  /** Predictions 2, 0, 1, 1; the true classes rank 1st, 2nd, 1st, 3rd. */
  private static final float[] SCORES = {1, 2, 3, 9, 8, 7, 0, 5, 4, 1, 6, 2};

  private static final int[] CLASSES = {2, 1, 1, 0};

  private static double value(Metric metric, Output output, float[] values, Object targets) {
    metric.add(output, values, targets, values.length / output.size());
    return metric.value();
  }

  @Test
  void accuracyCountsTheLargest() {
    assertThat(value(Metrics.accuracy(), THREE, SCORES, CLASSES)).isEqualTo(0.5);
    float[] oneHot = {0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0};
    assertThat(value(Metrics.accuracy(), THREE, SCORES, oneHot)).isEqualTo(0.5);
  }

  @Test
  void accuracyOfOneValueTellsTwoClassesApart() {
    float[] values = {-1, 0.4f, 0.6f, 2};
    float[] targets = {0, 1, 1, 1};
    assertThat(value(Metrics.accuracy(), LOGIT, values, targets)).isEqualTo(1);
    assertThat(value(Metrics.accuracy(), PROBABILITY, values, targets)).isEqualTo(0.75);
    assertThat(value(Metrics.accuracy(), LOGIT, values, new int[] {0, 0, 1, 1})).isEqualTo(0.75);
  }

  @Test
  void topKCountsRanks() {
    assertThat(value(Metrics.topK(1), THREE, SCORES, CLASSES)).isEqualTo(0.5);
    assertThat(value(Metrics.topK(2), THREE, SCORES, CLASSES)).isEqualTo(0.75);
    assertThat(value(Metrics.topK(3), THREE, SCORES, CLASSES)).isEqualTo(1);
  }

  @Test
  void binaryAccuracyCountsValues() {
    float[] targets = {1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1};
    assertThat(value(Metrics.binaryAccuracy(), THREE, SCORES, targets))
        .isCloseTo(11 / 12.0, within(1e-12));
  }

  @Test
  void confusionMatrixGivesPrecisionRecallAndF1() {
    ConfusionMatrix matrix = new ConfusionMatrix(List.of("a", "b", "c"));
    matrix.add(THREE, SCORES, CLASSES, 4);
    assertThat(matrix.count(1, 0)).isEqualTo(1);
    assertThat(matrix.count(0, 1)).isEqualTo(1);
    assertThat(matrix.precision(1)).isEqualTo(0.5);
    assertThat(matrix.recall(1)).isEqualTo(0.5);
    assertThat(matrix.f1(2)).isEqualTo(1);
    assertThat(matrix.f1(0)).isEqualTo(0);
    assertThat(matrix.accuracy()).isEqualTo(0.5);
    assertThat(matrix.toString())
        .isEqualTo(
            """
               a  b  c  precision  recall      f1
            a  0  1  0     0.0000  0.0000  0.0000
            b  1  1  0     0.5000  0.5000  0.5000
            c  0  0  1     1.0000  1.0000  1.0000
            """);
  }

  @Test
  void averagesOverClasses() {
    assertThat(value(Metrics.precision(), THREE, SCORES, CLASSES)).isEqualTo(0.5);
    assertThat(value(Metrics.recall(), THREE, SCORES, CLASSES)).isEqualTo(0.5);
    assertThat(value(Metrics.f1(), THREE, SCORES, CLASSES)).isEqualTo(0.5);
    float[] logits = {1, 1, -1, 1};
    float[] targets = {1, 0, 1, 0};
    assertThat(value(Metrics.precision(), LOGIT, logits, targets))
        .isCloseTo(1 / 3.0, within(1e-12));
    assertThat(value(Metrics.recall(), LOGIT, logits, targets)).isEqualTo(0.5);
    assertThat(value(Metrics.f1(), LOGIT, logits, targets)).isCloseTo(0.4, within(1e-12));
  }

  @Test
  void meanErrors() {
    float[] values = {1, 2, 3};
    float[] targets = {1, 4, 0};
    assertThat(value(Metrics.mae(), THREE, values, targets)).isCloseTo(5 / 3.0, within(1e-12));
    assertThat(value(Metrics.mse(), THREE, values, targets)).isCloseTo(13 / 3.0, within(1e-12));
    assertThat(value(Metrics.rmse(), THREE, values, targets))
        .isCloseTo(Math.sqrt(13 / 3.0), within(1e-12));
  }

  @Test
  void freshHasCollectedNothing() {
    Metric used = Metrics.accuracy();
    value(used, THREE, SCORES, CLASSES);
    assertThat(used.fresh().value()).isNaN();
    assertThat(used.fresh().name()).isEqualTo("accuracy");
  }

  @Test
  void refusesTargetsThatDoNotFit() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> value(Metrics.accuracy(), THREE, SCORES, new int[] {3, 0, 0, 0}))
        .withMessage("output scores tells apart classes 0 to 2, got 3");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> value(Metrics.accuracy(), THREE, SCORES, new int[3]))
        .withMessage("output scores: expected 4 targets, got 3");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> value(Metrics.mse(), THREE, SCORES, new int[12]))
        .withMessage("output scores: expected targets as float[], got int[]");
  }
}

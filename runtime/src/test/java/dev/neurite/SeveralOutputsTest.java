package dev.neurite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.neurite.data.Column;
import dev.neurite.data.Dataset;
import dev.neurite.loss.Losses;
import dev.neurite.metric.Metrics;
import dev.neurite.optim.Optimizers;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SeveralOutputsTest {

  private static final int USERS = 4;
  private static final int ROWS = 40;

  private final int[] users = new int[ROWS];
  private final float[] ages = new float[ROWS];
  private final float[] ratings = new float[ROWS];
  private final int[] liked = new int[ROWS];

  SeveralOutputsTest() {
    for (int r = 0; r < ROWS; r++) {
      users[r] = r % USERS;
      ages[r] = r * 0.05f;
      ratings[r] = users[r] - 2 * ages[r];
      liked[r] = users[r] % 2;
    }
  }

  private Dataset data() {
    return Dataset.of(
        Column.indices("user", users),
        Column.floats("age", List.of(1), ages),
        Column.floats("rating", List.of(1), ratings),
        Column.indices("liked", liked));
  }

  @Test
  void lossesAreAWeightedSum() {
    TwoHeads model = new TwoHeads(USERS, 1);
    TrainingReport report =
        Trainer.of(model)
            .loss("rating", Losses.mse(), 0.5f)
            .loss("liked", Losses.crossEntropy(), 2)
            .metric("rating", Metrics.rmse())
            .metric("liked", Metrics.accuracy())
            .optimizer(Optimizers.adam(0.05))
            .batchSize(8)
            .epochs(60)
            .validation(data())
            .watch("rating.rmse")
            .fit(data());
    EpochReport last = report.last();
    assertThat(last.validationMetric("rating.rmse")).isLessThan(0.05);
    assertThat(last.validationMetric("liked.accuracy")).isEqualTo(1);
    assertThat(last.loss())
        .isCloseTo(0.5 * last.metric("rating.loss") + 2 * last.metric("liked.loss"), within(1e-9));
    assertThat(report.best().validationMetric("rating.rmse"))
        .isLessThanOrEqualTo(last.validationMetric("rating.rmse"));
  }

  @Test
  void anOutputWithoutALossIsNotTrained() {
    TwoHeads model = new TwoHeads(USERS, 1);
    try (Training step = model.training(ROWS)) {
      step.forward(new Object[] {users, ages}, ROWS);
      step.loss("rating", Losses.mse(), ratings, 1);
      step.backward();
      float[] table = step.gradient("table.weight");
      for (int user = 0; user < USERS; user++) {
        assertThat(table[3 * user]).isNotZero();
        assertThat(table[3 * user + 1]).isZero();
        assertThat(table[3 * user + 2]).isZero();
      }
      float[] byHand = new float[ROWS];
      for (int r = 0; r < ROWS; r++) {
        byHand[r] = (float) (2 * ((double) step.output("rating")[r] - ratings[r]) / ROWS);
      }
      step.backward(byHand, new float[2 * ROWS]);
      assertThat(step.gradient("table.weight")).isEqualTo(table);
    }
  }

  @Test
  void refusesWhatIsNotSaid() {
    TwoHeads model = new TwoHeads(USERS, 1);
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Trainer.of(model).loss(Losses.mse()))
        .withMessage("TwoHeads has 2 outputs (rating, liked): name the one that is meant");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Trainer.of(model).loss("rated", Losses.mse(), 1))
        .withMessage("no output rated; there is rating, liked");
    try (Training step = model.training(ROWS)) {
      int[] unknown = users.clone();
      unknown[7] = USERS;
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> step.forward(new Object[] {unknown, ages}, ROWS))
          .withMessage("input user takes indices from 0 to 3, got 4 in row 7");
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> step.forward(ages, ROWS))
          .withMessage("TwoHeads has 2 inputs (user, age), got 1 arrays");
      step.forward(new Object[] {users, ages}, ROWS);
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(step::output)
          .withMessage("there are 2 outputs (rating, liked): name one");
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> step.backward(new float[ROWS], new float[ROWS]))
          .withMessage(
              "gradient of output liked: expected 2 values per row, 80 for 40 rows, got 40");
      step.requireInputGradients(true);
      step.backward(new float[ROWS], new float[2 * ROWS]);
      assertThat(step.inputGradient("age")).containsOnly(0f);
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> step.inputGradient("user"))
          .withMessage("input user takes indices, which have no gradient");
    }
  }

  @Test
  void refusesIndicesOutsideTheVocabularyBeforeTraining() {
    users[33] = -1;
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(
            () ->
                Trainer.of(new TwoHeads(USERS, 1))
                    .loss("rating", Losses.mse(), 1)
                    .optimizer(Optimizers.sgd(0.1))
                    .fit(data()))
        .withMessage(
            "input user takes indices from 0 to 3, but row 33 of the training data holds -1");
  }
}

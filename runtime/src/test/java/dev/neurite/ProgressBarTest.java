package dev.neurite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.data.Batch;
import dev.neurite.data.Batches;
import dev.neurite.data.Column;
import dev.neurite.data.Dataset;
import dev.neurite.loss.Losses;
import dev.neurite.metric.Metrics;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ProgressBarTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private static Progress progress() {
    Objective objective = new Objective(new TwoLayers(2, 3, 2, 1).description());
    objective.loss("fc2", Losses.crossEntropy(), 1);
    objective.metric("fc2", Metrics.accuracy());
    Tally tally = new Tally(objective);
    Progress progress = new Progress("TwoLayers", 10, 4, 8, tally);
    progress.epochStarted(3, tally);
    Dataset data =
        Dataset.of(Column.floats("x", List.of(2), new float[4]), Column.indices("fc2", 0, 1));
    try (var epoch = Batches.of(data, 2).epoch(0)) {
      Batch batch = epoch.next();
      tally.addLoss(0, 0.25, 2);
      tally.addBatch(new float[][] {{1, 0, 1, 0}}, batch);
    }
    progress.batchEnded(2, 0.25);
    return progress;
  }

  private static EpochReport report() {
    return new EpochReport(
        3, 0.25, Map.of("accuracy", 0.5), 0.0001, Map.of("accuracy", 1.0), 0.01, 8000, 2, true);
  }

  @Test
  void showsLossMetricRateAndTimeLeft() {
    assertThat(ProgressBar.line(progress()))
        .startsWith("3/10 [##........] 1/4  loss 0.2500  accuracy 0.5000  ")
        .containsPattern("[0-9,]+ rows/s {2}[0-9:]+ left$");
  }

  @Test
  void plainLinesOutsideATerminal() {
    ProgressBar.on(out, false).epochEnded(progress(), report());
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "epoch 3/10  loss 0.2500  accuracy 0.5000  | validation  loss 1.000e-04"
                + "  accuracy 1.0000  | 2.0 s, 4,000 rows/s"
                + System.lineSeparator());
  }

  @Test
  void drawsOverTheLineInATerminal() {
    ProgressBar bar = ProgressBar.on(out, true);
    bar.epochEnded(progress(), report());
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .startsWith("\repoch 3/10  loss 0.2500")
        .endsWith("rows/s" + System.lineSeparator());
  }

  @Test
  void durations() {
    assertThat(Numbers.duration(4.4)).isEqualTo("0:04");
    assertThat(Numbers.duration(65)).isEqualTo("1:05");
    assertThat(Numbers.duration(3661)).isEqualTo("1:01:01");
  }
}

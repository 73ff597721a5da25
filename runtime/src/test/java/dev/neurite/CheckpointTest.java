package dev.neurite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.data.Column;
import dev.neurite.data.Dataset;
import dev.neurite.loss.Losses;
import dev.neurite.metric.Metrics;
import dev.neurite.optim.Optimizers;
import dev.neurite.optim.Schedules;
import dev.neurite.spi.Philox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointTest {

  private static final int FILES = 1500;

  @TempDir Path folder;

  private final Dataset data =
      Dataset.of(
          Column.floats("x", List.of(2), new float[] {0, 1, 1, 0, 1, 1, 0, 0}),
          Column.indices("fc2", 0, 1, 1, 0));

  private static Trainer trainer(TwoLayers model) {
    return Trainer.of(model)
        .loss(Losses.crossEntropy())
        .metric(Metrics.accuracy())
        .optimizer(Optimizers.adam(0.01))
        .epochSchedule(Schedules.plateau(0.5, 3))
        .keepBest()
        .batchSize(2);
  }

  /** A damaged checkpoint is refused and changes nothing, or what is left of it is a checkpoint. */
  @Test
  void damagedFilesAreRefusedOrRead() throws IOException {
    Path file = folder.resolve("whole.safetensors");
    trainer(new TwoLayers(2, 3, 2, 1)).epochs(2).checkpoint(file).fit(data);
    byte[] whole = Files.readAllBytes(file);
    Philox.Stream random = new Philox.Stream(3, Philox.AUGMENTATION, 0);
    Path damaged = folder.resolve("damaged.safetensors");
    TwoLayers model = new TwoLayers(2, 3, 2, 2);
    String before = model.sha256();
    int refused = 0;
    for (int i = 0; i < FILES; i++) {
      byte[] bytes = whole.clone();
      // Mostly printable characters: others never get past the header's first check.
      bytes[random.nextInt(bytes.length)] =
          (byte) (random.nextInt(8) == 0 ? random.nextInt() : ' ' + random.nextInt(95));
      Files.write(damaged, bytes);
      try {
        trainer(model).epochs(2).resume(damaged).fit(data);
        model = new TwoLayers(2, 3, 2, 2);
      } catch (UncheckedIOException e) {
        refused++;
        assertThat(e).hasMessageContaining("damaged.safetensors: ");
        assertThat(model.sha256()).isEqualTo(before);
      }
    }
    assertThat(refused).isBetween(FILES / 4, FILES - 1);
  }

  @Test
  void aFinishedTrainingGoesOnForMoreEpochs() {
    Path file = folder.resolve("two.safetensors");
    TwoLayers model = new TwoLayers(2, 3, 2, 1);
    trainer(model).epochs(2).checkpoint(file).fit(data);
    TrainingReport same = trainer(model).epochs(2).resume(file).fit(data);
    assertThat(same.epochs()).hasSize(2);
    TwoLayers longer = new TwoLayers(2, 3, 2, 1);
    TrainingReport expected = trainer(longer).epochs(5).fit(data);
    TrainingReport rest = trainer(model).epochs(5).resume(file).fit(data);
    assertThat(rest.losses()).isEqualTo(expected.losses());
    assertThat(model.sha256()).isEqualTo(longer.sha256());
  }
}

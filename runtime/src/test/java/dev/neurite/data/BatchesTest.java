package dev.neurite.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.neurite.spi.Philox;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class BatchesTest {

  private static final Augmentation NOISE =
      (source, from, target, to, shape, random) -> {
        for (int i = 0; i < shape.getFirst(); i++) {
          target[to + i] = source[from + i] + random.nextUniform();
        }
      };

  @Test
  void keepsThePartialBatch() {
    Batches batches = Batches.of(DatasetTest.rows(10), 4);
    assertThat(batches.count()).isEqualTo(3);
    List<Integer> sizes = new ArrayList<>();
    try (Epoch epoch = batches.epoch(0)) {
      while (epoch.hasNext()) {
        sizes.add(epoch.next().rows());
      }
      assertThatThrownBy(epoch::next).isInstanceOf(NoSuchElementException.class);
    }
    assertThat(sizes).containsExactly(4, 4, 2);
    assertThat(read(batches, 0, 0)).startsWith("0.0 0.0 0", "1.0 10.0 1").endsWith("9.0 90.0 0");
  }

  @Test
  void showsEveryRowOnceInAnOrderOfSeedAndEpoch() {
    List<String> inOrder = read(Batches.of(DatasetTest.rows(100), 7), 0, 0);
    List<String> first = read(Batches.of(DatasetTest.rows(100), 7).shuffled(1), 0, 0);
    assertThat(first).isNotEqualTo(inOrder).containsExactlyInAnyOrderElementsOf(inOrder);
    assertThat(read(Batches.of(DatasetTest.rows(100), 13).shuffled(1), 0, 0)).isEqualTo(first);
    assertThat(read(Batches.of(DatasetTest.rows(100), 7).shuffled(1), 1, 0)).isNotEqualTo(first);
    assertThat(read(Batches.of(DatasetTest.rows(100), 7).shuffled(2), 0, 0)).isNotEqualTo(first);
  }

  @Test
  void goesOnFromTheMiddleOfAnEpoch() {
    Batches batches = Batches.of(DatasetTest.rows(50), 8).shuffled(1).augmented("x", NOISE, 5);
    List<String> whole = read(batches, 3, 0);
    assertThat(read(batches, 3, 4)).isEqualTo(whole.subList(32, 50));
    assertThat(read(batches, 3, 7)).isEmpty();
    assertThatThrownBy(() -> batches.epoch(3, 8))
        .hasMessageContaining("at most 7 batches left out");
  }

  @Test
  void changesARowByItsSeedEpochAndNumberAlone() {
    Dataset data = DatasetTest.rows(20);
    List<String> inOrder = read(Batches.of(data, 6).augmented("x", NOISE, 5), 2, 0);
    List<String> shuffled = read(Batches.of(data, 3).shuffled(9).augmented("x", NOISE, 5), 2, 0);
    assertThat(shuffled).containsExactlyInAnyOrderElementsOf(inOrder);
    assertThat(read(Batches.of(data, 6).augmented("x", NOISE, 5), 1, 0))
        .doesNotContainAnyElementsOf(inOrder);
    assertThat(read(Batches.of(data, 6).augmented("x", NOISE, 6), 2, 0))
        .doesNotContainAnyElementsOf(inOrder);
    assertThat(data.floats("x").values()).isEqualTo(DatasetTest.rows(20).floats("x").values());
  }

  @Test
  void usesItsBuffersAgain() {
    Batches batches = Batches.of(DatasetTest.rows(100), 4);
    Set<Object> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int epoch = 0; epoch < 3; epoch++) {
      try (Epoch running = batches.epoch(epoch)) {
        while (running.hasNext()) {
          buffers.add(running.next().values("x"));
        }
      }
    }
    assertThat(buffers).hasSizeLessThanOrEqualTo(3);
  }

  @Test
  void endsItsThreadWhenClosedEarly() {
    Epoch epoch = Batches.of(DatasetTest.rows(100), 4).epoch(0);
    assertThat(epoch.next().rows()).isEqualTo(4);
    epoch.close();
    epoch.close();
    assertThat(epoch.hasNext()).isFalse();
    assertThat(epoch.isAssembling()).isFalse();
    assertThatThrownBy(epoch::next)
        .isInstanceOf(NoSuchElementException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void passesOnWhatFailedInTheThread() {
    Augmentation failing =
        (source, from, target, to, shape, random) -> {
          if (source[from] == 5) {
            throw new IllegalArgumentException("no five");
          }
        };
    try (Epoch epoch = Batches.of(DatasetTest.rows(100), 4).augmented("x", failing, 1).epoch(0)) {
      assertThat(epoch.next().rows()).isEqualTo(4);
      assertThatThrownBy(epoch::next)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("batch 1 of epoch 0")
          .hasRootCauseMessage("no five");
    }
  }

  @Test
  void refusesWhatItCannotDo() {
    Dataset data = DatasetTest.rows(3);
    assertThatThrownBy(() -> Batches.of(data, 0))
        .hasMessage("expected at least 1 row per batch, got 0");
    assertThatThrownBy(() -> Batches.of(data, 2).augmented("y", NOISE, 1))
        .hasMessageContaining("holds indices");
    assertThatThrownBy(() -> Batches.of(data, 2).epoch(-1))
        .hasMessageContaining("expected an epoch from 0");
    try (Epoch epoch = Batches.of(data, 2).epoch(0)) {
      Batch batch = epoch.next();
      assertThatThrownBy(() -> batch.floats("y")).hasMessageContaining("holds indices");
      assertThatThrownBy(() -> batch.indices("x")).hasMessageContaining("holds float values");
      assertThatThrownBy(() -> batch.values("z"))
          .hasMessage("no column is named z; there are [x, y]");
    }
    try (Epoch epoch = Batches.of(data.take(), 2).epoch(0)) {
      assertThat(epoch.hasNext()).isFalse();
    }
  }

  @Test
  void shiftsImagesByWholePixels() {
    float[] image = {1, 2, 3, 4, 5, 6};
    float[] shifted = new float[6];
    boolean moved = false;
    for (int stream = 0; stream < 20; stream++) {
      Philox.Stream random = new Philox.Stream(1, Philox.AUGMENTATION, stream);
      new ImageAugmentation(1, 0, -1).apply(image, 0, shifted, 0, List.of(1, 2, 3), random);
      Philox.Stream same = new Philox.Stream(1, Philox.AUGMENTATION, stream);
      int down = same.nextInt(3) - 1;
      int right = same.nextInt(3) - 1;
      moved |= down != 0 && right != 0;
      float[] expected = new float[6];
      for (int y = 0; y < 2; y++) {
        for (int x = 0; x < 3; x++) {
          boolean inside = y - down >= 0 && y - down < 2 && x - right >= 0 && x - right < 3;
          expected[y * 3 + x] = inside ? image[(y - down) * 3 + x - right] : -1;
        }
      }
      assertThat(shifted).isEqualTo(expected);
    }
    assertThat(moved).isTrue();
  }

  /** A round blob in the middle stays, and a spot beside it stays at its distance. */
  @Test
  void turnsImagesAroundTheirMiddle() {
    int size = 21;
    float[] image = new float[2 * size * size];
    image[size * size + 10 * size + 10] = 1;
    image[size * size + 10 * size + 16] = 1;
    float[] turned = new float[image.length];
    ImageAugmentation turn = new ImageAugmentation(0, 180, 0);
    turn.apply(
        image, 0, turned, 0, List.of(2, size, size), new Philox.Stream(4, Philox.AUGMENTATION, 1));
    assertThat(turned).isNotEqualTo(image);
    assertThat(turned[size * size + 10 * size + 10]).isEqualTo(1f);
    double mass = 0;
    double radius = 0;
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        if (Math.hypot(y - 10, x - 10) > 2) {
          float value = turned[size * size + y * size + x];
          mass += value;
          radius += value * Math.hypot(y - 10, x - 10);
        }
      }
    }
    assertThat(mass).isBetween(0.9, 1.1);
    assertThat(radius / mass).isBetween(5.8, 6.3);
    assertThat(Arrays.copyOf(turned, size * size)).containsOnly(0);
    assertThatThrownBy(() -> new ImageAugmentation(-1, 0, 0)).hasMessageContaining("got -1");
    assertThatThrownBy(() -> new ImageAugmentation(0, Float.NaN, 0))
        .hasMessageContaining("got NaN");
  }

  private static List<String> read(Batches batches, int epoch, int skipped) {
    List<String> rows = new ArrayList<>();
    try (Epoch running = batches.epoch(epoch, skipped)) {
      while (running.hasNext()) {
        Batch batch = running.next();
        for (int row = 0; row < batch.rows(); row++) {
          float[] x = batch.floats("x");
          rows.add(x[2 * row] + " " + x[2 * row + 1] + " " + batch.indices("y")[row]);
        }
      }
    }
    return rows;
  }
}

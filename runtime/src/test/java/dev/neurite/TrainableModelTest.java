package dev.neurite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.neurite.dsl.Layer;
import dev.neurite.spi.Initialization;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.Storage;
import dev.neurite.spi.StoredTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainableModelTest {

  @TempDir Path folder;

  @Test
  void theSeedGivesTheParameters() {
    assertThat(new TwoLayers(4, 20, 3, 1).sha256()).isEqualTo(new TwoLayers(4, 20, 3, 1).sha256());
    assertThat(new TwoLayers(4, 20, 3, 1).sha256())
        .isNotEqualTo(new TwoLayers(4, 20, 3, 2).sha256());
    float[] weight = new TwoLayers(4, 20, 3, 1).layer("fc1").parameter("weight");
    assertThat(weight).hasSize(80).doesNotContain(0f);
    for (float value : weight) {
      assertThat(value).isBetween(-0.5f, 0.5f);
    }
  }

  @Test
  void layersShowTheirParameters() {
    Layer layer = new TwoLayers(4, 20, 3, 1).layer("fc1");
    assertThat(layer.name()).isEqualTo("fc1");
    assertThat(layer.inputShapes()).containsExactly(List.of(4));
    assertThat(layer.outputShape()).containsExactly(20);
    assertThat(layer.parameterNames()).containsExactly("weight", "bias");
    assertThat(layer.parameterShape("weight")).containsExactly(20, 4);
    float[] values = layer.parameter("weight");
    values[5] = 7;
    assertThat(layer.parameter("weight")[5]).isNotEqualTo(7f);
    layer.setParameter("weight", values);
    assertThat(layer.parameter("weight")).isEqualTo(values);
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> layer.setParameter("weight", new float[79]))
        .withMessage("fc1.weight [20, 4] has 80 values, got 79");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> layer.parameter("gain"))
        .withMessage("layer fc1 has no parameter gain; it has weight, bias");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> new TwoLayers(4, 20, 3, 1).layer("fc9"))
        .withMessage("no layer fc9; there is x, fc1, fc2");
  }

  @Test
  void theVersionGrowsWithEveryChange() {
    TwoLayers model = new TwoLayers(2, 3, 2, 1);
    long before = model.version();
    model.layer("fc1").setParameter("bias", new float[3]);
    long after = model.version();
    assertThat(after).isGreaterThan(before);
    try (Training step = model.training(1)) {
      step.update((part, parts) -> {});
    }
    assertThat(model.version()).isGreaterThan(after);
  }

  @Test
  void savesAndLoads() throws IOException {
    TwoLayers model = new TwoLayers(4, 20, 3, 1);
    Path file = folder.resolve("model.safetensors");
    model.save(file);
    TwoLayers other = new TwoLayers(4, 20, 3, 2);
    other.load(file);
    assertThat(other.sha256()).isEqualTo(model.sha256());
    TwoLayers larger = new TwoLayers(4, 21, 3, 2);
    String before = larger.sha256();
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> larger.load(file))
        .withMessageContaining("fc1.weight");
    assertThat(larger.sha256()).isEqualTo(before);
  }

  @Test
  void summaryIsATable() {
    assertThat(new TwoLayers(4, 20, 3, 1).summary())
        .isEqualTo(
            """
            TwoLayers
            -----------------------------------------------------------------------
            layer  operation       output  parameters  multiply-adds  bytes per row
            -----------------------------------------------------------------------
            x      Input           [4]              0              0             16
            fc1    Dense 20, Tanh  [20]           100             80             80
            fc2    Dense 3         [3]             63             60             12
            -----------------------------------------------------------------------
            total                                 163            140            108
            """);
  }

  @Test
  void initialValuesOfEveryKind() {
    Storage.Panels storage = new Storage.Panels(0, 1, 24, 60, 1, 1);
    float[] values = draw(storage, List.of(24, 60), new Initialization.Normal(3, 0.5f));
    double mean = 0;
    double square = 0;
    for (float value : values) {
      mean += value / (double) values.length;
    }
    for (float value : values) {
      square += (value - mean) * (value - mean) / values.length;
    }
    // Four standard errors of 1,440 draws.
    assertThat(mean).isCloseTo(3, within(0.053));
    assertThat(Math.sqrt(square)).isCloseTo(0.5, within(0.038));
    assertThat(draw(storage, List.of(24, 60), new Initialization.Constant(2))).containsOnly(2f);

    float[] rows = draw(storage, List.of(24, 60), new Initialization.Orthogonal(2));
    for (int a = 0; a < 24; a++) {
      for (int b = 0; b <= a; b++) {
        double product = 0;
        for (int k = 0; k < 60; k++) {
          product += (double) rows[a * 60 + k] * rows[b * 60 + k];
        }
        assertThat(product).isCloseTo(a == b ? 4 : 0, within(1e-5));
      }
    }
    float[] columns =
        draw(
            new Storage.Panels(0, 1, 60, 24, 1, 1),
            List.of(60, 24),
            new Initialization.Orthogonal(1));
    double norm = 0;
    for (int k = 0; k < 60; k++) {
      norm += (double) columns[k * 24] * columns[k * 24];
    }
    assertThat(norm).isCloseTo(1, within(1e-5));
  }

  private static float[] draw(Storage storage, List<Integer> shape, Initialization initialization) {
    StoredTensor tensor =
        new StoredTensor(
            "fc", "weight", shape, StoredTensor.Role.PARAMETER, storage, initialization);
    float[] flat = new float[storage.length()];
    InitialValues.draw(
        new ModelDescription(
            "One", List.of(), List.of(), List.of(), List.of(tensor), flat.length, 0),
        1,
        flat,
        new float[0]);
    float[] values = new float[storage.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = flat[storage.index(i)];
    }
    return values;
  }
}

package dev.neurite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.data.Column;
import dev.neurite.data.Dataset;
import dev.neurite.gpu.EmulatedGpu;
import dev.neurite.loss.Losses;
import dev.neurite.optim.Optimizers;
import dev.neurite.spi.ModelDescription.Values;
import dev.neurite.spi.Philox;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Models and data for the emulated GPU, which as an extension it makes the one that is found. A
 * test fails after which the emulated driver was asked for what does not fit.
 */
final class OnEmulatedGpu implements BeforeEachCallback, AfterEachCallback {

  static final int INPUTS = 4;
  static final int HIDDEN = 17;
  static final int CLASSES = 3;

  /** The emulated products add in another order than the processor's sums in double. */
  static final Offset<Float> CLOSE = Offset.offset(2e-5f);

  private long failures;

  @Override
  public void beforeEach(ExtensionContext context) {
    EmulatedGpu.use();
    failures = EmulatedGpu.failures();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    try {
      if (context.getExecutionException().isEmpty()) {
        assertThat(EmulatedGpu.failures()).isEqualTo(failures);
      }
    } finally {
      EmulatedGpu.forget();
    }
  }

  static TwoLayers model() {
    return model(Values.UNBOUNDED);
  }

  static TwoLayers model(Values last) {
    return new TwoLayers(INPUTS, HIDDEN, CLASSES, 5, 0, last);
  }

  static TwoLayers onGpu() {
    TwoLayers model = model();
    model.to(Device.gpu());
    return model;
  }

  static float[] values(int count, long seed) {
    Philox.Stream random = new Philox.Stream(seed, Philox.INITIALIZATION, 7);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextNormal();
    }
    return values;
  }

  static int[] classes(int count) {
    Philox.Stream random = new Philox.Stream(3, Philox.INITIALIZATION, 7);
    int[] classes = new int[count];
    for (int i = 0; i < count; i++) {
      classes[i] = random.nextInt(CLASSES);
    }
    return classes;
  }

  static Dataset data(int rows) {
    return Dataset.of(
        Column.floats("x", List.of(INPUTS), values(rows * INPUTS, 1)),
        Column.indices("fc2", classes(rows)));
  }

  static void assertSameParameters(TrainableModel gpu, TrainableModel host) {
    assertThat(gpu.parameterArray())
        .usingComparatorWithPrecision(CLOSE.value)
        .containsExactly(host.parameterArray());
    assertThat(gpu.stateArray()).containsExactly(host.stateArray());
  }

  static Trainer trainer(TrainableModel model) {
    return Trainer.of(model)
        .loss(Losses.crossEntropy())
        .optimizer(Optimizers.adam(0.01))
        .batchSize(16)
        .epochs(2)
        .seed(9);
  }
}

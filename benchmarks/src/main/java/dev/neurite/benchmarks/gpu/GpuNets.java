package dev.neurite.benchmarks.gpu;

import dev.neurite.TrainableModel;
import dev.neurite.data.Column;
import dev.neurite.data.Dataset;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.Philox;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/** The networks measured, by name, with made-up data. */
enum GpuNets {
  MLP,
  CNN,
  WIDE;

  private static final int CLASSES = 10;

  static GpuNets named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  TrainableModel create(long seed) {
    return switch (this) {
      case MLP -> GpuMlpModel.create(seed);
      case CNN -> GpuCnnModel.create(seed);
      case WIDE -> GpuWideModel.create(seed);
    };
  }

  /** Predicts one row into an array, wherever the model is. */
  BiConsumer<float[], float[]> predictor(TrainableModel model) {
    return switch (this) {
      case MLP -> ((GpuMlpModel) model)::predictInto;
      case CNN -> ((GpuCnnModel) model)::predictInto;
      case WIDE -> ((GpuWideModel) model)::predictInto;
    };
  }

  /** Rows of uniform values with classes drawn at random. */
  static Dataset data(TrainableModel model, int rows) {
    ModelDescription.Input input = model.description().inputs().getFirst();
    float[] values = new float[rows * input.size()];
    Philox.Stream random = new Philox.Stream(1, Philox.AUGMENTATION, 0);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextUniform(-1, 1);
    }
    int[] classes = new int[rows];
    for (int i = 0; i < rows; i++) {
      classes[i] = random.nextInt(CLASSES);
    }
    return Dataset.of(
        Column.floats(input.name(), List.copyOf(input.shape()), values),
        Column.indices("output", classes));
  }

  /**
   * Floating-point operations of one row's training step: the first layer has no input gradient.
   */
  static double operations(TrainableModel model) {
    double all = 0;
    double first = 0;
    for (ModelDescription.LayerRow layer : model.description().layers()) {
      if (first == 0) {
        first = layer.multiplyAdds();
      }
      all += layer.multiplyAdds();
    }
    return 2 * (3 * all - first);
  }
}

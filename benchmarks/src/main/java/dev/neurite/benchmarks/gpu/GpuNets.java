package dev.neurite.benchmarks.gpu;

import dev.neurite.TrainableModel;
import dev.neurite.benchmarks.nets.CnnModel;
import dev.neurite.benchmarks.nets.MlpModel;
import dev.neurite.data.Column;
import dev.neurite.data.Dataset;
import dev.neurite.loss.Loss;
import dev.neurite.loss.Losses;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.Philox;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/** The networks measured, by name, with made-up data. */
enum GpuNets {
  MLP,
  CNN,
  WIDE512,
  WIDE1024,
  WIDE2048,
  /** Named in the tables of training, where arithmetic decides for it. */
  WIDE;

  private static final int CLASSES = 10;

  static GpuNets named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  TrainableModel create(long seed) {
    return switch (this) {
      case MLP -> MlpModel.create(seed);
      case CNN -> CnnModel.create(seed);
      case WIDE512 -> Wide512Model.create(seed);
      case WIDE1024 -> Wide1024Model.create(seed);
      case WIDE2048 -> Wide2048Model.create(seed);
      case WIDE -> Wide4096Model.create(seed);
    };
  }

  /** Predicts one row into an array, wherever the model is. */
  BiConsumer<float[], float[]> predictor(TrainableModel model) {
    return switch (this) {
      case MLP -> ((MlpModel) model)::predictInto;
      case CNN -> ((CnnModel) model)::predictInto;
      case WIDE512 -> ((Wide512Model) model)::predictInto;
      case WIDE1024 -> ((Wide1024Model) model)::predictInto;
      case WIDE2048 -> ((Wide2048Model) model)::predictInto;
      case WIDE -> ((Wide4096Model) model)::predictInto;
    };
  }

  /**
   * What classes are compared with: the convolutional network gives logarithms, the others logits.
   */
  Loss loss() {
    return this == CNN ? Losses.nll() : Losses.crossEntropy();
  }

  /** Rows of uniform values with classes drawn at random. */
  static Dataset data(TrainableModel model, int rows) {
    ModelDescription.Input input = model.description().inputs().getFirst();
    float[] values = new float[Math.multiplyExact(rows, input.size())];
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
        Column.indices(model.description().outputs().getFirst().name(), classes));
  }

  /** Parameters. */
  static long parameters(TrainableModel model) {
    return model.description().tensors().stream()
        .mapToLong(
            tensor -> tensor.shape().stream().mapToLong(size -> size).reduce(1, (a, b) -> a * b))
        .sum();
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

package dev.neurite.benchmarks.scaling;

import dev.neurite.TrainableModel;
import dev.neurite.Training;
import dev.neurite.loss.Losses;
import dev.neurite.optim.Optimizer;
import dev.neurite.optim.Optimizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * A network that is measured.
 *
 * @param size what it differs by from others: width or depth
 * @param model trained
 * @param loader of its class for predictions
 */
record Network(int size, TrainableModel model, Loader loader) {

  /** A prediction of many rows. */
  @FunctionalInterface
  interface Predictor {
    void predict(float[] x, int rows, float[] y);
  }

  /** Reads a weight file. */
  @FunctionalInterface
  interface Loader {
    Predictor load(Path file, int threads) throws IOException;
  }

  static Network of(int size, TrainableModel model, Loader loader) {
    return new Network(size, model, loader);
  }

  /** Multiply-adds of a row. */
  long operations() {
    return model.description().layers().stream().mapToLong(layer -> layer.multiplyAdds()).sum();
  }

  /** Microseconds that a row of a call takes. */
  double predicting(int rows, int threads) throws IOException {
    Path file = Files.createTempFile("scaling", ".safetensors");
    try {
      model.save(file);
      Predictor predictor = loader.load(file, threads);
      float[] x = random(rows * model.description().inputs().getFirst().size());
      float[] y = new float[rows * model.description().outputs().getFirst().size()];
      return Clock.microseconds(() -> predictor.predict(x, rows, y)) / rows;
    } finally {
      Files.delete(file);
    }
  }

  /** Microseconds that a row of a training step takes. */
  double training(int rows, int threads) {
    float[] x = random(rows * model.description().inputs().getFirst().size());
    float[] target = new float[rows * model.description().outputs().getFirst().size()];
    Optimizer optimizer = Optimizers.sgd(1e-6);
    try (Training step = model.training(rows, threads)) {
      return Clock.microseconds(
              () -> {
                step.forward(x, rows);
                step.loss(Losses.mse(), target);
                step.backward();
                optimizer.step(step);
              })
          / rows;
    }
  }

  private static float[] random(int length) {
    Random random = new Random(length);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }
}

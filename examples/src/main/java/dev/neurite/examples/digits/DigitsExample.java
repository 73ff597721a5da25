package dev.neurite.examples.digits;

import dev.neurite.Evaluator;
import dev.neurite.Trainer;
import dev.neurite.TrainingReport;
import dev.neurite.data.Dataset;
import dev.neurite.data.ImageAugmentation;
import dev.neurite.examples.ProgressLines;
import dev.neurite.examples.TrainingOptions;
import dev.neurite.examples.images.Drawing;
import dev.neurite.examples.images.ImageData;
import dev.neurite.loss.Losses;
import dev.neurite.metric.ConfusionMatrix;
import dev.neurite.metric.Metrics;
import dev.neurite.optim.Optimizers;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains {@link Digits}, shows how well it reads, saves it, and loads it again. */
@Command(
    name = "digits",
    description = "A convolutional network learns to read handwritten digits (the main example).",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class DigitsExample implements Callable<Integer> {

  private static final int PIXELS = 28 * 28;

  /** The share of the training images that is trained on; the others choose the best epoch. */
  private static final double TRAINED = 0.95;

  @Option(names = "--epochs", paramLabel = "N", description = "How often all images are shown.")
  private int epochs = 6;

  @Option(names = "--batch", paramLabel = "N", description = "Images of one step.")
  private int batch = 64;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "MNIST or Fashion-MNIST: a folder with its four IDX files, plain or .gz.")
  private @Nullable Path data;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Use only the first N images of each kind.",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
  private int limit = Integer.MAX_VALUE;

  @Option(
      names = "--shift",
      paramLabel = "N",
      description =
          "Show images shifted by up to N pixels, never twice the same; 0 for as they are.")
  private int shift = 1;

  @Option(names = "--save", paramLabel = "FILE", description = "Keep the weights in this file.")
  private @Nullable Path save;

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description = "Keep the state of training here after each epoch, and go on from it.")
  private @Nullable Path checkpoint;

  @Mixin private final TrainingOptions options = new TrainingOptions();

  private final PrintStream out = System.out;

  /** Creates the example; picocli sets its options. */
  public DigitsExample() {}

  @Override
  public Integer call() throws IOException {
    ImageData images = ImageData.load(data, "image", "scores");
    Dataset.Split split = first(images.train()).split(TRAINED, options.seed());
    Dataset test = first(images.test());
    out.printf(
        Locale.ROOT,
        "%s: %,d to train on, %,d to choose the best epoch, %,d to test.%n%n",
        images.source(),
        split.first().rows(),
        split.second().rows(),
        test.rows());

    DigitsModel model = DigitsModel.create(options.seed());
    out.println(model.summary());
    options.place(model, out);

    Trainer trainer =
        Trainer.of(model)
            .loss(Losses.nll())
            .metric(Metrics.accuracy())
            .optimizer(Optimizers.adam(0.001))
            .augment("image", new ImageAugmentation(shift, 0, 0))
            .batchSize(batch)
            .epochs(epochs)
            .seed(options.seed())
            .threads(options.threads())
            .validation(split.second())
            .keepBest()
            .listener(ProgressLines.orBar(100));
    if (checkpoint != null) {
      if (Files.exists(checkpoint)) {
        trainer.resume(checkpoint);
      }
      trainer.checkpoint(checkpoint);
    }
    TrainingReport report = trainer.fit(split.first());
    out.printf("%n%s%n", report);

    double accuracy = showTest(model, images.classes(), test);
    showDigits(model, images.classes(), test);
    double repeated = saveAndLoad(model, test);
    out.printf(Locale.ROOT, "after save and load: test accuracy %.4f%n", repeated);
    out.printf(Locale.ROOT, "test accuracy %.4f%n", accuracy);
    return accuracy == repeated ? 0 : 1;
  }

  private Dataset first(Dataset dataset) {
    return dataset.splitAt(Math.min(limit, dataset.rows())).first();
  }

  private double showTest(DigitsModel model, List<String> classes, Dataset test) {
    Evaluator.Evaluation evaluation =
        Evaluator.of(model)
            .metric(new ConfusionMatrix(classes))
            .threads(options.threads())
            .run(test);
    out.println("What the test images are (rows) and what they were taken for (columns):");
    out.println();
    out.println(evaluation.metrics().getFirst());
    return evaluation.metric("confusion");
  }

  /** Draws the first two test images that were read right and the first that was not. */
  private void showDigits(DigitsModel model, List<String> classes, Dataset test) {
    float[] pixels = test.floats("image").values();
    int[] labels = test.indices("scores").values();
    int right = 0;
    int wrong = 0;
    for (int row = 0; row < labels.length && (right < 2 || wrong < 1); row++) {
      float[] probabilities =
          model.probabilities(Arrays.copyOfRange(pixels, row * PIXELS, (row + 1) * PIXELS));
      int predicted = largest(probabilities);
      boolean isRight = predicted == labels[row];
      if (isRight ? right++ < 2 : wrong++ < 1) {
        out.print(Drawing.of(pixels, row * PIXELS));
        out.printf(
            Locale.ROOT,
            "test image %d: read as %s with probability %.4f, is %s%n%n",
            row,
            classes.get(predicted),
            probabilities[predicted],
            classes.get(labels[row]));
      }
    }
  }

  /** Saves the model, loads the file into a fresh one, and measures that one. */
  private double saveAndLoad(DigitsModel model, Dataset test) throws IOException {
    Path file = save == null ? Files.createTempFile("digits", ".safetensors") : save;
    try {
      model.save(file);
      out.printf(
          Locale.ROOT,
          "Saved %,d bytes%s with PyTorch's names and shapes.%n",
          Files.size(file),
          save == null ? "" : " to " + file.toAbsolutePath());
      out.printf("SHA-256 of the weights: %s%n", model.sha256());
      DigitsModel fresh = DigitsModel.create(options.seed() + 1);
      fresh.load(file);
      return Evaluator.of(fresh)
          .metric(Metrics.accuracy())
          .threads(options.threads())
          .run(test)
          .metric("accuracy");
    } finally {
      if (save == null) {
        Files.delete(file);
      }
    }
  }

  private static int largest(float[] values) {
    int largest = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[largest]) {
        largest = i;
      }
    }
    return largest;
  }
}

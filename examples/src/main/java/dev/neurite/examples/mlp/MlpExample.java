package dev.neurite.examples.mlp;

import dev.neurite.Evaluator;
import dev.neurite.Progress;
import dev.neurite.Trainer;
import dev.neurite.TrainingListener;
import dev.neurite.data.Dataset;
import dev.neurite.data.Normalization;
import dev.neurite.examples.TrainingOptions;
import dev.neurite.examples.images.Drawing;
import dev.neurite.examples.images.ImageData;
import dev.neurite.loss.Losses;
import dev.neurite.metric.Metrics;
import dev.neurite.optim.Optimizers;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains {@link Mlp} with plain gradient descent and momentum. */
@Command(
    name = "mnist-mlp",
    description = "Three dense layers learn digits, or clothes with --data, by SGD with momentum.",
    mixinStandardHelpOptions = true)
public final class MlpExample implements Callable<Integer> {

  private static final int PIXELS = 28 * 28;

  @Option(names = "--epochs", paramLabel = "N", description = "How often all images are shown: 10.")
  private int epochs = 10;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "MNIST or Fashion-MNIST: a folder with its four IDX files, plain or .gz.")
  private @Nullable Path data;

  @Mixin private final TrainingOptions options = new TrainingOptions();

  private final PrintStream out = System.out;

  /** Creates the example; picocli sets its options. */
  public MlpExample() {}

  @Override
  public Integer call() throws IOException {
    ImageData images = ImageData.load(data, "image", "logits");
    // Pixels from -1 to 1: around 0, where gradients are at their best.
    Normalization normalization = Normalization.of(0.5f, 0.5f);
    Dataset train = images.train().normalised("image", normalization);
    Dataset test = images.test().normalised("image", normalization);
    out.printf(
        Locale.ROOT,
        "%s: %,d to train on, %,d to test.%n%n",
        images.source(),
        train.rows(),
        test.rows());

    MlpModel model = MlpModel.create(options.seed());
    out.println(model.summary());
    options.place(model, out);
    Trainer.of(model)
        .loss(Losses.crossEntropy())
        .optimizer(Optimizers.sgd(0.01).momentum(0.5))
        .batchSize(100)
        .epochs(epochs)
        .seed(options.seed())
        .threads(options.threads())
        .listener(new RunningLoss(out, 200))
        .fit(train);

    double accuracy =
        Evaluator.of(model)
            .metric(Metrics.accuracy())
            .threads(options.threads())
            .run(test)
            .metric("accuracy");
    showFirst(model, images, test);
    out.printf(Locale.ROOT, "test accuracy %.4f%n", accuracy);
    return 0;
  }

  private void showFirst(MlpModel model, ImageData images, Dataset test) {
    float[] pixels = Arrays.copyOf(test.floats("image").values(), PIXELS);
    float[] probabilities = model.probabilities(pixels);
    int predicted = 0;
    for (int i = 1; i < probabilities.length; i++) {
      if (probabilities[i] > probabilities[predicted]) {
        predicted = i;
      }
    }
    out.printf("%n%s", Drawing.of(images.test().floats("image").values(), 0));
    out.printf(
        Locale.ROOT,
        "the first test image: class %s with probability %.4f, is %s%n%n",
        images.classes().get(predicted),
        probabilities[predicted],
        images.classes().get(images.test().indices("logits").values()[0]));
  }

  /** Prints the loss averaged over the last so many batches, counted on from epoch to epoch. */
  private static final class RunningLoss implements TrainingListener {

    private final PrintStream out;
    private final int every;
    private int batches;
    private double sum;

    RunningLoss(PrintStream out, int every) {
      this.out = out;
      this.every = every;
    }

    @Override
    public void batchEnded(Progress progress) {
      sum += progress.batchLoss();
      batches++;
      if (batches % every == 0) {
        out.printf(
            Locale.ROOT,
            "epoch %2d, batch %5d: running loss %.4f%n",
            progress.epoch(),
            batches,
            sum / every);
        sum = 0;
      }
    }
  }
}

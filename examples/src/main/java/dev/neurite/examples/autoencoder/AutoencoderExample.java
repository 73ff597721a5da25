package dev.neurite.examples.autoencoder;

import dev.neurite.Evaluator;
import dev.neurite.Trainer;
import dev.neurite.data.Dataset;
import dev.neurite.data.FloatColumn;
import dev.neurite.examples.EpochLines;
import dev.neurite.examples.TrainingOptions;
import dev.neurite.examples.images.Drawing;
import dev.neurite.examples.images.ImageData;
import dev.neurite.loss.Losses;
import dev.neurite.optim.Optimizers;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains {@link Autoencoder} to give back the images it is shown. */
@Command(
    name = "autoencoder",
    description = "Squeezes digits into 24 numbers and back, with tied weights.",
    mixinStandardHelpOptions = true)
public final class AutoencoderExample implements Callable<Integer> {

  private static final int PIXELS = 28 * 28;

  @Option(names = "--epochs", paramLabel = "N", description = "How often all images are shown: 10.")
  private int epochs = 10;

  @Option(names = "--limit", paramLabel = "N", description = "Train on the first N images: 8000.")
  private int limit = 8000;

  @Mixin private final TrainingOptions options = new TrainingOptions();

  private final PrintStream out = System.out;

  /** Creates the example; picocli sets its options. */
  public AutoencoderExample() {}

  @Override
  public Integer call() throws IOException {
    ImageData images = ImageData.load(null, "image", "class");
    Dataset train = toItself(images.train(), limit);
    Dataset test = toItself(images.test(), limit);

    AutoencoderModel model = AutoencoderModel.create(options.seed());
    out.println(model.summary());
    options.place(model, out);
    out.printf("Stored: %s%n%n", String.join(", ", tensors(model)));
    Trainer.of(model)
        .loss(Losses.mse())
        .optimizer(Optimizers.adam(0.002))
        .batchSize(50)
        .epochs(epochs)
        .seed(options.seed())
        .threads(options.threads())
        .listener(new EpochLines(out, 1))
        .fit(train);

    for (int row = 0; row < 2; row++) {
      float[] image =
          Arrays.copyOfRange(test.floats("image").values(), row * PIXELS, (row + 1) * PIXELS);
      out.printf("%na test image%n%s", Drawing.of(image, 0));
      out.printf("what 24 numbers keep of it%n%s", Drawing.of(model.predict(image), 0));
    }
    double loss =
        Evaluator.of(model).loss(Losses.mse()).threads(options.threads()).run(test).loss();
    out.printf(Locale.ROOT, "%ntest error %.5f%n", loss);
    return 0;
  }

  /** Images with themselves as what is to come out. */
  private static Dataset toItself(Dataset images, int limit) {
    FloatColumn image = images.splitAt(Math.min(limit, images.rows())).first().floats("image");
    return Dataset.of(image, image.renamed("pixels"));
  }

  private static String[] tensors(AutoencoderModel model) {
    return model.description().tensors().stream()
        .map(tensor -> tensor.name() + " " + tensor.shape())
        .toArray(String[]::new);
  }
}

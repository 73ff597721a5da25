package dev.neurite.examples.blocks;

import dev.neurite.Evaluator;
import dev.neurite.TrainableModel;
import dev.neurite.Trainer;
import dev.neurite.data.Column;
import dev.neurite.data.Dataset;
import dev.neurite.examples.EpochLines;
import dev.neurite.examples.TrainingOptions;
import dev.neurite.examples.images.ImageData;
import dev.neurite.loss.Losses;
import dev.neurite.metric.Metrics;
import dev.neurite.optim.Optimizers;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains {@link ResNet20} or {@link InceptionNet}. */
@Command(
    name = "blocks",
    description = "ResNet-20 or a network of Inception blocks learns digits.",
    mixinStandardHelpOptions = true)
public final class BlocksExample implements Callable<Integer> {

  /** The networks of this example. */
  private enum Network {
    RESNET,
    INCEPTION
  }

  private static final int DRAWN = 28;
  private static final int SIDE = 32;

  @Option(names = "--network", paramLabel = "NAME", description = "RESNET, or INCEPTION.")
  private Network network = Network.RESNET;

  @Option(names = "--epochs", paramLabel = "N", description = "How often all images are shown: 3.")
  private int epochs = 3;

  @Option(names = "--limit", paramLabel = "N", description = "Use the first N images: 2000.")
  private int limit = 2000;

  @Mixin private final TrainingOptions options = new TrainingOptions();

  private final PrintStream out = System.out;

  /** Creates the example; picocli sets its options. */
  public BlocksExample() {}

  @Override
  public Integer call() throws IOException {
    ImageData images = ImageData.load(null, "image", "logits");
    Dataset train = framed(images.train());
    Dataset test = framed(images.test());
    TrainableModel model =
        switch (network) {
          case RESNET -> ResNet20Model.create(options.seed());
          case INCEPTION -> InceptionNetModel.create(options.seed());
        };
    out.println(model.summary());
    options.place(model, out);
    Trainer.of(model)
        .loss(Losses.crossEntropy())
        .optimizer(Optimizers.adam(0.003))
        .batchSize(16)
        .epochs(epochs)
        .seed(options.seed())
        .threads(options.threads())
        .listener(new EpochLines(out, 1))
        .fit(train);
    double accuracy =
        Evaluator.of(model)
            .metric(Metrics.accuracy())
            .threads(options.threads())
            .run(test)
            .metric("accuracy");
    out.printf(Locale.ROOT, "test accuracy %.4f%n", accuracy);
    return 0;
  }

  /** The first images with a frame of two pixels around each. */
  private Dataset framed(Dataset images) {
    Dataset first = images.splitAt(Math.min(limit, images.rows())).first();
    float[] pixels = first.floats("image").values();
    float[] framed = new float[first.rows() * SIDE * SIDE];
    int frame = (SIDE - DRAWN) / 2;
    for (int line = 0; line < first.rows() * DRAWN; line++) {
      int to = (line / DRAWN * SIDE + line % DRAWN + frame) * SIDE + frame;
      System.arraycopy(pixels, line * DRAWN, framed, to, DRAWN);
    }
    return Dataset.of(
        Column.floats("image", List.of(1, SIDE, SIDE), framed), first.indices("logits"));
  }
}

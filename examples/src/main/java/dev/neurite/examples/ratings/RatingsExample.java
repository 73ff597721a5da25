package dev.neurite.examples.ratings;

import dev.neurite.Evaluator;
import dev.neurite.Trainer;
import dev.neurite.data.Dataset;
import dev.neurite.examples.EpochLines;
import dev.neurite.examples.TrainingOptions;
import dev.neurite.loss.Losses;
import dev.neurite.metric.Metrics;
import dev.neurite.optim.Optimizers;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains {@link Ratings} with a loss for each of its two outputs. */
@Command(
    name = "ratings",
    description = "Two inputs, two outputs: what a user thinks of a film.",
    mixinStandardHelpOptions = true)
public final class RatingsExample implements Callable<Integer> {

  @Option(names = "--epochs", paramLabel = "N", description = "How often all are shown: 20.")
  private int epochs = 20;

  @Option(names = "--ratings", paramLabel = "N", description = "Ratings to train on: 20000.")
  private int ratings = 20_000;

  @Mixin private final TrainingOptions options = new TrainingOptions();

  private final PrintStream out = System.out;

  /** Creates the example; picocli sets its options. */
  public RatingsExample() {}

  @Override
  public Integer call() {
    Dataset train = Films.of(ratings, options.seed());
    Dataset test = Films.of(2000, options.seed() + 1);
    RatingsModel model = RatingsModel.create(options.seed());
    out.println(model.summary());
    options.place(model, out);
    Trainer.of(model)
        .loss("rating", Losses.mse(), 1)
        .loss("liked", Losses.crossEntropy(), 0.5f)
        .optimizer(Optimizers.adam(0.005))
        .batchSize(50)
        .epochs(epochs)
        .seed(options.seed())
        .threads(options.threads())
        .listener(new EpochLines(out, 1))
        .fit(train);

    Evaluator.Evaluation evaluation =
        Evaluator.of(model)
            .loss("rating", Losses.mse(), 1)
            .metric("liked", Metrics.accuracy())
            .threads(options.threads())
            .run(test);
    int[] user = {test.indices("user").values()[0]};
    float[] genres = new float[Ratings.GENRES];
    System.arraycopy(test.floats("genres").values(), 0, genres, 0, genres.length);
    RatingsModel.Outputs outputs = model.predict(user, genres);
    out.printf(
        Locale.ROOT,
        "%nuser %d rates the first test film %.2f, predicted %.2f%n",
        user[0],
        test.floats("rating").values()[0],
        outputs.rating()[0]);
    out.printf(Locale.ROOT, "squared error of new ratings %.4f%n", evaluation.loss());
    out.printf(
        Locale.ROOT,
        "told right whether a film is liked %.4f%n",
        evaluation.metric("liked.accuracy"));
    return 0;
  }
}

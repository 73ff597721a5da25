package dev.neurite.examples.twoclass;

import dev.neurite.Evaluator;
import dev.neurite.GradientCheck;
import dev.neurite.Trainer;
import dev.neurite.data.Dataset;
import dev.neurite.examples.DeviceOption;
import dev.neurite.examples.EpochLines;
import dev.neurite.examples.SeedOption;
import dev.neurite.loss.Loss;
import dev.neurite.loss.Losses;
import dev.neurite.metric.Metrics;
import dev.neurite.optim.Optimizers;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains {@link TwoClass} twice, with two losses, and compares its gradients with differences. */
@Command(
    name = "two-class",
    description = "A sigmoid network separates two half moons, with two losses.",
    mixinStandardHelpOptions = true)
public final class TwoClassExample implements Callable<Integer> {

  private static final int COLUMNS = 61;
  private static final int LINES = 19;

  @Option(names = "--epochs", paramLabel = "N", description = "Steps over all points: 2000.")
  private int epochs = 2000;

  @Option(names = "--points", paramLabel = "N", description = "Points to train on: 400.")
  private int points = 400;

  @Mixin private final SeedOption seed = new SeedOption();

  @Mixin private final DeviceOption device = new DeviceOption();

  private final PrintStream out = System.out;

  /** Creates the example; picocli sets its options. */
  public TwoClassExample() {}

  @Override
  public Integer call() {
    Dataset train = Moons.of(points, seed.value());
    Dataset test = Moons.of(1000, seed.value() + 1);
    out.println("Two half moons, a 2-16-1 sigmoid network; every step sees all points.");
    train("squared error", Losses.mse(), 2, train, test);
    TwoClassModel model = train("binary cross-entropy", Losses.bce(), 0.5, train, test);

    out.println("What the network takes each place for (+ the second class, . the first):");
    out.println(map(model));
    predict(model, 0, 1);
    predict(model, 1, -0.5f);
    checkGradients(train);
    return 0;
  }

  private TwoClassModel train(String name, Loss loss, double rate, Dataset train, Dataset test) {
    out.printf("%n%s:%n", name);
    TwoClassModel model = TwoClassModel.create(seed.value());
    device.place(model, out);
    Trainer.of(model)
        .loss(loss)
        .optimizer(Optimizers.sgd(rate).momentum(0.9))
        .batchSize(train.rows())
        .epochs(epochs)
        .seed(seed.value())
        .listener(new EpochLines(out, 100))
        .fit(train);
    out.printf(
        Locale.ROOT,
        "%s separates %.4f of new points%n",
        name,
        Evaluator.of(model).metric(Metrics.binaryAccuracy()).run(test).metric("binaryAccuracy"));
    return model;
  }

  private void predict(TwoClassModel model, float x, float y) {
    out.printf(
        Locale.ROOT,
        "at (%.1f, %.1f) the second class has probability %.4f%n",
        x,
        y,
        model.predict(new float[] {x, y})[0]);
  }

  private static String map(TwoClassModel model) {
    StringBuilder text = new StringBuilder();
    for (int line = 0; line < LINES; line++) {
      float y = 1.3f - 2.1f * line / (LINES - 1);
      for (int column = 0; column < COLUMNS; column++) {
        float x = -1.3f + 3.6f * column / (COLUMNS - 1);
        text.append(model.predict(new float[] {x, y})[0] > 0.5f ? '+' : '.');
      }
      text.append('\n');
    }
    return text.toString();
  }

  private void checkGradients(Dataset train) {
    Dataset some = train.splitAt(Math.min(20, train.rows())).first();
    float[] places = some.floats("point").values();
    float[] classes = some.floats("second").values();
    TwoClassModel fresh = TwoClassModel.create(seed.value());
    out.println();
    for (GradientCheck.Loss loss :
        new GradientCheck.Loss[] {GradientCheck.mse(classes), GradientCheck.bce(classes)}) {
      out.println(
          GradientCheck.of(fresh, TwoClassDouble::new)
              .input("point", places)
              .loss("second", loss)
              .run());
    }
  }
}

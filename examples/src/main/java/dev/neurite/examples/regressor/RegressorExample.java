package dev.neurite.examples.regressor;

import dev.neurite.GradientCheck;
import dev.neurite.Trainer;
import dev.neurite.TrainingReport;
import dev.neurite.data.Column;
import dev.neurite.data.Dataset;
import dev.neurite.examples.EpochLines;
import dev.neurite.examples.SeedOption;
import dev.neurite.loss.Losses;
import dev.neurite.optim.Optimizers;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Fits two curves at once, by steps for one sample each and by steps for all samples. */
@Command(
    name = "regressor",
    description = "A network with a linear output learns a sine and a parabola, in two ways.",
    mixinStandardHelpOptions = true)
public final class RegressorExample implements Callable<Integer> {

  private static final int SAMPLES = 100;

  @Option(names = "--epochs", paramLabel = "N", description = "How often all samples pass: 1000.")
  private int epochs = 1000;

  @Mixin private final SeedOption seed = new SeedOption();

  private final PrintStream out = System.out;

  /** Creates the example; picocli sets its options. */
  public RegressorExample() {}

  @Override
  public Integer call() {
    Dataset data = samples();
    out.println("A 1-12-2 network, sigmoid then linear, fits sin(3x) and x^2 on [-1, 1].");
    CurvesModel single = CurvesModel.create(seed.value());
    double singleLoss = train("per sample (100 steps an epoch)", single, data, 1, 0.05);
    CurvesModel batch = CurvesModel.create(seed.value());
    double batchLoss = train("batch (1 step an epoch)", batch, data, SAMPLES, 0.3);

    out.printf("%n    x   sin(3x)  sample   batch  |    x^2  sample   batch%n");
    for (float x = -1; x <= 1; x += 0.5f) {
      float[] one = single.predict(new float[] {x});
      float[] all = batch.predict(new float[] {x});
      out.printf(
          Locale.ROOT,
          "%5.2f  %8.4f %7.4f %7.4f  | %6.4f %7.4f %7.4f%n",
          x,
          Math.sin(3 * x),
          one[0],
          all[0],
          x * x,
          one[1],
          all[1]);
    }
    out.println();
    out.println(
        GradientCheck.of(CurvesModel.create(seed.value()), CurvesDouble::new)
            .input("x", data.floats("x").values())
            .loss("curves", GradientCheck.mse(data.floats("curves").values()))
            .run());
    out.printf(
        Locale.ROOT,
        "mean squared error after %d epochs: per sample %.6f, batch %.6f%n",
        epochs,
        singleLoss,
        batchLoss);
    return 0;
  }

  private double train(String name, CurvesModel model, Dataset data, int rows, double rate) {
    out.printf("%n%s:%n", name);
    TrainingReport report =
        Trainer.of(model)
            .loss(Losses.mse())
            .optimizer(Optimizers.sgd(rate).momentum(rows == 1 ? 0 : 0.9))
            .batchSize(rows)
            .epochs(epochs)
            .seed(seed.value())
            .listener(new EpochLines(out, Math.max(1, epochs / 10)))
            .fit(data);
    return report.last().loss();
  }

  private static Dataset samples() {
    float[][] xs = new float[SAMPLES][];
    float[][] ys = new float[SAMPLES][];
    for (int i = 0; i < SAMPLES; i++) {
      float x = 2f * i / (SAMPLES - 1) - 1;
      xs[i] = new float[] {x};
      ys[i] = new float[] {(float) Math.sin(3 * x), x * x};
    }
    return Dataset.of(Column.floats("x", xs), Column.floats("curves", ys));
  }
}

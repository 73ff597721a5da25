package dev.neurite.examples.neuron;

import dev.neurite.GradientCheck;
import dev.neurite.TrainableModel;
import dev.neurite.Trainer;
import dev.neurite.Training;
import dev.neurite.data.Column;
import dev.neurite.data.Dataset;
import dev.neurite.dsl.Layer;
import dev.neurite.examples.SeedOption;
import dev.neurite.loss.Losses;
import dev.neurite.optim.Optimizers;
import dev.neurite.spi.DoubleTrainingProgram;
import dev.neurite.spi.StoredTensor;
import java.io.PrintStream;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A lesson in four steps, from one neuron to checked gradients. */
@Command(
    name = "neuron",
    description = "A lesson: one neuron, lines and curves, vanishing gradients, gradient checks.",
    mixinStandardHelpOptions = true)
public final class NeuronExample implements Callable<Integer> {

  private static final float[] X = {0.8f, 0.3f};
  private static final float TARGET = 1;

  /** The h of (E(w+h) - E(w)) / h: about the root of a double's precision. */
  private static final double H = 1e-7;

  private static final int ROWS = 32;
  private static final int FEATURES = 8;

  @Option(names = "--epochs", paramLabel = "N", description = "Of the line and the curve: 500.")
  private int epochs = 500;

  @Mixin private final SeedOption seed = new SeedOption();

  private final PrintStream out = System.out;

  /** Creates the example; picocli sets its options. */
  public NeuronExample() {}

  @Override
  public Integer call() {
    oneNeuron();
    linesAndCurves();
    vanishingGradients();
    checks();
    return 0;
  }

  private void oneNeuron() {
    out.println("1. One neuron: y = f(w1 x1 + w2 x2 + b), and the error E = (y - 1)^2.");
    out.println("   The gradient says how E changes with a weight; so does (E(w+h) - E(w)) / h.");
    oneNeuron("ReLU", Neurons_OneReluModel.create(seed.value()), Neurons_OneReluDouble::new);
    oneNeuron(
        "Sigmoid", Neurons_OneSigmoidModel.create(seed.value()), Neurons_OneSigmoidDouble::new);
    oneNeuron("Tanh", Neurons_OneTanhModel.create(seed.value()), Neurons_OneTanhDouble::new);
  }

  private void oneNeuron(String name, TrainableModel model, GradientCheck.Twin twin) {
    setWeights(model);
    try (Training step = model.training(1)) {
      step.forward(X, 1);
      out.printf(Locale.ROOT, "%n   %-8s y = %.6f%n", name, step.output()[0]);
      step.loss(Losses.mse(), new float[] {TARGET});
      step.backward();

      double[] weights = new double[step.parameters().length];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = step.parameters()[i];
      }
      DoubleTrainingProgram program =
          twin.create(
              weights,
              new double[model.description().stateLength()],
              new double[weights.length],
              1);
      double error = error(program);
      for (StoredTensor tensor : model.description().tensors()) {
        for (int i = 0; i < tensor.storage().size(); i++) {
          int place = tensor.storage().index(i);
          double weight = weights[place];
          weights[place] = weight + H;
          double quotient = (error(program) - error) / H;
          weights[place] = weight;
          out.printf(
              Locale.ROOT,
              "     %-11s gradient %9.6f   (E(w+h) - E(w)) / h %9.6f%n",
              tensor.leaf() + "[" + i + "]",
              step.gradients()[place],
              quotient);
        }
      }
    }
  }

  private static void setWeights(TrainableModel model) {
    Layer neuron = model.layer("y");
    neuron.setParameter("weight", new float[] {0.5f, -0.4f});
    neuron.setParameter("bias", new float[] {0.1f});
  }

  private static double error(DoubleTrainingProgram program) {
    program.begin(new Object[] {new double[] {X[0], X[1]}}, 1, 0, 0);
    for (int stage = 0; stage < program.forwardStages(); stage++) {
      program.forward(stage, 0, 1);
    }
    double difference = program.output(0)[0] - TARGET;
    return difference * difference;
  }

  private void linesAndCurves() {
    int count = 61;
    float[][] xs = new float[count][];
    float[][] ys = new float[count][];
    for (int i = 0; i < count; i++) {
      float x = 6f * i / (count - 1) - 3;
      xs[i] = new float[] {x};
      ys[i] = new float[] {(float) Math.sin(x)};
    }
    Dataset data = Dataset.of(Column.floats("x", xs), Column.floats("y", ys));
    Neurons_LineModel line = Neurons_LineModel.create(seed.value());
    Neurons_CurveModel curve = Neurons_CurveModel.create(seed.value());
    double lineError = fit(line, data);
    double curveError = fit(curve, data);
    out.printf("%n2. A sine, fitted by a line and by a 1-8-1 network.%n%n");
    out.println("       x     sin x      line   network");
    for (int i = 0; i < count; i += 10) {
      out.printf(
          Locale.ROOT,
          "   %5.1f  %8.4f  %8.4f  %8.4f%n",
          xs[i][0],
          ys[i][0],
          line.predict(xs[i])[0],
          curve.predict(xs[i])[0]);
    }
    out.printf(
        Locale.ROOT, "   mean squared error: line %.5f, network %.5f%n", lineError, curveError);
  }

  private double fit(TrainableModel model, Dataset data) {
    return Trainer.of(model)
        .loss(Losses.mse())
        .optimizer(Optimizers.adam(0.02))
        .batchSize(data.rows())
        .epochs(epochs)
        .seed(seed.value())
        .fit(data)
        .last()
        .loss();
  }

  private void vanishingGradients() {
    out.printf("%n3. How long the gradient is in each layer of a tower, from the output down.%n");
    out.println(
        "   A sigmoid's slope is at most 1/4: every layer on the way takes most of it away.");
    out.printf("%n   layer    sigmoid       ReLU%n");
    double[] sigmoid = norms(Neurons_DeepSigmoidModel.create(seed.value()));
    double[] relu = norms(Neurons_DeepReluModel.create(seed.value()));
    for (int i = sigmoid.length - 1; i >= 0; i--) {
      out.printf(
          Locale.ROOT,
          "   %5d  %9.1e  %9.1e  sigmoid %-24s|%n",
          i + 1,
          sigmoid[i],
          relu[i],
          bar(sigmoid[i]));
      out.printf("                                 ReLU    %-24s|%n", bar(relu[i]));
    }
    out.printf(
        Locale.ROOT,
        "   first layer / last layer: sigmoid %.1e, ReLU %.1e%n",
        sigmoid[0] / sigmoid[sigmoid.length - 1],
        relu[0] / relu[relu.length - 1]);
  }

  /** Three cells for each power of ten above 1e-7. */
  private static String bar(double norm) {
    return "#".repeat(Math.clamp(Math.round(3 * (Math.log10(norm) + 7)), 0, 24));
  }

  /** The lengths of the gradients of the layers' weights, in the order of the layers. */
  private double[] norms(TrainableModel model) {
    try (Training step = model.training(ROWS)) {
      step.forward(features(), ROWS);
      step.loss(Losses.mse(), targets());
      step.backward();
      return model.description().tensors().stream()
          .filter(tensor -> tensor.leaf().equals("weight"))
          .mapToDouble(
              tensor -> {
                double squares = 0;
                for (int i = 0; i < tensor.storage().size(); i++) {
                  double gradient = step.gradients()[tensor.storage().index(i)];
                  squares += gradient * gradient;
                }
                return Math.sqrt(squares);
              })
          .toArray();
    }
  }

  private void checks() {
    out.printf("%n4. Every gradient of these networks, compared in double precision:%n");
    float[] x = {-1, -0.5f, 0, 0.5f, 1};
    float[] pairs = {0.8f, 0.3f, -0.2f, 0.9f, 0.5f, -0.7f};
    float[] one = {1, 0, 0.5f};
    float[] y = {1, 0, -1, 0.5f, 0.25f};
    Neurons_OneReluModel relu = Neurons_OneReluModel.create(seed.value());
    setWeights(relu);
    check("one ReLU", relu, Neurons_OneReluDouble::new, pairs, one);
    check(
        "one sigmoid",
        Neurons_OneSigmoidModel.create(seed.value()),
        Neurons_OneSigmoidDouble::new,
        pairs,
        one);
    check(
        "one tanh",
        Neurons_OneTanhModel.create(seed.value()),
        Neurons_OneTanhDouble::new,
        pairs,
        one);
    check("line", Neurons_LineModel.create(seed.value()), Neurons_LineDouble::new, x, y);
    check("curve", Neurons_CurveModel.create(seed.value()), Neurons_CurveDouble::new, x, y);
    check(
        "deep sigmoid",
        Neurons_DeepSigmoidModel.create(seed.value()),
        Neurons_DeepSigmoidDouble::new,
        features(),
        targets());
    check(
        "deep ReLU",
        Neurons_DeepReluModel.create(seed.value()),
        Neurons_DeepReluDouble::new,
        features(),
        targets());
  }

  private void check(
      String name, TrainableModel model, GradientCheck.Twin twin, float[] x, float[] y) {
    GradientCheck.Report report =
        GradientCheck.of(model, twin).input("x", x).loss("y", GradientCheck.mse(y)).run();
    out.printf("   %-12s %s%n", name, report);
  }

  private float[] features() {
    SplittableRandom random = new SplittableRandom(seed.value());
    float[] features = new float[ROWS * FEATURES];
    for (int i = 0; i < features.length; i++) {
      features[i] = (float) random.nextGaussian();
    }
    return features;
  }

  /** What the deep networks should give: the sign of the first feature. */
  private float[] targets() {
    float[] features = features();
    float[] targets = new float[ROWS];
    for (int row = 0; row < ROWS; row++) {
      targets[row] = Math.signum(features[row * FEATURES]);
    }
    return targets;
  }
}

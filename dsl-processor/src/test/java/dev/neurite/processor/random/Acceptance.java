package dev.neurite.processor.random;

import dev.neurite.GradientCheck;
import dev.neurite.TrainableModel;
import dev.neurite.processor.generated.GeneratedNetwork;
import dev.neurite.processor.generated.OddRun;
import dev.neurite.processor.generated.Variant;
import dev.neurite.spi.ModelDescription;
import java.util.List;
import java.util.SplittableRandom;

/** What must hold for a network that was accepted: it runs, and its gradients are right. */
final class Acceptance {

  /** Gradients compared of each parameter and each input. */
  private static final int PLACES = 2;

  private static final int ROWS = 3;

  /** A relative error, see {@link GradientCheck.Report#largestError}. */
  private static final double TOLERANCE = 1e-5;

  private Acceptance() {}

  /**
   * Runs forward and backward, in vector and in scalar code, and compares gradients with central
   * differences.
   *
   * @return what the comparison of gradients found
   * @throws IllegalStateException if something does not hold
   */
  static GradientCheck.Report check(GeneratedNetwork network, long seed) {
    int rows = 1 + (int) (seed % 5);
    String simd = OddRun.sha256(network, Variant.SIMD, rows);
    String scalar = OddRun.sha256(network, Variant.SCALAR, rows);
    if (!simd.equals(scalar)) {
      throw new IllegalStateException("vector code gives other bits than scalar code");
    }
    GradientCheck.Report report = gradients(network, seed);
    if (!(report.largestError() <= TOLERANCE)) {
      throw new IllegalStateException(
          "gradients: %s: %s, by differences %s"
              .formatted(report, report.analytic(), report.numeric()));
    }
    return report;
  }

  private static GradientCheck.Report gradients(GeneratedNetwork network, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ModelDescription description = network.description();
    TrainableModel model = network.create(seed);
    GradientCheck check = GradientCheck.of(model, network::twin).atMost(PLACES);
    List<Object> inputs = OddRun.inputs(description, ROWS, random);
    for (int i = 0; i < inputs.size(); i++) {
      check.input(description.inputs().get(i).name(), inputs.get(i));
    }
    for (ModelDescription.Output output : description.outputs()) {
      check.loss(
          output.name(), weighted(random.doubles(ROWS * (long) output.size(), -1, 1).toArray()));
    }
    return check.run();
  }

  /** The sum of all values, each times a weight. */
  private static GradientCheck.Loss weighted(double[] weights) {
    return (y, rows, size, dy) -> {
      double sum = 0;
      for (int i = 0; i < rows * size; i++) {
        sum += weights[i] * y[i];
        dy[i] = weights[i];
      }
      return sum;
    };
  }
}

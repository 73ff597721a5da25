package dev.neurite.processor.generated;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.TrainableModel;
import dev.neurite.spi.DoubleTrainingProgram;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.StoredTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Gradients of every network's double twin against central differences. */
final class GradientTest {

  private static final int ROWS = 3;

  /** Places tried in each tensor and each input of a network that is no large one. */
  private static final int PLACES = 12;

  /** Places there in a network of more multiply-adds a row than {@link #LARGE}. */
  private static final int FEW_PLACES = 3;

  /** The few networks above it would take four fifths of the test's time with all places. */
  private static final long LARGE = 1_000_000;

  /** Multiply-adds a row from which on each tensor is tried in one place. */
  private static final long LARGEST = 10_000_000;

  /** Truncation and rounding errors of a central difference are about equal here. */
  private static final double STEP = 1e-5;

  private static final double TOLERANCE = 1e-6;

  private double largest;
  private int compared;
  private int kinks;

  @Test
  void gradientsAreCentralDifferences() {
    String worst = "none";
    for (GeneratedNetwork network : CompiledNetworks.compiled().networks()) {
      if (!network.name().equals("Digits")) {
        double before = largest;
        check(network);
        worst = largest > before ? network.name() : worst;
      }
    }
    System.out.printf(
        "gradients against central differences: %d places, largest relative error %.2e in %s, %d at kinks excluded%n",
        compared, largest, worst, kinks);
    assertThat(largest).isLessThan(TOLERANCE);
    assertThat(kinks).isLessThan(compared / 100);
  }

  private void check(GeneratedNetwork network) {
    ModelDescription description = network.description();
    SplittableRandom random = new SplittableRandom(5);
    double[] parameters = new double[description.parameterLength()];
    double[] state = new double[description.stateLength()];
    double[] gradients = new double[parameters.length];
    fill(network.create(3), parameters, state);
    DoubleTrainingProgram program = network.twin(parameters, state, gradients, ROWS);
    Object[] inputs =
        OddRun.inputs(description, ROWS, random).stream().map(GradientTest::doubles).toArray();
    double[][] weights = new double[description.outputs().size()][];
    for (int i = 0; i < weights.length; i++) {
      weights[i] =
          random.doubles(ROWS * (long) description.outputs().get(i).size(), -1, 1).toArray();
    }
    program.requireInputGradients(true);
    value(program, inputs, weights);
    for (int i = 0; i < weights.length; i++) {
      System.arraycopy(weights[i], 0, program.outputGradient(i), 0, weights[i].length);
    }
    for (int stage = 0; stage < program.backwardStages(); stage++) {
      program.backward(stage, 0, 1);
    }
    long multiplyAdds =
        description.layers().stream().mapToLong(ModelDescription.LayerRow::multiplyAdds).sum();
    int places = multiplyAdds > LARGEST ? 1 : multiplyAdds > LARGE ? FEW_PLACES : PLACES;
    List<Place> tried = new ArrayList<>();
    double scale = 0;
    for (StoredTensor tensor : description.tensors()) {
      if (tensor.role() == StoredTensor.Role.PARAMETER) {
        for (int i = 0; i < places; i++) {
          int at = tensor.storage().index(random.nextInt(tensor.storage().size()));
          tried.add(new Place(parameters, at, gradients[at]));
          scale = Math.max(scale, Math.abs(gradients[at]));
        }
      }
    }
    for (int i = 0; i < inputs.length; i++) {
      if (inputs[i] instanceof double[] values) {
        for (int j = 0; j < places; j++) {
          int at = random.nextInt(values.length);
          double gradient = program.inputGradient(i)[at];
          tried.add(new Place(values, at, gradient));
          scale = Math.max(scale, Math.abs(gradient));
        }
      }
    }
    // Where exact arithmetic gives 0, both sides are rounding errors of the largest gradients.
    double least = 1e-3 * scale + 1e-6;
    double middle = value(program, inputs, weights);
    for (Place place : tried) {
      compare(program, inputs, weights, place, middle, least);
    }
  }

  /** One number of a parameter or an input, and the loss's derivative by it. */
  private static final class Place {

    private final double[] array;
    private final int at;
    private final double gradient;

    Place(double[] array, int at, double gradient) {
      this.array = array;
      this.at = at;
      this.gradient = gradient;
    }
  }

  private void compare(
      DoubleTrainingProgram program,
      Object[] inputs,
      double[][] weights,
      Place place,
      double middle,
      double least) {
    compared++;
    double[] bends = new double[3];
    double error = 0;
    double step = STEP;
    for (int i = 0; i < bends.length; i++) {
      double up = moved(program, inputs, weights, place, step);
      double down = moved(program, inputs, weights, place, -step);
      bends[i] = Math.abs(up - 2 * middle + down);
      if (i == 0) {
        double difference = (up - down) / (2 * step);
        double size = Math.max(Math.max(Math.abs(difference), Math.abs(place.gradient)), least);
        error = Math.abs(difference - place.gradient) / size;
        if (error < TOLERANCE) {
          break;
        }
      }
      step /= 2;
    }
    if (error >= TOLERANCE && isKink(bends, STEP * TOLERANCE * least)) {
      kinks++;
    } else {
      largest = Math.max(largest, error);
    }
  }

  /**
   * Whether second differences at h, h/2 and h/4 are not those of a smooth function, which fall by
   * 4 each time: at a kink near the middle they fall by 2, one further off is left behind.
   */
  private static boolean isKink(double[] bends, double least) {
    return bends[0] > least
        && (Math.abs(bends[0] / bends[1] - 4) > 0.5 || Math.abs(bends[1] / bends[2] - 4) > 0.5);
  }

  private static double moved(
      DoubleTrainingProgram program, Object[] inputs, double[][] weights, Place place, double by) {
    double before = place.array[place.at];
    place.array[place.at] = before + by;
    double value = value(program, inputs, weights);
    place.array[place.at] = before;
    return value;
  }

  /** A weighted sum of all outputs. */
  private static double value(DoubleTrainingProgram program, Object[] inputs, double[][] weights) {
    program.begin(inputs, ROWS, 1, 1);
    for (int stage = 0; stage < program.forwardStages(); stage++) {
      program.forward(stage, 0, 1);
    }
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      double[] output = program.output(i);
      for (int j = 0; j < weights[i].length; j++) {
        sum += weights[i][j] * output[j];
      }
    }
    return sum;
  }

  private static void fill(TrainableModel model, double[] parameters, double[] state) {
    for (StoredTensor tensor : model.description().tensors()) {
      if (tensor.role() != StoredTensor.Role.COUNTER) {
        double[] array = tensor.role() == StoredTensor.Role.PARAMETER ? parameters : state;
        float[] values = model.layer(tensor.layer()).parameter(tensor.leaf());
        for (int i = 0; i < values.length; i++) {
          array[tensor.storage().index(i)] = values[i];
        }
      }
    }
  }

  private static Object doubles(Object values) {
    if (!(values instanceof float[] floats)) {
      return values;
    }
    double[] doubles = new double[floats.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = floats[i];
    }
    return doubles;
  }
}

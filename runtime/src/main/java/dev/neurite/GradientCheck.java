package dev.neurite;

import dev.neurite.spi.DoubleTrainingProgram;
import dev.neurite.spi.ModelDescription;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Compares every gradient of a network, by its parameters and by its inputs, with central
 * differences of the loss, in double precision. For that the network's double twin is needed, which
 * the compiler writes with the option {@code -Aneurite.precision=double}.
 *
 * <pre>{@code
 * GradientCheck.Report report = GradientCheck.of(model, DigitsDouble::new)
 *     .input("image", pixels)
 *     .loss("scores", GradientCheck.nll(classes))
 *     .run();
 * }</pre>
 *
 * <p>The difference quotient is (4 D(h/2) - D(h)) / 3 with D(h) = (E(w+h) - E(w-h)) / 2h, whose
 * error shrinks with the fourth power of h (Richardson, 1911). Where the loss has a kink within h
 * of w, as a ReLU's input or two equal inputs of a maximum give it, there is no derivative to
 * compare with: such places are left out and counted. They are found from the loss alone, without
 * the gradient under test: on a smooth curve the forward and the backward difference come twice as
 * close when h is halved, at a kink they do not. Where the slope has no jump but its derivative
 * has, as that of an ELU at 0, D(h) - D(h/2) halves with h in place of falling by 4, and the
 * quotient is off by a share of h: such places are left out too.
 */
public final class GradientCheck {

  /** The constructor of a double twin. */
  @FunctionalInterface
  public interface Twin {

    /**
     * A program over these arrays.
     *
     * @param parameters flat, laid out as the model's
     * @param state flat, laid out as the model's
     * @param gradients where the flat gradients are written
     * @param maxRows the most rows of one pass
     */
    DoubleTrainingProgram create(
        double[] parameters, double[] state, double[] gradients, int maxRows);
  }

  /** A loss in double precision. */
  @FunctionalInterface
  public interface Loss {

    /**
     * Computes the loss and its gradient.
     *
     * @param y the output, row-major; rows x size values are read
     * @param rows of the batch
     * @param size of one row
     * @param dy gets the derivative by each value
     * @return the loss
     */
    double gradient(double[] y, int rows, int size, double[] dy);
  }

  /**
   * What a check found.
   *
   * @param checked gradients compared
   * @param kinks gradients left out because the loss has a kink there
   * @param largestError the largest relative error: |analytic - numeric| over the larger of both,
   *     or over 1e-4 of the network's largest gradient, 1e-7 of the loss (1e-6 where a kink lies
   *     near) or 1e6 roundings of the backward pass where that is larger still
   * @param where that was, such as {@code hidden.weight[7]}; empty if nothing was compared
   * @param analytic the gradient there, from the backward pass
   * @param numeric the difference quotient there
   */
  public record Report(
      int checked, int kinks, double largestError, String where, double analytic, double numeric) {

    /** One line. */
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%,d gradients against central differences: largest relative error %.1e (%s), %d left out"
              + " at kinks",
          checked,
          largestError,
          where,
          kinks);
    }
  }

  private final ModelDescription description;
  private final Twin twin;
  private final double[] parameters;
  private final double[] state;
  private final Object[] inputs;
  private final @Nullable Loss[] losses;
  private final float[] weights;
  private int atMost = Integer.MAX_VALUE;

  private GradientCheck(TrainableModel model, Twin twin) {
    description = model.description();
    this.twin = twin;
    parameters = doubles(model.parameterArray());
    state = doubles(model.stateArray());
    inputs = new Object[description.inputs().size()];
    losses = new Loss[description.outputs().size()];
    weights = new float[losses.length];
  }

  /**
   * A check at a copy of the model's present parameters and state.
   *
   * @param model the network
   * @param twin the constructor of its double twin, such as {@code DigitsDouble::new}
   */
  public static GradientCheck of(TrainableModel model, Twin twin) {
    return new GradientCheck(model, twin);
  }

  /**
   * Sets an input.
   *
   * @param name of the input
   * @param values {@code float[]}, {@code double[]} or {@code int[]}, whole rows of them; all
   *     inputs have the same number of rows
   * @throws IllegalArgumentException if there is no such input, or the values do not fit it
   */
  public GradientCheck input(String name, Object values) {
    int index = Checks.indexOf("input", description.inputs(), ModelDescription.Input::name, name);
    ModelDescription.Input input = description.inputs().get(index);
    Object taken = values instanceof float[] floats ? doubles(floats) : values;
    if (input.isIndex() ? !(taken instanceof int[]) : !(taken instanceof double[])) {
      throw new IllegalArgumentException(
          "input "
              + name
              + " takes "
              + (input.isIndex() ? "int[]" : "float[] or double[]")
              + ", got "
              + values.getClass().getSimpleName());
    }
    int length = length(taken);
    if (length == 0 || length % input.size() != 0) {
      throw new IllegalArgumentException(
          "input "
              + name
              + ": expected whole rows of "
              + input.size()
              + " values, at least one, got "
              + length
              + " values");
    }
    inputs[index] = taken;
    return this;
  }

  /** Adds the loss of one output, with the weight 1. */
  public GradientCheck loss(String output, Loss loss) {
    return loss(output, loss, 1);
  }

  /**
   * Adds the loss of one output; the sum of all, each times its weight, is differentiated.
   *
   * @throws IllegalArgumentException if there is no such output
   */
  public GradientCheck loss(String output, Loss loss, float weight) {
    int index =
        Checks.indexOf("output", description.outputs(), ModelDescription.Output::name, output);
    losses[index] = loss;
    weights[index] = weight;
    return this;
  }

  /**
   * Checks only some gradients of each tensor, evenly spread over it: for large networks, where
   * every gradient costs seven forward passes.
   *
   * @param gradients of a tensor, at least 1
   */
  public GradientCheck atMost(int gradients) {
    atMost = Checks.atLeast1("gradients per tensor", gradients);
    return this;
  }

  /**
   * Checks.
   *
   * @throws IllegalStateException if an input or every loss is missing
   * @throws IllegalArgumentException if the inputs have different numbers of rows
   */
  public Report run() {
    int rows = rows();
    if (Arrays.stream(losses).allMatch(loss -> loss == null)) {
      throw new IllegalStateException("no loss to differentiate: call loss(...)");
    }
    return new CentralDifferences(
            description, twin, parameters, state, inputs, losses, weights, rows)
        .report(atMost);
  }

  /** Mean squared error, as {@code Losses.mse()}. */
  public static Loss mse(float... targets) {
    return (y, rows, size, dy) -> {
      int count = rows * size;
      double sum = 0;
      for (int i = 0; i < count; i++) {
        double difference = y[i] - targets[i];
        sum += difference * difference;
        dy[i] = 2 * difference / count;
      }
      return sum / count;
    };
  }

  /** Binary cross-entropy of probabilities in (0, 1), as {@code Losses.bce()}. */
  public static Loss bce(float... targets) {
    return (y, rows, size, dy) -> {
      int count = rows * size;
      double sum = 0;
      for (int i = 0; i < count; i++) {
        double t = targets[i];
        sum -= t * StrictMath.log(y[i]) + (1 - t) * StrictMath.log1p(-y[i]);
        dy[i] = (y[i] - t) / (y[i] * (1 - y[i])) / count;
      }
      return sum / count;
    };
  }

  /** Negative log-likelihood of one class for each row, as {@code Losses.nll()}. */
  public static Loss nll(int... classes) {
    return (y, rows, size, dy) -> {
      Arrays.fill(dy, 0, rows * size, 0);
      double sum = 0;
      for (int row = 0; row < rows; row++) {
        int target = row * size + classes[row];
        sum -= y[target];
        dy[target] = -1.0 / rows;
      }
      return sum / rows;
    };
  }

  /** Cross-entropy of logits and one class for each row, as {@code Losses.crossEntropy()}. */
  public static Loss crossEntropy(int... classes) {
    return (y, rows, size, dy) -> {
      double sum = 0;
      for (int row = 0; row < rows; row++) {
        int first = row * size;
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < size; i++) {
          largest = Math.max(largest, y[first + i]);
        }
        double exponentials = 0;
        for (int i = 0; i < size; i++) {
          dy[first + i] = StrictMath.exp(y[first + i] - largest);
          exponentials += dy[first + i];
        }
        for (int i = 0; i < size; i++) {
          dy[first + i] /= exponentials * rows;
        }
        dy[first + classes[row]] -= 1.0 / rows;
        sum += StrictMath.log(exponentials) + largest - y[first + classes[row]];
      }
      return sum / rows;
    };
  }

  private int rows() {
    int rows = 0;
    for (int i = 0; i < inputs.length; i++) {
      ModelDescription.Input input = description.inputs().get(i);
      if (inputs[i] == null) {
        throw new IllegalStateException("no values for input " + input.name() + ": call input()");
      }
      int own = length(inputs[i]) / input.size();
      if (rows != 0 && own != rows) {
        throw new IllegalArgumentException(
            "expected " + rows + " rows in input " + input.name() + ", got " + own);
      }
      rows = own;
    }
    return rows;
  }

  /** Values of an input. */
  static int length(Object values) {
    return values instanceof double[] doubles
        ? doubles.length
        : values instanceof int[] indices ? indices.length : 0;
  }

  private static double[] doubles(float[] floats) {
    double[] doubles = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      doubles[i] = floats[i];
    }
    return doubles;
  }
}

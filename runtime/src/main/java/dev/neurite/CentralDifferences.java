package dev.neurite;

import dev.neurite.GradientCheck.Loss;
import dev.neurite.GradientCheck.Report;
import dev.neurite.GradientCheck.Twin;
import dev.neurite.spi.DoubleTrainingProgram;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.StoredTensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One gradient check: gradients of the backward pass beside difference quotients of the loss, as
 * {@link GradientCheck} describes them. It moves values of copies, so it leaves no trace in what it
 * is given.
 */
final class CentralDifferences {

  /**
   * h, relative to values above 1. The error of the quotient, h^4 / 480 of the fifth derivative,
   * and that of rounding, about 2^-52 E / h, are both near 1e-13 for the first; the second reaches
   * less far, for places with a kink not far away.
   */
  private static final double[] STEPS = {1e-3, 1e-4};

  /** How far one-sided differences may be from a smooth curve's, as a share of the largest one. */
  private static final double KINK = 1e-7;

  /**
   * How far D(h) - 5 D(h/2) + 4 D(h/4), which is 0 but for terms of h^4, may be from 0, as a share
   * of the gradient. The quotient is off by at most two thirds of it: at a jump of the second
   * derivative by two thirds, by a fifth derivative by a third.
   */
  private static final double BEND = 1e-7;

  /**
   * How far the gradients of both sides of a place may be from its own, and from their quotients,
   * in a relative error: curvature over the smaller step leaves 1e-4 or less.
   */
  private static final double JUMP = 1e-3;

  /**
   * The least denominator of a relative error, as a share of the network's largest gradient: of
   * smaller gradients rounding leaves too few digits.
   */
  private static final double LEAST = 1e-4;

  /**
   * The least denominator as a share of the loss over h: its rounding alone gives quotients of
   * 2^-52 E / h, and the loss is a sum with several of them, which are at most 1e-5 of this. A
   * network whose gradients are all 0 has no larger one.
   */
  private static final double ROUNDING = 1e-10;

  /**
   * The least denominator in units of the rounding that the backward pass itself leaves: where
   * large gradients cancel, as behind a normalisation of equal values, it is far more than 2^-52 of
   * what remains. Passes are linear in the loss's gradient, so what those of {@link #FACTOR} times
   * the loss differ by is rounding.
   */
  private static final double CANCELLED = 1e6;

  /** No power of two, so that it rounds in other places. */
  private static final double FACTOR = 3;

  /** In place of an input's number: a parameter. */
  private static final int NO_INPUT = -1;

  private final ModelDescription description;
  private final @Nullable Loss[] losses;
  private final float[] weights;
  private final int rows;
  private final double[] moved;
  private final double[] gradients;
  private final Object[] inputs;
  private final DoubleTrainingProgram program;
  private double least;

  /** {@link #ROUNDING} times the loss. */
  private double rounded;

  private double scale;
  private int checked;
  private int kinks;
  private Report worst = new Report(0, 0, 0, "", 0, 0);

  CentralDifferences(
      ModelDescription description,
      Twin twin,
      double[] parameters,
      double[] state,
      Object[] inputs,
      @Nullable Loss[] losses,
      float[] weights,
      int rows) {
    this.description = description;
    this.losses = losses;
    this.weights = weights;
    this.rows = rows;
    moved = parameters.clone();
    gradients = new double[parameters.length];
    program = twin.create(moved, state.clone(), gradients, rows);
    this.inputs = new Object[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      this.inputs[i] = inputs[i] instanceof double[] values ? values.clone() : inputs[i];
    }
  }

  /** Compares at most so many gradients of each tensor. */
  Report report(int atMost) {
    program.requireInputGradients(true);
    double loss = loss();
    double[][] inputGradients = gradients(1);
    double[] analytic = gradients.clone();
    scale = largest(analytic, analytic.length, 0);
    for (int i = 0; i < inputs.length; i++) {
      scale = largest(inputGradients[i], inputGradients[i].length, scale);
    }
    loss();
    double[][] again = gradients(FACTOR);
    double rounding = difference(analytic, gradients);
    for (int i = 0; i < inputs.length; i++) {
      rounding = Math.max(rounding, difference(inputGradients[i], again[i]));
    }
    least = Math.max(LEAST * scale, Math.max(CANCELLED * rounding, Double.MIN_NORMAL));
    rounded = ROUNDING * Math.abs(loss);
    for (StoredTensor tensor : description.tensors()) {
      if (tensor.role() == StoredTensor.Role.PARAMETER) {
        int size = tensor.storage().size();
        for (int i = 0; i < size; i += stride(size, atMost)) {
          int place = tensor.storage().index(i);
          compare(tensor.name(), i, NO_INPUT, place, analytic[place]);
        }
      }
    }
    for (int input = 0; input < inputs.length; input++) {
      if (inputs[input] instanceof double[] values) {
        for (int i = 0; i < values.length; i += stride(values.length, atMost)) {
          compare(description.inputs().get(input).name(), i, input, i, inputGradients[input][i]);
        }
      }
    }
    return new Report(
        checked, kinks, worst.largestError(), worst.where(), worst.analytic(), worst.numeric());
  }

  /** Runs the backward pass of so many times the loss; gives the gradients of the inputs. */
  private double[][] gradients(double factor) {
    for (int i = 0; i < losses.length; i++) {
      double[] gradient = program.outputGradient(i);
      for (int k = 0; k < rows * description.outputs().get(i).size(); k++) {
        gradient[k] *= factor;
      }
    }
    for (int stage = 0; stage < program.backwardStages(); stage++) {
      program.backward(stage, 0, 1);
    }
    double[][] inputGradients = new double[inputs.length][];
    for (int i = 0; i < inputs.length; i++) {
      inputGradients[i] =
          description.inputs().get(i).isIndex()
              ? new double[0]
              : Arrays.copyOf(program.inputGradient(i), GradientCheck.length(inputs[i]));
    }
    return inputGradients;
  }

  /** The largest difference of gradients and those of {@link #FACTOR} times the loss. */
  private static double difference(double[] once, double[] times) {
    double largest = 0;
    for (int i = 0; i < once.length; i++) {
      largest = Math.max(largest, Math.abs(once[i] - times[i] / FACTOR));
    }
    return largest;
  }

  private static int stride(int size, int atMost) {
    return Math.ceilDiv(size, Math.min(size, atMost));
  }

  private void compare(String name, int i, int input, int place, double analytic) {
    double[] values = input == NO_INPUT ? moved : (double[]) inputs[input];
    double numeric = Double.NaN;
    double smallest = least;
    for (double step : STEPS) {
      smallest = Math.max(least, rounded / step);
      numeric = quotient(values, place, step, smallest);
      if (!Double.isNaN(numeric)) {
        break;
      }
    }
    if (Double.isNaN(numeric)) {
      kinks++;
      return;
    }
    double size = Math.max(Math.max(Math.abs(analytic), Math.abs(numeric)), smallest);
    double error = Math.abs(analytic - numeric) / size;
    if (error > JUMP && isKink(values, input, place, analytic, smallest)) {
      kinks++;
      return;
    }
    checked++;
    // A gradient that is no number is the worst there can be.
    if (!(error <= worst.largestError()) || worst.where().isEmpty()) {
      worst = new Report(0, 0, error, name + "[" + i + "]", analytic, numeric);
    }
  }

  /** The difference quotient; NaN if there is a kink within the step. */
  private double quotient(double[] values, int place, double step, double smallest) {
    double value = values[place];
    double h = step * Math.max(1, Math.abs(value));
    double middle = lossAt(values, place, value);
    double far = lossAt(values, place, value + h);
    double farBelow = lossAt(values, place, value - h);
    double near = lossAt(values, place, value + h / 2);
    double nearBelow = lossAt(values, place, value - h / 2);
    double nearest = lossAt(values, place, value + h / 4);
    double nearestBelow = lossAt(values, place, value - h / 4);
    values[place] = value;

    double coarse = (far - farBelow) / (2 * h);
    double fine = (near - nearBelow) / h;
    double finest = 2 * (nearest - nearestBelow) / h;
    double numeric = (4 * fine - coarse) / 3;
    // Forward minus backward difference, at h and at h/2.
    double gap = (far - 2 * middle + farBelow) / h;
    double halfGap = 2 * (near - 2 * middle + nearBelow) / h;
    double bound = KINK * Math.max(scale, Math.abs(numeric));
    boolean kink = Math.abs(gap - 2 * halfGap) > bound || Math.abs(coarse - fine) > 100 * bound;
    double size = Math.max(Math.abs(numeric), smallest);
    // The loss's own rounding gives differences of that many units in its last place.
    double rounding = 4 * Math.ulp(middle) / h;
    boolean bend = Math.abs(coarse - 5 * fine + 4 * finest) > BEND * size + rounding;
    return kink || bend ? Double.NaN : numeric;
  }

  /**
   * Whether the backward pass has another gradient at a place than on both sides of it, where its
   * gradients are the loss's slopes: there the loss is smooth but for the place itself, which a
   * quotient cannot tell.
   */
  private boolean isKink(double[] values, int input, int place, double analytic, double smallest) {
    double value = values[place];
    double h = STEPS[STEPS.length - 1] * Math.max(1, Math.abs(value));
    double middle = lossAt(values, place, value);
    double above = (lossAt(values, place, value + h) - middle) / h;
    double below = (middle - lossAt(values, place, value - h)) / h;
    double gradientAbove = gradientAt(values, input, place, value + h / 2);
    double gradientBelow = gradientAt(values, input, place, value - h / 2);
    values[place] = value;
    double average = (gradientAbove + gradientBelow) / 2;
    return differ(analytic, average, smallest)
        && !differ(gradientAbove, above, smallest)
        && !differ(gradientBelow, below, smallest);
  }

  private static boolean differ(double a, double b, double smallest) {
    return Math.abs(a - b) > JUMP * Math.max(smallest, Math.max(Math.abs(a), Math.abs(b)));
  }

  /** What the backward pass gives where one value is another. */
  private double gradientAt(double[] values, int input, int place, double value) {
    lossAt(values, place, value);
    double[][] inputGradients = gradients(1);
    return input == NO_INPUT ? gradients[place] : inputGradients[input][place];
  }

  private double lossAt(double[] values, int place, double value) {
    values[place] = value;
    return loss();
  }

  private double loss() {
    program.begin(inputs, rows, 0, 0);
    for (int stage = 0; stage < program.forwardStages(); stage++) {
      program.forward(stage, 0, 1);
    }
    double sum = 0;
    for (int i = 0; i < losses.length; i++) {
      Loss loss = losses[i];
      double[] gradient = program.outputGradient(i);
      int size = description.outputs().get(i).size();
      if (loss == null) {
        Arrays.fill(gradient, 0, rows * size, 0);
        continue;
      }
      sum += weights[i] * loss.gradient(program.output(i), rows, size, gradient);
      for (int k = 0; k < rows * size; k++) {
        gradient[k] *= weights[i];
      }
    }
    return sum;
  }

  private static double largest(double[] values, int count, double atLeast) {
    double largest = atLeast;
    for (int i = 0; i < count; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    return largest;
  }
}

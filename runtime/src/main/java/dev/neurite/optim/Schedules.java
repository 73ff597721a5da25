package dev.neurite.optim;

/**
 * The learning-rate schedules. In the formulas k is the number of completed steps (or epochs, where
 * the trainer is told to count those) and r the initial rate.
 */
public final class Schedules {

  private Schedules() {}

  /**
   * Falls in steps: r gamma^floor(k / every).
   *
   * @param every at least 1
   * @param gamma factor of each fall
   */
  public static Schedule step(int every, double gamma) {
    Require.atLeast1("steps between two falls", every);
    Require.atLeast0("gamma", gamma);
    return (initial, k) -> initial * Power.of(gamma, k / every);
  }

  /**
   * Falls along half a cosine (Loshchilov and Hutter, 2017): least + (r - least) (1 + cos(pi k /
   * length)) / 2, and stays there.
   *
   * @param length steps until the least rate is reached
   * @param least the last rate
   */
  public static Schedule cosine(long length, double least) {
    if (length < 1) {
      throw new IllegalArgumentException("expected a length of at least 1 step, got " + length);
    }
    Require.atLeast0("least rate", least);
    return (initial, k) -> {
      double share = (double) Math.min(k, length) / length;
      return least + (initial - least) * (1 + StrictMath.cos(Math.PI * share)) / 2;
    };
  }

  /**
   * Rises in a line from {@code start} r to r: r (start + (1 - start) min(k, steps) / steps).
   *
   * @param steps until the initial rate is reached
   * @param start the first rate's share of the initial one
   */
  public static Schedule warmUp(int steps, double start) {
    return warmUp(steps, start, (initial, k) -> initial);
  }

  /**
   * {@link #warmUp(int, double)} and then another schedule, which counts from 0.
   *
   * @param steps of the rise
   * @param start the first rate's share of the initial one
   * @param then what follows
   */
  public static Schedule warmUp(int steps, double start, Schedule then) {
    Require.atLeast1("steps of the warm-up", steps);
    Require.atLeast0("start of the warm-up", start);
    return (initial, k) ->
        k < steps ? initial * (start + (1 - start) * k / steps) : then.rate(initial, k - steps);
  }

  /**
   * Multiplies the rate by {@code factor} when the watched number has not improved for more than
   * {@code patience} epochs. The trainer tells it the number: the loss on the validation data, or
   * on the training data where there are none.
   *
   * @param factor in (0, 1)
   * @param patience epochs without improvement that are put up with, at least 0
   */
  public static Plateau plateau(double factor, int patience) {
    return new Plateau(factor, patience);
  }
}

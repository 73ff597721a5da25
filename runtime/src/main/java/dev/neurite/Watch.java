package dev.neurite;

import java.util.Map;

/** The number that tells good epochs from bad ones, and its best value so far. */
final class Watch {

  /** The name of the loss among the numbers that can be watched. */
  static final String LOSS = "loss";

  private final String name;
  private final boolean larger;
  private final double improvement;
  private double best = Double.NaN;
  private int bestEpoch;

  /**
   * A watch that has seen nothing.
   *
   * @throws IllegalArgumentException if there is no number of that name
   */
  Watch(String name, Objective objective, double improvement) {
    this.name = name;
    this.improvement = improvement;
    larger =
        !name.equals(LOSS)
            && !name.endsWith("." + LOSS)
            && objective
                .metrics()
                .get(
                    Checks.indexOf("metric", objective.metrics(), Objective.MetricTerm::name, name))
                .metric()
                .largerIsBetter();
  }

  /** The watched number of an epoch. */
  double value(double loss, Map<String, Double> metrics) {
    return name.equals(LOSS) ? loss : Numbers.named(name, metrics);
  }

  /** Notes the number of an epoch; true if it is the best so far. */
  boolean observe(int epoch, double value) {
    boolean better =
        Double.isNaN(best) || (larger ? value > best + improvement : value < best - improvement);
    if (better) {
      best = value;
      bestEpoch = epoch;
    }
    return better;
  }

  boolean larger() {
    return larger;
  }

  double best() {
    return best;
  }

  /** Counted from 1; 0 before the first. */
  int bestEpoch() {
    return bestEpoch;
  }

  void restore(double best, int bestEpoch) {
    this.best = best;
    this.bestEpoch = bestEpoch;
  }
}

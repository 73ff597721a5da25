package dev.neurite.optim;

/**
 * Multiplies the learning rate by a factor whenever a watched number has not improved for some
 * epochs. Unlike the other schedules it has memory, so an object belongs to one training.
 */
public final class Plateau implements Schedule {

  private final double factor;
  private final int patience;
  private double threshold = 1e-4;
  private int cooldown;
  private double least;

  private double best = Double.NaN;
  private int badEpochs;
  private int coolingEpochs;
  private double scale = 1;

  Plateau(double factor, int patience) {
    if (!(factor > 0 && factor < 1)) {
      throw new IllegalArgumentException("expected a factor in (0, 1), got " + factor);
    }
    this.factor = factor;
    this.patience = (int) Require.atLeast0("patience", patience);
  }

  /**
   * Sets what counts as better: by more than this share of the best so far.
   *
   * @param threshold at least 0; 1e-4 at first
   */
  public Plateau threshold(double threshold) {
    this.threshold = Require.atLeast0("threshold", threshold);
    return this;
  }

  /**
   * Sets how many epochs after a reduction are not counted.
   *
   * @param epochs at least 0; 0 at first
   */
  public Plateau cooldown(int epochs) {
    cooldown = (int) Require.atLeast0("cooldown", epochs);
    return this;
  }

  /**
   * Sets the rate that is not fallen below.
   *
   * @param least at least 0; 0 at first
   */
  public Plateau least(double least) {
    this.least = Require.atLeast0("least rate", least);
    return this;
  }

  @Override
  public double rate(double initial, long completed) {
    return Math.max(initial * scale, least);
  }

  /**
   * Tells the number at the end of an epoch.
   *
   * @param value the watched number
   * @param larger whether larger is better
   */
  public void observe(double value, boolean larger) {
    double margin = threshold * Math.abs(best);
    boolean better = larger ? value > best + margin : value < best - margin;
    if (Double.isNaN(best) || better) {
      best = value;
      badEpochs = 0;
    } else {
      badEpochs++;
    }
    if (coolingEpochs > 0) {
      coolingEpochs--;
      badEpochs = 0;
    }
    if (badEpochs > patience) {
      scale *= factor;
      coolingEpochs = cooldown;
      badEpochs = 0;
    }
  }

  /** What it remembers, for checkpoints. */
  public double[] memory() {
    return new double[] {best, badEpochs, coolingEpochs, scale};
  }

  /**
   * Continues where another plateau stopped.
   *
   * @param memory its {@link #memory}
   */
  public void restore(double[] memory) {
    if (memory.length != 4) {
      throw new IllegalArgumentException("expected 4 numbers, got " + memory.length);
    }
    best = memory[0];
    badEpochs = (int) memory[1];
    coolingEpochs = (int) memory[2];
    scale = memory[3];
  }
}

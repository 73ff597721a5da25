package dev.neurite.loss;

import dev.neurite.spi.DeviceLoss;
import dev.neurite.spi.ModelDescription;

/**
 * The losses. In the definitions y is the output and t the target; they are PyTorch's.
 *
 * <p>Classes are {@code int[]}, one for each position: a row, or a step of a row's sequence. All
 * other targets are {@code float[]}, one for each value of the output.
 */
public final class Losses {

  private static final Loss CROSS_ENTROPY = new CrossEntropy();
  private static final Loss NLL = new NegativeLogLikelihood();
  private static final Loss MSE = new MeanSquaredError();
  private static final Loss MAE = new MeanAbsoluteError();
  private static final Loss BCE = new BinaryCrossEntropy();
  private static final Loss BCE_WITH_LOGITS = new BinaryCrossEntropyOfLogits();

  private Losses() {}

  /**
   * Cross-entropy of logits: -log softmax(y)[t] over the last axis for a class t, averaged over all
   * positions; for a distribution t, -sum of t log softmax(y), averaged over the rows. Safe at any
   * finite logits.
   */
  public static Loss crossEntropy() {
    return CROSS_ENTROPY;
  }

  /**
   * Negative log-likelihood: -y[t] for a class t, averaged over all positions; after log-softmax.
   */
  public static Loss nll() {
    return NLL;
  }

  /** Mean squared error: (y - t)^2, averaged over all values. */
  public static Loss mse() {
    return MSE;
  }

  /** Mean absolute error: |y - t|, averaged over all values; the derivative is 0 where y = t. */
  public static Loss mae() {
    return MAE;
  }

  /**
   * Huber's loss: with d = y - t, 0.5 d^2 where |d| is at most {@code delta}, else delta (|d| - 0.5
   * delta), averaged over all values.
   *
   * @param delta greater than 0
   */
  public static Loss huber(double delta) {
    if (!(delta > 0)) {
      throw new IllegalArgumentException("expected delta greater than 0, got " + delta);
    }
    return new Huber(delta);
  }

  /** {@link #huber(double)} with delta 1. */
  public static Loss huber() {
    return huber(1);
  }

  /**
   * Binary cross-entropy: -(t log y + (1 - t) log(1 - y)), averaged over all values; after sigmoid.
   * Each logarithm is at least -100; the derivative is (y - t) / max(y (1 - y), 1e-12).
   */
  public static Loss bce() {
    return BCE;
  }

  /**
   * Binary cross-entropy of logits: max(y, 0) - y t + log(1 + e^-|y|), averaged over all values.
   * Safe at any finite logits.
   */
  public static Loss bceWithLogits() {
    return BCE_WITH_LOGITS;
  }

  /**
   * Kullback-Leibler divergence: t (log t - y), 0 where t = 0; y are log-probabilities, t
   * probabilities.
   */
  public static Loss klDivergence(Reduction reduction) {
    return new KullbackLeibler(reduction);
  }

  /** What the sum of {@link #klDivergence} is divided by. */
  public enum Reduction {
    /** The number of values. */
    MEAN,
    /** The number of rows, which gives the divergence as it is defined in mathematics. */
    BATCH_MEAN
  }

  private static final class MeanSquaredError extends ElementwiseLoss {

    MeanSquaredError() {
      super("mse");
    }

    @Override
    double lossOf(float y, float t) {
      double difference = (double) y - t;
      return difference * difference;
    }

    @Override
    double derivative(float y, float t) {
      return 2 * ((double) y - t);
    }

    @Override
    DeviceLoss.Elementwise onDevice() {
      return new DeviceLoss.Elementwise("(y - t) * (y - t)", "2.0f * (y - t)", false);
    }
  }

  private static final class MeanAbsoluteError extends ElementwiseLoss {

    MeanAbsoluteError() {
      super("mae");
    }

    @Override
    double lossOf(float y, float t) {
      return Math.abs((double) y - t);
    }

    @Override
    double derivative(float y, float t) {
      return Math.signum((double) y - t);
    }

    @Override
    DeviceLoss.Elementwise onDevice() {
      return new DeviceLoss.Elementwise(
          "fabsf(y - t)", "y > t ? 1.0f : y < t ? -1.0f : y - t", false);
    }
  }

  private static final class Huber extends ElementwiseLoss {

    private final double delta;

    Huber(double delta) {
      super("huber");
      this.delta = delta;
    }

    @Override
    double lossOf(float y, float t) {
      double distance = Math.abs((double) y - t);
      return distance <= delta ? 0.5 * distance * distance : delta * (distance - 0.5 * delta);
    }

    @Override
    double derivative(float y, float t) {
      return Math.clamp((double) y - t, -delta, delta);
    }

    @Override
    DeviceLoss.Elementwise onDevice() {
      String limit = (float) delta + "f";
      return new DeviceLoss.Elementwise(
          "fabsf(y - t) <= "
              + limit
              + " ? 0.5f * (y - t) * (y - t) : "
              + (limit + " * (fabsf(y - t) - 0.5f * " + limit + ")"),
          "y - t < -" + limit + " ? -" + limit + " : y - t > " + limit + " ? " + limit + " : y - t",
          false);
    }
  }

  private static final class BinaryCrossEntropy extends ElementwiseLoss {

    private static final double LOWEST_LOGARITHM = -100;

    private static final double LEAST_DENOMINATOR = 1e-12;

    BinaryCrossEntropy() {
      super("bce");
    }

    @Override
    public void check(ModelDescription.Output output) {
      switch (output.last()) {
        case UNBOUNDED, OTHER ->
            throw Targets.unfit(
                name(), output, "probabilities", "add @Sigmoid, or use Losses.bceWithLogits()");
        case LOG_SOFTMAX ->
            throw Targets.unfit(
                name(),
                output,
                "probabilities",
                "replace @LogSoftmax by @Sigmoid, or drop it and use Losses.bceWithLogits()");
        case SIGMOID, SOFTMAX -> {}
      }
    }

    @Override
    double lossOf(float y, float t) {
      double of = Math.max(StrictMath.log(y), LOWEST_LOGARITHM);
      double against = Math.max(StrictMath.log(1 - (double) y), LOWEST_LOGARITHM);
      return -(t * of + (1 - (double) t) * against);
    }

    @Override
    double derivative(float y, float t) {
      return ((double) y - t) / Math.max(y * (1 - (double) y), LEAST_DENOMINATOR);
    }

    @Override
    DeviceLoss.Elementwise onDevice() {
      return new DeviceLoss.Elementwise(
          "-(t * (logf(y) < -100.0f ? -100.0f : logf(y))"
              + " + (1.0f - t) * (logf(1.0f - y) < -100.0f ? -100.0f : logf(1.0f - y)))",
          "(y - t) / fmaxf(y * (1.0f - y), 1e-12f)",
          false);
    }
  }

  private static final class BinaryCrossEntropyOfLogits extends ElementwiseLoss {

    BinaryCrossEntropyOfLogits() {
      super("bceWithLogits");
    }

    @Override
    public void check(ModelDescription.Output output) {
      switch (output.last()) {
        case SIGMOID ->
            throw Targets.unfit(
                name(), output, "logits", "drop @Sigmoid, or keep it and use Losses.bce()");
        case SOFTMAX -> throw Targets.unfit(name(), output, "logits", "drop @Softmax");
        case LOG_SOFTMAX -> throw Targets.unfit(name(), output, "logits", "drop @LogSoftmax");
        case UNBOUNDED, OTHER -> {}
      }
    }

    @Override
    double lossOf(float y, float t) {
      return Math.max(y, 0) - (double) y * t + StrictMath.log1p(FastMath.exp(-Math.abs(y)));
    }

    /** sigmoid(y) - t, without overflow at either end. */
    @Override
    double derivative(float y, float t) {
      double e = FastMath.exp(-Math.abs(y));
      double sigmoid = (y >= 0 ? 1 : e) / (1 + e);
      return sigmoid - t;
    }

    /**
     * The derivative over one denominator, so that nothing is lost where sigmoid(y) is close to t.
     */
    @Override
    DeviceLoss.Elementwise onDevice() {
      return new DeviceLoss.Elementwise(
          "fmaxf(y, 0.0f) - y * t + log1pf(expf(-fabsf(y)))",
          "((y >= 0.0f ? (1.0f - t) - t * expf(-y) : (1.0f - t) * expf(y) - t)"
              + " / (1.0f + expf(-fabsf(y))))",
          false);
    }
  }

  private static final class KullbackLeibler extends ElementwiseLoss {

    private final Reduction reduction;

    KullbackLeibler(Reduction reduction) {
      super("klDivergence");
      this.reduction = reduction;
    }

    @Override
    public void check(ModelDescription.Output output) {
      if (output.last() != ModelDescription.Values.LOG_SOFTMAX) {
        throw Targets.unfit(
            name(),
            output,
            "log-probabilities",
            output.last() == ModelDescription.Values.SOFTMAX
                ? "replace @Softmax by @LogSoftmax"
                : "add @LogSoftmax");
      }
    }

    @Override
    double divisor(int rows, int size) {
      return switch (reduction) {
        case MEAN -> super.divisor(rows, size);
        case BATCH_MEAN -> rows;
      };
    }

    @Override
    double lossOf(float y, float t) {
      return t == 0 ? 0 : t * (StrictMath.log(t) - y);
    }

    @Override
    double derivative(float y, float t) {
      return -(double) t;
    }

    @Override
    DeviceLoss.Elementwise onDevice() {
      return new DeviceLoss.Elementwise(
          "t == 0.0f ? 0.0f : t * (logf(t) - y)", "-t", reduction == Reduction.BATCH_MEAN);
    }
  }
}

package dev.neurite.spi;

/** A loss as a GPU computes it, together with its gradient. */
public sealed interface DeviceLoss {

  /**
   * A sum over the values of an output, each with a float target of its own.
   *
   * @param value CUDA C of the loss of one value, an expression of the floats {@code y} and {@code
   *     t}
   * @param derivative CUDA C of its derivative by {@code y}
   * @param perRow whether the sum is divided by the rows, not by the values
   */
  record Elementwise(String value, String derivative, boolean perRow) implements DeviceLoss {}

  /** A loss over the classes of the last axis. */
  enum OverClasses implements DeviceLoss {
    /** Cross-entropy of logits with a class for each position. */
    CROSS_ENTROPY,
    /** Cross-entropy of logits with a distribution for each position. */
    DISTRIBUTION_CROSS_ENTROPY,
    /** Negative log-likelihood of log-probabilities with a class for each position. */
    LOG_LIKELIHOOD
  }

  /** Whether targets are classes, one int for each position, and not one float for each value. */
  default boolean takesClasses() {
    return this == OverClasses.CROSS_ENTROPY || this == OverClasses.LOG_LIKELIHOOD;
  }
}

package dev.neurite.processor.memory;

/** What a place in a workspace is for. */
public enum Purpose {
  VALUE(""),
  GRADIENT("Gradient"),
  /** A convolution's input with its zero border. */
  PADDED("Padded"),
  /**
   * A convolution's output gradient, spread by the stride and with a zero border, as its input
   * gradient reads it.
   */
  SPREAD("Spread"),
  /** Weights as an input gradient reads them. */
  TURNED("Turned"),
  /** Weights of a convolution, transformed for Winograd's minimal filtering. */
  TRANSFORMED("Transformed"),
  /** The same as its input gradient reads them. */
  TRANSFORMED_TURNED("TransformedTurned"),
  /** The gradient of a convolution's transformed weights. */
  TRANSFORMED_GRADIENT("TransformedGradient"),
  /** Transformed tiles of an image, and of what is computed from them. */
  TILES("Tiles"),
  /** A dropout's factors. */
  MASK("Mask"),
  /** Mean, 1 / deviation and gradient sums of channels or vectors. */
  STATISTICS("Statistics"),
  /** Sums of a parameter's gradient, one for each lane. */
  PARTIAL("Partial"),
  /** Output gradients summed over the positions of each row. */
  SUMS("Sums"),
  /** Sums of a weight's gradient over the rows that share lanes, one for each lane. */
  WEIGHT_SUMS("WeightSums"),
  /** Gradients of a shared weight or bias, on their way to be added to those of another use. */
  SHARED("Shared"),
  /** A gradient on its way to be added to another, or one vector of a softmax. */
  SCRATCH("Scratch");

  private final String suffix;

  Purpose(String suffix) {
    this.suffix = suffix;
  }

  public String suffix() {
    return suffix;
  }
}

package dev.neurite.dsl;

/**
 * How the values of a parameter start.
 *
 * <p>The formulas speak of a weight's fans, as PyTorch does: of a dense layer's weight [units,
 * features] fan in is features and fan out is units; of a convolution's weight [filters, channels,
 * height, width] fan in is channels &middot; height &middot; width and fan out is filters &middot;
 * height &middot; width; of an embedding's weight [vocabulary, size] fan in is size and fan out is
 * vocabulary.
 */
public enum Initializer {
  /** PyTorch's for the layer; the layer's annotation gives the formula. */
  DEFAULT,
  /** Uniform in &plusmn;&radic;(6 / (fan in + fan out)). Glorot and Bengio (2010). */
  XAVIER_UNIFORM,
  /** Normal with deviation &radic;(2 / (fan in + fan out)). Glorot and Bengio (2010). */
  XAVIER_NORMAL,
  /** Uniform in &plusmn;&radic;(6 / fan in), meant for ReLU. He et al. (2015). */
  HE_UNIFORM,
  /** Normal with deviation &radic;(2 / fan in), meant for ReLU. He et al. (2015). */
  HE_NORMAL,
  /** Uniform in &plusmn;&radic;(3 / fan in). LeCun et al. (1998). */
  LECUN_UNIFORM,
  /** Normal with deviation &radic;(1 / fan in). LeCun et al. (1998). */
  LECUN_NORMAL,
  /** Normal with mean 0 and deviation 0.05, as Keras's {@code RandomNormal}. */
  NORMAL,
  /** Uniform in &plusmn;0.05, as Keras's {@code RandomUniform}. */
  UNIFORM,
  /** All 0. */
  ZEROS,
  /** All 1. */
  ONES,
  /**
   * Rows or columns orthonormal, the weight taken as a matrix with one row for each output. Saxe et
   * al. (2014).
   */
  ORTHOGONAL
}

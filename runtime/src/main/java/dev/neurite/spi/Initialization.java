package dev.neurite.spi;

/**
 * How the first values of a tensor are drawn; every number is already computed from the layer's
 * sizes.
 */
public sealed interface Initialization {

  /** Uniform in [low, high). */
  record Uniform(float low, float high) implements Initialization {}

  /** Normal with this mean and standard deviation. */
  record Normal(float mean, float deviation) implements Initialization {}

  /** All values the same. */
  record Constant(float value) implements Initialization {}

  /**
   * Rows or columns orthonormal, times {@code gain} (Saxe et al., 2014), as in PyTorch's {@code
   * orthogonal_}.
   */
  record Orthogonal(float gain) implements Initialization {}
}

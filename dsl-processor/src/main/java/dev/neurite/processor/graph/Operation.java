package dev.neurite.processor.graph;

/**
 * What one node of the graph computes. Every pass switches over these without {@code default}, so
 * the compiler names each place that a new operation still lacks.
 */
public sealed interface Operation {

  /** Height and width of something two-dimensional. */
  record Size(int height, int width) {}

  /** Rows and columns of zeros added around an image. */
  record Padding(int top, int left, int bottom, int right) {
    public boolean isZero() {
      return top == 0 && left == 0 && bottom == 0 && right == 0;
    }
  }

  /** An operation with parameters of its own: at most one on a method. */
  sealed interface Parametric extends Operation {}

  /**
   * Value by value, with a derivative that follows from input or output: at most one on a method.
   */
  sealed interface Activation extends Operation {}

  /** The values of one input. Its type is the node's. */
  record Input() implements Operation {}

  /**
   * The value of another node under this layer's name: what a stack of blocks gives, or what a
   * block takes where it states a shape. Moves nothing.
   */
  record Pass() implements Operation {}

  /** y = x Wᵀ + b on the last axis. */
  record Dense(int units, boolean bias, Initial weight, Initial biasValue) implements Parametric {}

  /**
   * Cross-correlation with zero padding; {@code same} is resolved into padding (the odd one bottom
   * and right).
   */
  record Conv2D(
      int filters,
      Size kernel,
      Size stride,
      Padding padding,
      Size dilation,
      int groups,
      boolean bias,
      Initial weight,
      Initial biasValue)
      implements Parametric {}

  /** Batch normalisation over channels of [C, H, W] or features of [F]. */
  record BatchNorm(double epsilon, double momentum, boolean affine) implements Parametric {}

  /** Layer normalisation over the last axis. */
  record LayerNorm(double epsilon, boolean affine) implements Parametric {}

  /** Row look-up; appends an axis of {@code size}. */
  record Embedding(int vocabulary, int size, Initial weight) implements Parametric {}

  record MaxPool2D(Size kernel, Size stride, Size padding) implements Operation {

    /** Whether the windows are 2 x 2 and lie side by side inside the image. */
    public boolean isOfPairs() {
      Size two = new Size(2, 2);
      return kernel.equals(two) && stride.equals(two) && padding.equals(new Size(0, 0));
    }
  }

  record AvgPool2D(Size kernel, Size stride, Size padding, boolean countPadding)
      implements Operation {}

  /** Mean over height and width of [C, H, W], or over the steps of [T, F]. */
  record GlobalAvgPool() implements Operation {}

  record Flatten() implements Operation {}

  /** Row-major, channels-first reading order kept; the shape is the node's. */
  record Reshape() implements Operation {}

  /** Inverted dropout of single values with this share dropped. */
  record Dropout(double share) implements Operation {}

  /** Inverted dropout of whole channels of [C, H, W]. */
  record SpatialDropout(double share) implements Operation {}

  record Add() implements Operation {}

  record Multiply() implements Operation {}

  /** {@code axis} counts from the front, without the batch. */
  record Concat(int axis) implements Operation {}

  record ReLU() implements Activation {}

  record LeakyReLU(double slope) implements Activation {}

  record ELU(double alpha) implements Activation {}

  /** {@code tanh}: the approximation by tanh, else the exact function by erf. */
  record GELU(boolean tanh) implements Activation {}

  record SiLU() implements Activation {}

  record Sigmoid() implements Activation {}

  record Tanh() implements Activation {}

  record Softplus(double beta, double threshold) implements Activation {}

  record Mish() implements Activation {}

  /** {@code axis} counts from the front, without the batch. */
  record Softmax(int axis) implements Operation {}

  /** {@code axis} counts from the front, without the batch. */
  record LogSoftmax(int axis) implements Operation {}
}

package dev.neurite.processor.shape;

import dev.neurite.processor.graph.Operation.Padding;
import dev.neurite.processor.graph.Operation.Size;

/**
 * A kernel or window that moves over an image.
 *
 * @param word what it is called
 */
record Slide(String word, Size kernel, Size stride, Padding padding, Size dilation) {

  /** Positions from top to bottom; less than 1 if it does not fit. */
  long rows(int height) {
    return positions(
        height,
        padding.top(),
        padding.bottom(),
        kernel.height(),
        dilation.height(),
        stride.height());
  }

  /** Positions from left to right; less than 1 if it does not fit. */
  long columns(int width) {
    return positions(
        width, padding.left(), padding.right(), kernel.width(), dilation.width(), stride.width());
  }

  private static long positions(
      int size, int before, int after, int kernel, int dilation, int stride) {
    long free = (long) size + before + after - extent(kernel, dilation);
    return free < 0 ? 0 : free / stride + 1;
  }

  /** What a kernel spans with its dilation. */
  private static long extent(int kernel, int dilation) {
    return (long) dilation * (kernel - 1) + 1;
  }

  /** {@code 5x5}, or {@code 3x3 (9x9 with its dilation)}. */
  String kernelInWords() {
    String plain = kernel.height() + "x" + kernel.width();
    if (dilation.height() == 1 && dilation.width() == 1) {
      return plain;
    }
    return plain
        + " ("
        + extent(kernel.height(), dilation.height())
        + "x"
        + extent(kernel.width(), dilation.width())
        + " with its dilation)";
  }

  /** The largest kernel and the smallest padding that fit an image. */
  String remedy(int height, int width) {
    long tall = largest((long) height + padding.top() + padding.bottom(), dilation.height());
    long wide = largest((long) width + padding.left() + padding.right(), dilation.width());
    long above = needed(height, extent(kernel.height(), dilation.height()));
    long beside = needed(width, extent(kernel.width(), dilation.width()));
    return "Use a "
        + word
        + " of at most "
        + pair(tall, wide)
        + ", or padding = "
        + pair(above, beside)
        + " or more.";
  }

  private static long largest(long size, int dilation) {
    return (size - 1) / dilation + 1;
  }

  private static long needed(int size, long extent) {
    return Math.max(0, (extent - size + 1) / 2);
  }

  private static String pair(long height, long width) {
    return height == width ? Long.toString(height) : "{" + height + ", " + width + "}";
  }
}

package dev.neurite.processor.arrange;

import dev.neurite.processor.shape.TensorType;

/** The order in which the elements of one row of a value lie in memory. */
public sealed interface Arrangement {

  /** Row-major, as seen from outside. */
  record Plain() implements Arrangement {}

  /**
   * An image, or what it became when it was flattened, with its channels innermost: {@code
   * [height][width][channels]}.
   */
  record ChannelsLast(int channels, int height, int width) implements Arrangement {}

  /** Channels last for an image; plain where that is the same. */
  static Arrangement ofImage(TensorType type) {
    int channels = type.shape().get(0);
    int height = type.shape().get(1);
    int width = type.shape().get(2);
    return channels == 1 || height * width == 1
        ? new Plain()
        : new ChannelsLast(channels, height, width);
  }
}

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

  /**
   * An image with one channel after another, {@code [channels][height][width]}, as it is seen from
   * outside: where so few filters leave lanes empty that neighbouring pixels fill them better. A
   * value lies so between a convolution and its pool, and goes on channels last when it is
   * flattened.
   */
  record Planes(int channels, int height, int width) implements Arrangement {

    /** The same with the channels innermost. */
    Arrangement channelsLast() {
      return ofImage(channels, height, width);
    }
  }

  /**
   * Sixteen rows of a batch side by side, so that each fills a lane whatever the number of
   * channels: {@code [height][width][channels][16 rows]}. Lanes beyond the last row hold numbers
   * that nobody reads; their gradients are 0.
   */
  record Lanes(int channels, int height, int width) implements Arrangement {

    /** Rows side by side: as many as a panel of weights has outputs. */
    public static final int ROWS = 16;

    /** The same with each row by itself. */
    Arrangement rowByRow() {
      return ofImage(channels, height, width);
    }
  }

  /** Channels last for an image; plain where that is the same. */
  static Arrangement ofImage(TensorType type) {
    return ofImage(type.shape().get(0), type.shape().get(1), type.shape().get(2));
  }

  private static Arrangement ofImage(int channels, int height, int width) {
    return channels == 1 || height * width == 1
        ? new Plain()
        : new ChannelsLast(channels, height, width);
  }
}

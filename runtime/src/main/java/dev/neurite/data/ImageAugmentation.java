package dev.neurite.data;

import dev.neurite.spi.Philox;
import java.util.List;

/**
 * Turns an image around its middle and shifts it, by amounts drawn evenly; all channels alike.
 * Between pixels it interpolates linearly.
 *
 * @param shift at most so many whole pixels in each direction, at least 0
 * @param degrees at most so far in either sense, 0 to 180
 * @param fill the value outside the image: 0, or what normalisation made of it
 */
public record ImageAugmentation(int shift, float degrees, float fill) implements Augmentation {

  /**
   * An augmentation within these bounds.
   *
   * @throws IllegalArgumentException if a bound is out of its range
   */
  public ImageAugmentation {
    if (shift < 0 || shift > Short.MAX_VALUE) {
      throw new IllegalArgumentException(
          "expected a shift of 0 to " + Short.MAX_VALUE + " pixels, got " + shift);
    }
    if (!(degrees >= 0 && degrees <= 180)) {
      throw new IllegalArgumentException("expected a rotation of 0 to 180 degrees, got " + degrees);
    }
  }

  @Override
  public void apply(
      float[] source, int from, float[] target, int to, List<Integer> shape, Philox.Stream random) {
    if (shape.size() != 3) {
      throw new IllegalArgumentException(
          "expected an image [channels, height, width], got " + shape);
    }
    int down = random.nextInt(2 * shift + 1) - shift;
    int right = random.nextInt(2 * shift + 1) - shift;
    // Strict, so that an epoch is the same on every machine.
    double angle = StrictMath.toRadians(degrees * (2.0 * random.nextUniform() - 1));
    transform(
        source, from, target, to, shape, down, right, StrictMath.sin(angle), StrictMath.cos(angle));
  }

  private void transform(
      float[] source,
      int from,
      float[] target,
      int to,
      List<Integer> shape,
      int down,
      int right,
      double sine,
      double cosine) {
    int channels = shape.get(0);
    int height = shape.get(1);
    int width = shape.get(2);
    double middleY = (height - 1) / 2.0;
    double middleX = (width - 1) / 2.0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        // Where the value at (y, x) comes from: the shift undone, then the rotation.
        double fromY = y - down - middleY;
        double fromX = x - right - middleX;
        double sourceY = middleY + cosine * fromY - sine * fromX;
        double sourceX = middleX + sine * fromY + cosine * fromX;
        int top = (int) Math.floor(sourceY);
        int left = (int) Math.floor(sourceX);
        float below = (float) (sourceY - top);
        float beside = (float) (sourceX - left);
        for (int channel = 0; channel < channels; channel++) {
          int plane = channel * height * width;
          float upper =
              between(
                  pixel(source, from + plane, height, width, top, left),
                  pixel(source, from + plane, height, width, top, left + 1),
                  beside);
          float lower =
              between(
                  pixel(source, from + plane, height, width, top + 1, left),
                  pixel(source, from + plane, height, width, top + 1, left + 1),
                  beside);
          target[to + plane + y * width + x] = between(upper, lower, below);
        }
      }
    }
  }

  private float pixel(float[] source, int plane, int height, int width, int y, int x) {
    return y >= 0 && y < height && x >= 0 && x < width ? source[plane + y * width + x] : fill;
  }

  private static float between(float first, float second, float share) {
    return first * (1 - share) + second * share;
  }
}

package dev.neurite.examples.images;

/** Draws grey images as text. */
public final class Drawing {

  /** From background to ink. */
  private static final String SHADES = " .:-=+*#%@";

  private static final int SIDE = 28;

  private Drawing() {}

  /**
   * Draws an image, two lines of pixels to a line of text: characters are about twice as high as
   * wide.
   *
   * @param pixels values from 0 to 1, 28 x 28 of them from {@code from} on
   * @param from where the image begins
   */
  public static String of(float[] pixels, int from) {
    StringBuilder text = new StringBuilder();
    for (int y = 0; y < SIDE; y += 2) {
      for (int x = 0; x < SIDE; x++) {
        int upper = from + y * SIDE + x;
        float grey = (pixels[upper] + pixels[upper + SIDE]) / 2;
        int shade = Math.round(Math.clamp(grey, 0, 1) * (SHADES.length() - 1));
        text.append(SHADES.charAt(shade));
      }
      text.append('\n');
    }
    return text.toString();
  }
}

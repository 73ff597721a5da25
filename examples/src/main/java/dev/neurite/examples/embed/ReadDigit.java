package dev.neurite.examples.embed;

import dev.neurite.examples.digits.DigitsForward;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * An application that reads a digit. On its class path are this class and {@code DigitsForward}:
 * neither the runtime nor any library.
 */
public final class ReadDigit {

  private ReadDigit() {}

  /**
   * Reads a digit.
   *
   * @param args the file of weights, and an image of 28 x 28 bytes from 0 (background) to 255
   * @throws IOException if a file cannot be read or does not fit
   */
  public static void main(String[] args) throws IOException {
    DigitsForward digits = DigitsForward.load(Path.of(args[0]));
    byte[] image = Files.readAllBytes(Path.of(args[1]));
    float[] pixels = new float[image.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (image[i] & 0xFF) / 255f;
    }
    float[] logarithms = digits.predict(pixels);
    int digit = 0;
    for (int i = 1; i < logarithms.length; i++) {
      if (logarithms[i] > logarithms[digit]) {
        digit = i;
      }
    }
    System.out.printf(
        Locale.ROOT, "this is a %d with probability %.6f%n", digit, Math.exp(logarithms[digit]));
  }
}

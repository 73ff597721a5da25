package dev.neurite.io;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A weight file that is damaged, of another kind, or made for another network. Nothing was loaded
 * from it.
 */
public final class WeightFileException extends IOException {

  private static final long serialVersionUID = 1;

  /**
   * A fact about a file; the message is "file: fact".
   *
   * @param file as the user named it
   * @param fact what was expected and what was found
   */
  public WeightFileException(Path file, String fact) {
    this(file.toString(), fact);
  }

  WeightFileException(String file, String fact) {
    super(file + ": " + fact);
  }
}

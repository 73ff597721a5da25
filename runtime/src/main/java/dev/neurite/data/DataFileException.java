package dev.neurite.data;

import java.io.IOException;

/** A data file that is damaged or not as it was said to be. Nothing was loaded from it. */
public final class DataFileException extends IOException {

  private static final long serialVersionUID = 1;

  DataFileException(String file, String fact) {
    super(file + ": " + fact);
  }

  DataFileException(String file, String fact, Throwable cause) {
    super(file + ": " + fact, cause);
  }
}

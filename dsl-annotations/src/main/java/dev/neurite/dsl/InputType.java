package dev.neurite.dsl;

/** What one element of an input is. */
public enum InputType {
  /** A 32-bit floating point number; the input takes {@code float[]}. */
  FLOAT,
  /**
   * An index into an {@link Embedding}; the input takes {@code int[]}, each value checked against
   * the vocabulary.
   */
  INDEX
}

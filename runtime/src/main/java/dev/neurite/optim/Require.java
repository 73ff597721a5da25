package dev.neurite.optim;

/** Checks of constants. */
final class Require {

  private Require() {}

  static double atLeast0(String what, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException("expected a " + what + " of at least 0, got " + value);
    }
    return value;
  }

  static double positive(String what, double value) {
    // As a float, which is what the loops compute with: eps of 1e-60 would be 0 there.
    if (!((float) value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException("expected a positive " + what + ", got " + value);
    }
    return value;
  }

  /** A share in [0, 1). */
  static double share(String what, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(
          "expected a " + what + " of at least 0 and less than 1, got " + value);
    }
    return value;
  }

  static int atLeast1(String what, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("expected " + what + " of at least 1, got " + value);
    }
    return value;
  }
}

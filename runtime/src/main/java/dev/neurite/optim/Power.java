package dev.neurite.optim;

/**
 * Whole powers: the same bits on every machine, and unlike {@link StrictMath#pow} no allocation.
 */
final class Power {

  private Power() {}

  /** {@code base} to the power of {@code exponent}, at least 0, by repeated squaring. */
  static double of(double base, long exponent) {
    double result = 1;
    double square = base;
    for (long rest = exponent; rest > 0; rest >>= 1) {
      if ((rest & 1) == 1) {
        result *= square;
      }
      square *= square;
    }
    return result;
  }
}

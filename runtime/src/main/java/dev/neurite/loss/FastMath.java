package dev.neurite.loss;

/**
 * The exponential function as a polynomial: the same bits on every machine, unlike {@link Math},
 * and many times faster than {@link StrictMath}.
 */
final class FastMath {

  /** Below this the result is 0; exp(-700) is about 1e-304. */
  private static final double LOWEST = -700;

  private static final double LOG2_E = 1.4426950408889634;

  /** The upper bits of log 2; a product with a number below 2^11 is exact. */
  private static final double LN2_HIGH = 0x1.62e42fefap-1;

  private static final double LN2_LOW = 0x1.cf79abc9e3b39p-40;

  /** Added and subtracted it rounds to the nearest integer: 1.5 x 2^52. */
  private static final double ROUND = 0x1.8p52;

  private FastMath() {}

  /**
   * e to the power of {@code x}, for {@code x} of at most 0 or NaN; relative error below 1e-9.
   *
   * <p>exp(x) = 2^k exp(r) with |r| at most log(2) / 2, and the Taylor series of exp(r) up to r^8,
   * whose rest is below r^9 / 9! = 2e-10.
   */
  static double exp(double x) {
    if (x < LOWEST) {
      return 0;
    }
    double k = (x * LOG2_E + ROUND) - ROUND;
    double r = Math.fma(-k, LN2_LOW, Math.fma(-k, LN2_HIGH, x));
    double p = 1.0 / 40320;
    p = Math.fma(p, r, 1.0 / 5040);
    p = Math.fma(p, r, 1.0 / 720);
    p = Math.fma(p, r, 1.0 / 120);
    p = Math.fma(p, r, 1.0 / 24);
    p = Math.fma(p, r, 1.0 / 6);
    p = Math.fma(p, r, 0.5);
    p = Math.fma(p, r, 1);
    p = Math.fma(p, r, 1);
    return p * Double.longBitsToDouble((long) (k + 1023) << 52);
  }
}

package dev.neurite.benchmarks.race;

/** Counts of times in nanoseconds, each within 0.1 %, in little memory. */
final class Histogram {

  /** Bits after the leading one that are told apart. */
  private static final int BITS = 10;

  private static final int MASK = (1 << BITS) - 1;

  private final int[] counts = new int[(Long.SIZE - BITS) << BITS];
  private long total;

  void add(long nanoseconds) {
    counts[bucket(Math.max(0, nanoseconds))]++;
    total++;
  }

  long total() {
    return total;
  }

  /** The time that a share of all is not above. */
  double quantile(double share) {
    long rank = (long) Math.ceil(share * total);
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank && seen > 0) {
        return value(i);
      }
    }
    return Double.NaN;
  }

  private static int bucket(long value) {
    if (value <= MASK) {
      return (int) value;
    }
    int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - BITS;
    return ((shift + 1) << BITS) + (int) ((value >>> shift) & MASK);
  }

  private static long value(int bucket) {
    int shift = (bucket >> BITS) - 1;
    return shift < 0 ? bucket : ((bucket & MASK) | (1L << BITS)) << shift;
  }
}

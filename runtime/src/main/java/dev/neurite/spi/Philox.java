package dev.neurite.spi;

/**
 * The counter-based random number generator Philox4x32-10: each block of four numbers is a function
 * of a 64-bit key and a 128-bit counter, so that numbers can be drawn in any order, on any thread,
 * and come out the same.
 *
 * <p>Source: Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011).
 *
 * <p>Throughout Neurite the key is the user's seed and the lowest byte of the counter's last word
 * is the purpose, one of the constants here, so that no two purposes ever see the same numbers.
 */
public final class Philox {

  /** Initial values of parameters. */
  public static final int INITIALIZATION = 1;

  /** Masks of dropout. */
  public static final int DROPOUT = 2;

  /** The order of a dataset's rows. */
  public static final int SHUFFLE = 3;

  /** Random changes to images. */
  public static final int AUGMENTATION = 4;

  /** Numbers of one block. */
  public static final int BLOCK = 4;

  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;

  /** The golden ratio's fraction, times 2^32. */
  private static final int WEYL_0 = 0x9E3779B9;

  /** The fraction of the square root of 3, times 2^32. */
  private static final int WEYL_1 = 0xBB67AE85;

  private static final int ROUNDS = 10;
  private static final long WORD = 0xFFFFFFFFL;

  private Philox() {}

  /**
   * Writes the four numbers at one counter to {@code out[0]} to {@code out[3]}; allocates nothing.
   *
   * @param key the lower half is the paper's first key word, the upper half the second
   * @param c0 first word of the counter
   * @param c1 second word of the counter
   * @param c2 third word of the counter
   * @param c3 fourth word of the counter
   * @param out at least four long
   */
  public static void block(long key, int c0, int c1, int c2, int c3, int[] out) {
    int key0 = (int) key;
    int key1 = (int) (key >>> 32);
    int x0 = c0;
    int x1 = c1;
    int x2 = c2;
    int x3 = c3;
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = MULTIPLIER_0 * (x0 & WORD);
      long product1 = MULTIPLIER_1 * (x2 & WORD);
      x0 = (int) (product1 >>> 32) ^ x1 ^ key0;
      x1 = (int) product1;
      x2 = (int) (product0 >>> 32) ^ x3 ^ key1;
      x3 = (int) product0;
      key0 += WEYL_0;
      key1 += WEYL_1;
    }
    out[0] = x0;
    out[1] = x1;
    out[2] = x2;
    out[3] = x3;
  }

  /**
   * The multiple of 2^-24 in [0, 1) that the upper 24 bits of a random word stand for; each is as
   * likely.
   */
  public static float uniform(int word) {
    return (word >>> 8) * 0x1p-24f;
  }

  /**
   * A standard normal number from two random words: Box and Muller's cosine (1958). Computed with
   * {@link StrictMath}, so that it is the same on every machine.
   */
  public static double normal(int word0, int word1) {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(((word0 & WORD) + 1) * 0x1p-32));
    return radius * StrictMath.cos(2 * Math.PI * ((word1 & WORD) * 0x1p-32));
  }

  /** Random numbers one after another, at counters counted up from 0. Not thread-safe. */
  public static final class Stream {

    private final long seed;
    private final long stream;
    private final int purpose;
    private final int[] block = new int[BLOCK];
    private int counter;
    private int used = BLOCK;

    /**
     * A stream at its beginning.
     *
     * @param seed the key
     * @param purpose one of the constants of {@link Philox}
     * @param stream which of the 2^64 streams of this seed and purpose, such as the index of a
     *     tensor or an epoch; each holds 2^34 numbers
     */
    public Stream(long seed, int purpose, long stream) {
      this.seed = seed;
      this.stream = stream;
      this.purpose = purpose;
    }

    /** 32 random bits. */
    public int nextInt() {
      if (used == BLOCK) {
        block(seed, counter++, (int) stream, (int) (stream >>> 32), purpose, block);
        used = 0;
      }
      return block[used++];
    }

    /**
     * A number from 0 to {@code bound - 1}, each as likely.
     *
     * <p>Source: Lemire: Fast random integer generation in an interval (2019).
     *
     * @param bound at least 1
     */
    public int nextInt(int bound) {
      if (bound < 1) {
        throw new IllegalArgumentException("expected a bound of at least 1, got " + bound);
      }
      long product = (nextInt() & WORD) * bound;
      if ((product & WORD) < bound) {
        long threshold = (WORD + 1) % bound;
        while ((product & WORD) < threshold) {
          product = (nextInt() & WORD) * bound;
        }
      }
      return (int) (product >>> 32);
    }

    /** Uniform in [0, 1). */
    public float nextUniform() {
      return uniform(nextInt());
    }

    /** Uniform in [low, high). */
    public float nextUniform(float low, float high) {
      float value = low + (high - low) * nextUniform();
      // Rounding may reach the upper end.
      return value < high ? value : Math.max(low, Math.nextDown(high));
    }

    /** Standard normal. */
    public double nextNormal() {
      int word = nextInt();
      return normal(word, nextInt());
    }

    /**
     * Shuffles all values; every order is as likely as 32-bit numbers can make it (Fisher and
     * Yates).
     */
    public void shuffle(int[] values) {
      for (int last = values.length - 1; last > 0; last--) {
        int chosen = nextInt(last + 1);
        int value = values[last];
        values[last] = values[chosen];
        values[chosen] = value;
      }
    }
  }
}

package dev.neurite;

import dev.neurite.spi.Philox;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Damages files in the ways that files get damaged or forged; the same damage for the same seed.
 */
public final class Mutations {

  /** What a forged length or offset may say. */
  private static final List<Long> NUMBERS =
      List.of(
          0L,
          1L,
          -1L,
          7L,
          255L,
          65_536L,
          100_000_000L,
          100_000_001L,
          (long) Integer.MAX_VALUE,
          1L << 31,
          0xFFFFFFFFL,
          1L << 32,
          1L << 40,
          1L << 62,
          Long.MAX_VALUE,
          Long.MIN_VALUE);

  private final Philox.Stream random;

  /** The mutation of this number. */
  public Mutations(int number) {
    random = new Philox.Stream(2026, 99, number);
  }

  /** One to three kinds of damage. */
  public byte[] of(byte[] file) {
    byte[] damaged = file.clone();
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times; i++) {
      damaged = once(damaged);
    }
    return damaged;
  }

  private byte[] once(byte[] file) {
    int from = random.nextInt(file.length + 1);
    int to = from + random.nextInt(Math.min(64, file.length - from) + 1);
    return switch (random.nextInt(9)) {
      case 0 -> flipped(file);
      case 1 -> Arrays.copyOf(file, from);
      case 2 -> replaced(file, from, from, noise());
      case 3 -> replaced(file, from, to, new byte[0]);
      case 4 -> replaced(file, from, from, Arrays.copyOfRange(file, from, to));
      case 5 -> binaryNumber(file, from);
      case 6, 7 -> decimalNumber(file, from);
      default -> swapped(file, from, to);
    };
  }

  /** One bit in the first kilobyte, where headers are, or anywhere. */
  private byte[] flipped(byte[] file) {
    if (file.length > 0) {
      int within = random.nextInt(2) == 0 ? Math.min(file.length, 1024) : file.length;
      file[random.nextInt(within)] ^= (byte) (1 << random.nextInt(8));
    }
    return file;
  }

  /** A number over the first eight bytes or over those at a position, in either byte order. */
  private byte[] binaryNumber(byte[] file, int position) {
    long number = NUMBERS.get(random.nextInt(NUMBERS.size()));
    int length = random.nextInt(2) == 0 ? 4 : 8;
    boolean little = random.nextInt(2) == 0;
    int at = random.nextInt(2) == 0 ? 4 * random.nextInt(4) : position;
    for (int i = 0; i < length && at + i < file.length; i++) {
      file[at + i] = (byte) (number >> (8 * (little ? i : length - 1 - i)));
    }
    return file;
  }

  /** Another number for the decimal one that stands at or behind a position. */
  private byte[] decimalNumber(byte[] file, int position) {
    int from = position;
    while (from < file.length && !isDigit(file[from])) {
      from++;
    }
    int to = from;
    while (to < file.length && isDigit(file[to])) {
      to++;
    }
    String number =
        switch (random.nextInt(4)) {
          case 0 -> Long.toString(NUMBERS.get(random.nextInt(NUMBERS.size())));
          case 1 -> Integer.toString(random.nextInt(300));
          case 2 -> "9".repeat(1 + random.nextInt(400));
          default ->
              List.of("", "1e400", "NaN", "-0", "0x10", "1.5", "null", "\"4\"", "[", "{}")
                  .get(random.nextInt(10));
        };
    return replaced(file, from, to, number.getBytes(StandardCharsets.US_ASCII));
  }

  /** Two neighbouring pieces in each other's place. */
  private byte[] swapped(byte[] file, int from, int to) {
    int end = Math.min(file.length, to + random.nextInt(64));
    byte[] first = Arrays.copyOfRange(file, from, to);
    byte[] second = Arrays.copyOfRange(file, to, end);
    System.arraycopy(second, 0, file, from, second.length);
    System.arraycopy(first, 0, file, from + second.length, first.length);
    return file;
  }

  private byte[] noise() {
    byte[] noise = new byte[1 + random.nextInt(20)];
    String typical = "{}[]\":,\\ 0129.-eE\n\r;";
    boolean text = random.nextInt(2) == 0;
    for (int i = 0; i < noise.length; i++) {
      noise[i] =
          (byte) (text ? typical.charAt(random.nextInt(typical.length())) : random.nextInt());
    }
    return noise;
  }

  private static byte[] replaced(byte[] file, int from, int to, byte[] with) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(file, 0, from);
    out.write(with, 0, with.length);
    out.write(file, to, file.length - to);
    return out.toByteArray();
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}

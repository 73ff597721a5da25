package dev.neurite.processor.generated;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The SHA-256 of numbers' bits, in the order they are added. All NaN count as one: which of them an
 * operation gives is left open by Java and differs between scalar and vector instructions.
 */
final class Bits {

  private final MessageDigest digest;

  Bits() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  Bits add(float[] values, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * count);
    for (int i = 0; i < count; i++) {
      bytes.putInt(Float.floatToIntBits(values[i]));
    }
    digest.update(bytes.array());
    return this;
  }

  Bits add(float[] values) {
    return add(values, values.length);
  }

  Bits add(double value) {
    digest.update(ByteBuffer.allocate(8).putLong(Double.doubleToLongBits(value)).array());
    return this;
  }

  /** The sum so far; what is added later makes a new one. */
  String sum() {
    return HexFormat.of().formatHex(digest.digest());
  }
}

package dev.neurite.io;

/** The types of values in weight files, named as in the safetensors format. */
public enum ElementType {
  /** IEEE 754 binary64. */
  F64(8),
  /** Signed 64-bit integer. */
  I64(8),
  /** IEEE 754 binary32. */
  F32(4),
  /** Signed 32-bit integer. */
  I32(4),
  /** IEEE 754 binary16. */
  F16(2),
  /** The upper half of a binary32: 8 bits of exponent, 7 of fraction. */
  BF16(2),
  /** Unsigned 8-bit integer. */
  U8(1);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one value. */
  public int bytes() {
    return bytes;
  }

  /** Whether values are floating-point numbers and not integers. */
  public boolean isFloat() {
    return switch (this) {
      case F64, F32, F16, BF16 -> true;
      case I64, I32, U8 -> false;
    };
  }
}

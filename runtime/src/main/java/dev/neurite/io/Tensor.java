package dev.neurite.io;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One tensor as a file holds it: element type, shape, and the values in row-major order. Immutable.
 */
public final class Tensor {

  private static final VarHandle SHORTS = little(short[].class);
  private static final VarHandle INTS = little(int[].class);
  private static final VarHandle LONGS = little(long[].class);
  private static final VarHandle FLOATS = little(float[].class);
  private static final VarHandle DOUBLES = little(double[].class);

  private final ElementType type;
  private final List<Integer> shape;

  /** Little-endian, as in the file. */
  private final byte[] data;

  private Tensor(ElementType type, List<Integer> shape, byte[] data) {
    this.type = type;
    this.shape = List.copyOf(shape);
    this.data = data;
    long size = 1;
    for (int length : shape) {
      if (length < 0) {
        throw new IllegalArgumentException("a shape has no negative lengths, got " + shape);
      }
      size = Math.multiplyExact(size, (long) length);
    }
    if (Math.multiplyExact(size, (long) type.bytes()) != data.length) {
      throw new IllegalArgumentException(
          "a tensor " + shape + " has " + size + " values, got " + data.length / type.bytes());
    }
  }

  /**
   * A tensor of type F32.
   *
   * @throws IllegalArgumentException if the number of values is not the shape's
   */
  public static Tensor of(List<Integer> shape, float... values) {
    byte[] data = new byte[bytes(values.length, ElementType.F32)];
    for (int i = 0; i < values.length; i++) {
      FLOATS.set(data, i * Float.BYTES, values[i]);
    }
    return new Tensor(ElementType.F32, shape, data);
  }

  /**
   * A tensor of type F64.
   *
   * @throws IllegalArgumentException if the number of values is not the shape's
   */
  public static Tensor of(List<Integer> shape, double... values) {
    byte[] data = new byte[bytes(values.length, ElementType.F64)];
    for (int i = 0; i < values.length; i++) {
      DOUBLES.set(data, i * Double.BYTES, values[i]);
    }
    return new Tensor(ElementType.F64, shape, data);
  }

  /**
   * A tensor of type I64.
   *
   * @throws IllegalArgumentException if the number of values is not the shape's
   */
  public static Tensor of(List<Integer> shape, long... values) {
    byte[] data = new byte[bytes(values.length, ElementType.I64)];
    for (int i = 0; i < values.length; i++) {
      LONGS.set(data, i * Long.BYTES, values[i]);
    }
    return new Tensor(ElementType.I64, shape, data);
  }

  /**
   * A tensor of any type.
   *
   * @param data the values, little-endian
   * @throws IllegalArgumentException if the number of bytes is not that of the type and the shape
   */
  public static Tensor ofBytes(ElementType type, List<Integer> shape, byte[] data) {
    return new Tensor(type, shape, data.clone());
  }

  /** A tensor that takes the array over. */
  static Tensor wrap(ElementType type, List<Integer> shape, byte[] data) {
    return new Tensor(type, shape, data);
  }

  /** The element type. */
  public ElementType type() {
    return type;
  }

  /** The lengths of the axes; empty for a single number. */
  public List<Integer> shape() {
    return shape;
  }

  /** Number of values. */
  public int size() {
    return data.length / type.bytes();
  }

  /** The values as the file holds them, not to be written to. */
  byte[] data() {
    return data;
  }

  /**
   * A copy of the values of a floating-point tensor; F64 is rounded to nearest, the others are
   * exact.
   *
   * @throws IllegalStateException for integers
   */
  public float[] floats() {
    float[] values = new float[size()];
    switch (type) {
      case F32 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) FLOATS.get(data, i * Float.BYTES);
        }
      }
      case F64 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (double) DOUBLES.get(data, i * Double.BYTES);
        }
      }
      case F16 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = Float.float16ToFloat((short) SHORTS.get(data, i * Short.BYTES));
        }
      }
      case BF16 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = Float.intBitsToFloat((short) SHORTS.get(data, i * Short.BYTES) << 16);
        }
      }
      case I64, I32, U8 ->
          throw new IllegalStateException("a tensor of " + type + " holds integers: read longs()");
    }
    return values;
  }

  /**
   * A copy of the values of a floating-point tensor, all exact.
   *
   * @throws IllegalStateException for integers
   */
  public double[] doubles() {
    double[] values = new double[size()];
    if (type == ElementType.F64) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (double) DOUBLES.get(data, i * Double.BYTES);
      }
    } else {
      float[] floats = floats();
      for (int i = 0; i < values.length; i++) {
        values[i] = floats[i];
      }
    }
    return values;
  }

  /**
   * A copy of the values of an integer tensor.
   *
   * @throws IllegalStateException for floating-point numbers
   */
  public long[] longs() {
    long[] values = new long[size()];
    switch (type) {
      case I64 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = (long) LONGS.get(data, i * Long.BYTES);
        }
      }
      case I32 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = (int) INTS.get(data, i * Integer.BYTES);
        }
      }
      case U8 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = data[i] & 0xFF;
        }
      }
      case F64, F32, F16, BF16 ->
          throw new IllegalStateException(
              "a tensor of " + type + " holds no integers: read floats()");
    }
    return values;
  }

  /** Same type, same shape, same bits. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Tensor tensor
        && type == tensor.type
        && shape.equals(tensor.shape)
        && Arrays.equals(data, tensor.data);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * type.hashCode() + shape.hashCode()) + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return type + " " + shape;
  }

  private static int bytes(int values, ElementType type) {
    return Math.multiplyExact(values, type.bytes());
  }

  private static VarHandle little(Class<?> array) {
    return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
  }
}

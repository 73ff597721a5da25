package dev.neurite.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The safetensors format, read and written: 8 bytes with the little-endian length of the header,
 * the header in JSON, then the tensors' values, little-endian and row-major.
 *
 * <p>A reader believes nothing: every length, offset, shape and character is checked against the
 * file's length before a value is read, and damage ends in a {@link WeightFileException} that says
 * what is wrong. The same contents give the same bytes.
 */
public final class SafeTensors {

  /** The largest array a JVM is sure to give. */
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private SafeTensors() {}

  /** Takes bytes one piece after another. */
  @FunctionalInterface
  private interface Sink<E extends Exception> {
    void accept(byte[] bytes) throws E;
  }

  /** Gives bytes one piece after another; fills the array or throws. */
  @FunctionalInterface
  private interface Source {
    void fill(byte[] bytes) throws IOException;
  }

  /**
   * Reads a file.
   *
   * @throws WeightFileException if it is not a safetensors file, is damaged, or holds what cannot
   *     be read here: other element types, or a tensor of 2 GiB or more
   * @throws IOException if the file cannot be read
   */
  public static TensorFile read(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return read(
          path.toString(),
          channel.size(),
          bytes -> {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
              if (channel.read(buffer) < 0) {
                throw new WeightFileException(path, "the file became shorter while it was read");
              }
            }
          });
    }
  }

  /**
   * Reads the bytes of a file.
   *
   * @param name for messages
   * @param bytes all of the file
   * @throws WeightFileException as {@link #read(Path)}
   */
  public static TensorFile read(String name, byte[] bytes) throws WeightFileException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    try {
      return read(name, bytes.length, buffer::get);
    } catch (WeightFileException damaged) {
      throw damaged;
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /**
   * Writes a file to a neighbour and moves it into place: whenever the process is killed, the path
   * holds either what it held before or all of the new file.
   *
   * @throws IOException if the file cannot be written; the path then holds what it held before
   */
  public static void write(Path path, TensorFile file) throws IOException {
    AtomicFile.write(
        path,
        channel ->
            SafeTensors.<IOException>write(
                file,
                bytes -> {
                  ByteBuffer buffer = ByteBuffer.wrap(bytes);
                  while (buffer.hasRemaining()) {
                    channel.write(buffer);
                  }
                }));
  }

  /**
   * The bytes of a file with these contents.
   *
   * @throws IllegalArgumentException if they are 2 GiB or more
   */
  public static byte[] bytes(TensorFile file) {
    long[] length = new long[1];
    SafeTensors.<RuntimeException>write(file, bytes -> length[0] += bytes.length);
    if (length[0] > MAX_ARRAY) {
      throw new IllegalArgumentException(
          "one array holds at most " + MAX_ARRAY + " bytes, the file has " + length[0]);
    }
    ByteBuffer whole = ByteBuffer.allocate((int) length[0]);
    SafeTensors.<RuntimeException>write(file, whole::put);
    return whole.array();
  }

  /** The SHA-256 of the bytes of a file with these contents, in lower-case hexadecimal. */
  public static String sha256(TensorFile file) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyPlatformHasIt) {
      throw new IllegalStateException(everyPlatformHasIt);
    }
    SafeTensors.<RuntimeException>write(file, digest::update);
    return HexFormat.of().formatHex(digest.digest());
  }

  private static <E extends Exception> void write(TensorFile file, Sink<E> sink) throws E {
    Header header = Header.of(file);
    byte[] json = header.json();
    if (json.length > Header.LIMIT) {
      throw new IllegalArgumentException(
          "the format allows a header of at most "
              + Header.LIMIT
              + " bytes, this one has "
              + json.length);
    }
    byte[] prefix = new byte[Header.PREFIX];
    ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length);
    sink.accept(prefix);
    sink.accept(json);
    for (Map.Entry<String, Header.Entry> entry : header.dataOrder()) {
      sink.accept(file.tensor(entry.getKey()).data());
    }
  }

  private static TensorFile read(String name, long size, Source source) throws IOException {
    if (size < Header.PREFIX) {
      throw new WeightFileException(
          name,
          "a safetensors file has at least " + Header.PREFIX + " bytes, this one has " + size);
    }
    byte[] prefix = new byte[Header.PREFIX];
    source.fill(prefix);
    long headerLength = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (headerLength < 0 || headerLength > Header.LIMIT || headerLength > size - Header.PREFIX) {
      throw new WeightFileException(
          name,
          "the header should have "
              + Long.toUnsignedString(headerLength)
              + " bytes, but "
              + (size - Header.PREFIX)
              + " follow and the format allows "
              + Header.LIMIT
              + ": not a safetensors file, or cut short");
    }
    byte[] json = new byte[(int) headerLength];
    source.fill(json);
    Header header = Header.parse(name, json, size - Header.PREFIX - headerLength);
    Map<String, Tensor> tensors = new HashMap<>();
    for (Map.Entry<String, Header.Entry> named : header.dataOrder()) {
      Header.Entry entry = named.getValue();
      if (entry.length() > MAX_ARRAY) {
        throw new WeightFileException(
            name,
            JsonCursor.quoted(named.getKey())
                + " has "
                + entry.length()
                + " bytes; up to "
                + MAX_ARRAY
                + " can be read");
      }
      byte[] data = new byte[(int) entry.length()];
      source.fill(data);
      tensors.put(named.getKey(), Tensor.wrap(entry.type(), entry.shape(), data));
    }
    // The order of the contents is the header's, which need not be the data's.
    Map<String, Tensor> inOrder = new LinkedHashMap<>();
    header.entries().keySet().forEach(tensor -> inOrder.put(tensor, tensors.get(tensor)));
    return new TensorFile(inOrder, header.metadata());
  }
}

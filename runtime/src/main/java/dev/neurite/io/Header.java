package dev.neurite.io;

import dev.neurite.io.JsonCursor.SyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The header of a safetensors file: what tensors there are, and where their bytes lie.
 *
 * @param entries by name, in the order of the header
 * @param metadata by name, in the order of the header
 */
record Header(Map<String, Entry> entries, Map<String, String> metadata) {

  /** Bytes of the number before the header. */
  static final int PREFIX = 8;

  /** The format's own limit on a header, in bytes. */
  static final int LIMIT = 100_000_000;

  /** More axes than any framework has; keeps a header of 100 MB from growing in memory. */
  private static final int MAX_AXES = 64;

  private static final int ALIGNMENT = 8;

  /**
   * One tensor.
   *
   * @param type of its values
   * @param shape lengths of its axes
   * @param begin of its first byte, counted from the end of the header
   * @param end behind its last byte
   */
  record Entry(ElementType type, List<Integer> shape, long begin, long end) {

    long length() {
      return end - begin;
    }
  }

  /**
   * The header for these contents: larger element types first in the data, so that every tensor is
   * aligned.
   */
  static Header of(TensorFile file) {
    // Where the first tensor with elements of this many bytes begins, then the next one.
    Map<Integer, Long> begins = new TreeMap<>(Comparator.reverseOrder());
    file.tensors()
        .values()
        .forEach(
            tensor -> begins.merge(tensor.type().bytes(), (long) tensor.data().length, Long::sum));
    long[] offset = new long[1];
    begins.replaceAll(
        (bytes, length) -> {
          long begin = offset[0];
          offset[0] += length;
          return begin;
        });
    Map<String, Entry> entries = new LinkedHashMap<>();
    file.tensors()
        .forEach(
            (name, tensor) -> {
              long length = tensor.data().length;
              long end = begins.merge(tensor.type().bytes(), length, Long::sum);
              entries.put(name, new Entry(tensor.type(), tensor.shape(), end - length, end));
            });
    return new Header(entries, file.metadata());
  }

  /** Names and entries in the order in which the data lies. */
  List<Map.Entry<String, Entry>> dataOrder() {
    return entries.entrySet().stream()
        .sorted(
            Comparator.comparingLong((Map.Entry<String, Entry> entry) -> entry.getValue().begin())
                .thenComparingLong(entry -> entry.getValue().end()))
        .toList();
  }

  /** The header as JSON without blanks, padded with spaces to a multiple of 8 bytes. */
  byte[] json() {
    StringBuilder json = new StringBuilder("{");
    if (!metadata.isEmpty()) {
      json.append(JsonCursor.quoted(TensorFile.METADATA)).append(":{");
      metadata.forEach(
          (key, value) ->
              json.append(JsonCursor.quoted(key))
                  .append(':')
                  .append(JsonCursor.quoted(value))
                  .append(','));
      json.setCharAt(json.length() - 1, '}');
      json.append(',');
    }
    entries.forEach(
        (name, entry) -> {
          json.append(JsonCursor.quoted(name))
              .append(":{\"dtype\":\"")
              .append(entry.type())
              .append("\",\"shape\":");
          json.append(entry.shape().toString().replace(" ", ""));
          json.append(",\"data_offsets\":[")
              .append(entry.begin())
              .append(',')
              .append(entry.end())
              .append("]},");
        });
    if (json.length() > 1) {
      json.setLength(json.length() - 1);
    }
    json.append('}');
    while (json.length() % ALIGNMENT != 0) {
      json.append(' ');
    }
    return json.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Reads a header and checks all of it against the length of the data.
   *
   * @param file for messages
   * @param json as in the file
   * @param dataLength bytes behind the header
   */
  static Header parse(String file, byte[] json, long dataLength) throws WeightFileException {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
    } catch (CharacterCodingException malformed) {
      throw new WeightFileException(
          file, "the header is not UTF-8: not a safetensors file, or damaged");
    }
    Header header = new Header(new LinkedHashMap<>(), new LinkedHashMap<>());
    JsonCursor cursor = new JsonCursor(text);
    try {
      cursor.object(
          name -> {
            if (name.equals(TensorFile.METADATA)) {
              cursor.object(key -> header.metadata.put(key, cursor.string()));
            } else {
              header.entries.put(name, entry(cursor, name));
            }
          });
      cursor.end();
    } catch (SyntaxException wrong) {
      throw new WeightFileException(file, String.valueOf(wrong.getMessage()));
    }
    header.checkData(file, dataLength);
    return header;
  }

  /**
   * The tensors' bytes must follow each other without a gap or an overlap, and end where the file
   * ends.
   */
  private void checkData(String file, long dataLength) throws WeightFileException {
    long position = 0;
    String previous = "the header";
    for (Map.Entry<String, Entry> named : dataOrder()) {
      Entry entry = named.getValue();
      String name = JsonCursor.quoted(named.getKey());
      if (entry.begin() != position) {
        throw new WeightFileException(
            file,
            String.format(
                Locale.ROOT,
                "%s begins at byte %d of the data, but %s ends at byte %d: %s",
                name,
                entry.begin(),
                previous,
                position,
                entry.begin() > position ? "a gap" : "they overlap"));
      }
      position = entry.end();
      previous = name;
    }
    if (position != dataLength) {
      throw new WeightFileException(
          file,
          "the header describes "
              + position
              + " bytes of data, the file has "
              + dataLength
              + (dataLength < position ? ": it is cut short" : ""));
    }
  }

  private static Entry entry(JsonCursor cursor, String name) throws SyntaxException {
    int start = cursor.position();
    EntryFields fields = new EntryFields();
    cursor.object(
        key -> {
          switch (key) {
            case "dtype" -> fields.type = type(cursor, name);
            case "shape" -> fields.shape = shape(cursor, name);
            case "data_offsets" -> fields.offsets = offsets(cursor, name);
            default ->
                throw cursor.wrong(
                    cursor.position(),
                    JsonCursor.quoted(name)
                        + " has a field "
                        + JsonCursor.quoted(key)
                        + "; known are dtype, shape and data_offsets");
          }
        });
    ElementType type = fields.type;
    List<Integer> shape = fields.shape;
    List<Long> offsets = fields.offsets;
    if (type == null || shape == null || offsets == null) {
      throw cursor.wrong(
          start, JsonCursor.quoted(name) + " lacks one of dtype, shape and data_offsets");
    }
    long begin = offsets.get(0);
    long end = offsets.get(1);
    long bytes = type.bytes();
    for (int length : shape) {
      long product = Math.multiplyHigh(bytes, (long) length);
      bytes *= length;
      if (product != 0 || bytes < 0) {
        throw cursor.wrong(
            start, JsonCursor.quoted(name) + " of shape " + shape + " is larger than any file");
      }
    }
    if (end < begin || end - begin != bytes) {
      throw cursor.wrong(
          start,
          JsonCursor.quoted(name)
              + " of "
              + type
              + " and shape "
              + shape
              + " has "
              + bytes
              + " bytes, but its data_offsets are "
              + offsets);
    }
    return new Entry(type, shape, begin, end);
  }

  private static ElementType type(JsonCursor cursor, String name) throws SyntaxException {
    int start = cursor.position();
    String dtype = cursor.string();
    for (ElementType type : ElementType.values()) {
      if (type.name().equals(dtype)) {
        return type;
      }
    }
    throw cursor.wrong(
        start,
        JsonCursor.quoted(name)
            + " has dtype "
            + JsonCursor.quoted(dtype)
            + "; F32, F64, F16, BF16, I64, I32 and U8 can be read: convert it before saving");
  }

  private static List<Integer> shape(JsonCursor cursor, String name) throws SyntaxException {
    List<Integer> shape = new ArrayList<>();
    cursor.array(
        () -> {
          int start = cursor.position();
          long length = cursor.integer();
          if (length > Integer.MAX_VALUE || shape.size() == MAX_AXES) {
            throw cursor.wrong(
                start,
                JsonCursor.quoted(name)
                    + " has an axis of length "
                    + length
                    + " after "
                    + shape
                    + "; at most "
                    + MAX_AXES
                    + " axes of up to "
                    + Integer.MAX_VALUE
                    + " can be read");
          }
          shape.add((int) length);
        });
    return List.copyOf(shape);
  }

  private static List<Long> offsets(JsonCursor cursor, String name) throws SyntaxException {
    int start = cursor.position();
    List<Long> offsets = new ArrayList<>();
    cursor.array(
        () -> {
          long offset = cursor.integer();
          if (offsets.size() < 3) {
            offsets.add(offset);
          }
        });
    if (offsets.size() != 2) {
      throw cursor.wrong(start, "expected two data_offsets for " + JsonCursor.quoted(name));
    }
    return List.copyOf(offsets);
  }

  /** The fields of an entry as they come, in any order. */
  private static final class EntryFields {
    private @Nullable ElementType type;
    private @Nullable List<Integer> shape;
    private @Nullable List<Long> offsets;
  }
}

package dev.neurite.data;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What a column of the dataset is made of. */
sealed interface CsvColumn {

  /**
   * Decimal numbers; narrower than what {@link Float#parseFloat} takes: no NaN, no hexadecimal, no
   * suffix.
   */
  Pattern DECIMAL = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

  /** Whole numbers that fit an int: longer ones with leading zeros are nobody's index. */
  Pattern INDEX = Pattern.compile("\\d{1,10}");

  /** Longest part of a field that a message repeats. */
  int SHOWN = 40;

  /** A vector of numbers. */
  record Floats(String name, List<String> fields) implements CsvColumn {}

  /** A whole number. */
  record Indices(String name, String field) implements CsvColumn {}

  /** The index of a word. */
  record Categories(String name, String field, Map<String, Integer> words) implements CsvColumn {}

  /** The largest array a JVM is sure to give. */
  int MOST = Integer.MAX_VALUE - 8;

  /** Collects the values of a column, record by record. */
  interface Builder {

    void add(List<String> fields) throws DataFileException;

    Column build();
  }

  /** An empty column of a file with these headings. */
  default Builder builder(CsvLines lines, List<String> header) throws DataFileException {
    return switch (this) {
      case Floats floats -> {
        int[] indices = new int[floats.fields().size()];
        for (int i = 0; i < indices.length; i++) {
          indices[i] = index(lines, header, floats.fields().get(i));
        }
        yield new FloatBuilder(floats.name(), lines, header, indices);
      }
      case Indices column ->
          new IndexBuilder(
              column.name(), lines, header, index(lines, header, column.field()), Map.of());
      case Categories column ->
          new IndexBuilder(
              column.name(), lines, header, index(lines, header, column.field()), column.words());
    };
  }

  /** Where a heading stands. */
  static int index(CsvLines lines, List<String> header, String field) throws DataFileException {
    int index = header.indexOf(field);
    if (index < 0) {
      throw lines.wrong(
          "no column is named "
              + shown(field)
              + "; there are "
              + header.stream().map(CsvColumn::shown).toList());
    }
    if (header.lastIndexOf(field) != index) {
      throw lines.wrong(
          "columns "
              + (index + 1)
              + " and "
              + (header.lastIndexOf(field) + 1)
              + " are both named "
              + shown(field));
    }
    return index;
  }

  /** The text of a field, which must not be missing. */
  static String value(CsvLines lines, List<String> header, List<String> fields, int index)
      throws DataFileException {
    String value = fields.get(index).strip();
    if (value.isEmpty()) {
      throw lines.wrong(
          index,
          shown(header.get(index)),
          "the value is missing; fill it in or leave the line out");
    }
    return value;
  }

  /** The next capacity of an array that is full. */
  private static int doubled(CsvLines lines, int size) throws DataFileException {
    if (size > MOST / 2) {
      throw lines.wrong("the column has more than " + size + " values; split the file");
    }
    return 2 * size;
  }

  private static String shown(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
  }

  /** Collects vectors. */
  final class FloatBuilder implements Builder {

    private final String name;
    private final CsvLines lines;
    private final List<String> header;
    private final int[] indices;
    private float[] values = new float[64];
    private int size;

    private FloatBuilder(String name, CsvLines lines, List<String> header, int[] indices) {
      this.name = name;
      this.lines = lines;
      this.header = header;
      this.indices = indices;
    }

    @Override
    public void add(List<String> fields) throws DataFileException {
      for (int index : indices) {
        String text = value(lines, header, fields, index);
        float value = DECIMAL.matcher(text).matches() ? Float.parseFloat(text) : Float.NaN;
        if (!Float.isFinite(value)) {
          throw lines.wrong(
              index,
              shown(header.get(index)),
              "expected a decimal number in the range of a float, got " + shown(text));
        }
        if (size == values.length) {
          values = Arrays.copyOf(values, doubled(lines, size));
        }
        values[size++] = value;
      }
    }

    @Override
    public Column build() {
      return new FloatColumn(name, List.of(indices.length), Arrays.copyOf(values, size));
    }
  }

  /** Collects whole numbers, or the indices of words where there are words. */
  final class IndexBuilder implements Builder {

    private final String name;
    private final CsvLines lines;
    private final List<String> header;
    private final int index;
    private final Map<String, Integer> words;
    private int[] values = new int[64];
    private int size;

    private IndexBuilder(
        String name, CsvLines lines, List<String> header, int index, Map<String, Integer> words) {
      this.name = name;
      this.lines = lines;
      this.header = header;
      this.index = index;
      this.words = words;
    }

    @Override
    public void add(List<String> fields) throws DataFileException {
      String text = value(lines, header, fields, index);
      if (size == values.length) {
        values = Arrays.copyOf(values, doubled(lines, size));
      }
      values[size++] = words.isEmpty() ? number(text) : word(text);
    }

    private int number(String text) throws DataFileException {
      long value = INDEX.matcher(text).matches() ? Long.parseLong(text) : -1;
      if (value < 0 || value > Integer.MAX_VALUE) {
        throw lines.wrong(
            index,
            shown(header.get(index)),
            "expected a whole number from 0 to " + Integer.MAX_VALUE + ", got " + shown(text));
      }
      return (int) value;
    }

    private int word(String text) throws DataFileException {
      Integer value = words.get(text);
      if (value == null) {
        throw lines.wrong(
            index,
            shown(header.get(index)),
            "expected one of " + words.keySet() + ", got " + shown(text));
      }
      return value;
    }

    @Override
    public Column build() {
      return new IndexColumn(name, List.of(), Arrays.copyOf(values, size));
    }
  }
}

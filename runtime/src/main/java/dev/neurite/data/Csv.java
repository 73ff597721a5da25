package dev.neurite.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Reads CSV files (RFC 4180) in UTF-8, whose first line names the columns. What is read from them
 * is said beforehand; other columns are left out.
 *
 * <pre>{@code
 * Dataset irises =
 *     Csv.reader()
 *         .floats("measures", "sepal length", "sepal width", "petal length", "petal width")
 *         .categories("species", "species", List.of("setosa", "versicolor", "virginica"))
 *         .read(Path.of("iris.csv"));
 * }</pre>
 */
public final class Csv {

  private final char separator;
  private final List<CsvColumn> columns;

  private Csv(char separator, List<CsvColumn> columns) {
    this.separator = separator;
    this.columns = List.copyOf(columns);
  }

  /** Reads no column yet; fields are separated by commas. */
  public static Csv reader() {
    return new Csv(',', List.of());
  }

  /**
   * The same, for files with another separator, such as a semicolon or a tab.
   *
   * @throws IllegalArgumentException for a quote or a line break
   */
  public Csv separator(char separator) {
    if (separator == CsvLines.QUOTE || separator == '\n' || separator == '\r') {
      throw new IllegalArgumentException("a quote or a line break cannot separate fields");
    }
    return new Csv(separator, columns);
  }

  /**
   * The same, and a column of decimal numbers: rows of shape {@code [fields.length]}.
   *
   * @param column name of the model's input or output
   * @param fields names in the file's first line, at least one
   */
  public Csv floats(String column, String... fields) {
    if (fields.length == 0) {
      throw new IllegalArgumentException(
          "column " + column + " needs at least one field of the file");
    }
    return and(new CsvColumn.Floats(column, List.of(fields)));
  }

  /**
   * The same, and a column of whole numbers of at least 0: one index in each row.
   *
   * @param column name of the model's input or output
   * @param field name in the file's first line
   */
  public Csv indices(String column, String field) {
    return and(new CsvColumn.Indices(column, field));
  }

  /**
   * The same, and a column of words: in each row the index of the word in a list.
   *
   * @param column name of the model's input or output
   * @param field name in the file's first line
   * @param words all that may stand in the file; {@link #words(Path, String)} finds them
   * @throws IllegalArgumentException if the list is empty or has a word twice
   */
  public Csv categories(String column, String field, List<String> words) {
    if (words.isEmpty()) {
      throw new IllegalArgumentException("column " + column + " needs at least one word");
    }
    Map<String, Integer> indices = new LinkedHashMap<>();
    for (String word : words) {
      if (indices.put(word, indices.size()) != null) {
        throw new IllegalArgumentException(
            "the word " + word + " stands twice in the list for column " + column);
      }
    }
    return and(new CsvColumn.Categories(column, field, indices));
  }

  /**
   * Reads a file.
   *
   * @throws DataFileException with line and column if the file is not as said: another number of
   *     fields than the first line, a missing value, a field of another type, an unknown word, a
   *     quote out of place, bytes that are not UTF-8
   * @throws IOException if the file cannot be read
   */
  public Dataset read(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return read(in, path.toString());
    }
  }

  /**
   * Reads a file, as {@link #read(Path)}.
   *
   * @param in read to its end, not closed
   * @param name of the file, for messages
   * @throws DataFileException as {@link #read(Path)}
   * @throws IOException if the file cannot be read
   */
  public Dataset read(InputStream in, String name) throws IOException {
    if (columns.isEmpty()) {
      throw new IllegalStateException("say which columns to read: floats, indices or categories");
    }
    try {
      CsvLines lines = open(in, name);
      List<String> header = header(lines);
      List<CsvColumn.Builder> builders = new ArrayList<>();
      for (CsvColumn column : columns) {
        builders.add(column.builder(lines, header));
      }
      for (List<String> fields = next(lines, header);
          !fields.isEmpty();
          fields = next(lines, header)) {
        for (CsvColumn.Builder builder : builders) {
          builder.add(fields);
        }
      }
      return Dataset.of(builders.stream().map(CsvColumn.Builder::build).toArray(Column[]::new));
    } catch (CharacterCodingException malformed) {
      throw notText(name, malformed);
    }
  }

  /**
   * All words that stand in a field of a file, in the order of their characters.
   *
   * @param path of the file
   * @param field name in the file's first line
   * @throws DataFileException as {@link #read(Path)}
   * @throws IOException if the file cannot be read
   */
  public SortedSet<String> words(Path path, String field) throws IOException {
    SortedSet<String> words = new TreeSet<>();
    try (InputStream in = Files.newInputStream(path)) {
      CsvLines lines = open(in, path.toString());
      List<String> header = header(lines);
      int index = CsvColumn.index(lines, header, field);
      for (List<String> fields = next(lines, header);
          !fields.isEmpty();
          fields = next(lines, header)) {
        words.add(CsvColumn.value(lines, header, fields, index));
      }
    } catch (CharacterCodingException malformed) {
      throw notText(path.toString(), malformed);
    }
    return words;
  }

  private Csv and(CsvColumn column) {
    CsvColumn[] more = Arrays.copyOf(columns.toArray(new CsvColumn[0]), columns.size() + 1);
    more[columns.size()] = column;
    return new Csv(separator, List.of(more));
  }

  private CsvLines open(InputStream in, String name) {
    // A decoder of its own refuses malformed bytes; a charset would replace them.
    return new CsvLines(
        new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()), name, separator);
  }

  private static List<String> header(CsvLines lines) throws IOException {
    List<String> header = lines.next();
    if (header.isEmpty()) {
      throw lines.wrong("the file is empty; the first line should name the columns");
    }
    return header;
  }

  private static List<String> next(CsvLines lines, List<String> header) throws IOException {
    List<String> fields = lines.next();
    if (!fields.isEmpty() && fields.size() != header.size()) {
      throw lines.wrong(
          "expected " + header.size() + " fields as in the first line, got " + fields.size());
    }
    return fields;
  }

  private static DataFileException notText(String name, CharacterCodingException malformed) {
    return new DataFileException(name, "the file is not UTF-8 text; convert it", malformed);
  }
}

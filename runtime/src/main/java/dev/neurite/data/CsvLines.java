package dev.neurite.data;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;

/**
 * The records of a CSV file (RFC 4180), one after another. Empty lines may stand at its end only.
 */
final class CsvLines {

  static final char QUOTE = '"';

  private static final int END = -1;
  private static final int BYTE_ORDER_MARK = 0xFEFF;
  private static final int NONE = -2;

  private final Reader reader;
  private final String file;
  private final char separator;

  private final char[] buffer = new char[1 << 13];
  private int position;
  private int limit;

  /** A character read too far, or {@link #NONE}. */
  private int ahead = NONE;

  /** The line that is read, and the line on which the current record began. */
  private int line = 1;

  private int firstLine = 1;

  CsvLines(Reader reader, String file, char separator) {
    this.reader = reader;
    this.file = file;
    this.separator = separator;
  }

  /** The fields of the next record, at least one; none at the end of the file. */
  List<String> next() throws IOException {
    int c = read();
    if (c == BYTE_ORDER_MARK && line == 1) {
      c = read();
    }
    firstLine = line;
    boolean empty = false;
    while (c == '\n' || c == '\r') {
      empty = true;
      endLine(c);
      c = read();
    }
    List<String> fields = new ArrayList<>();
    if (c == END) {
      return fields;
    }
    if (empty) {
      throw wrong("the line is empty; take it out");
    }
    ahead = c;
    while (true) {
      int end = field(fields);
      if (end != separator) {
        endLine(end);
        return fields;
      }
    }
  }

  /** A complaint about the current record. */
  DataFileException wrong(String fact) {
    return new DataFileException(file, "line " + firstLine + ": " + fact);
  }

  /** A complaint about a field of the current record. */
  DataFileException wrong(int column, String header, String fact) {
    return new DataFileException(
        file, "line " + firstLine + ", column " + (column + 1) + " (" + header + "): " + fact);
  }

  /** Reads one field and the character that ends it. */
  private int field(List<String> fields) throws IOException {
    StringBuilder field = new StringBuilder();
    int c = read();
    if (c == QUOTE) {
      c = quoted(field, fields.size());
    } else {
      while (!isEnd(c)) {
        if (c == QUOTE) {
          throw wrong(
              "column "
                  + (fields.size() + 1)
                  + " has a quote inside; quote the whole field and double the quote");
        }
        field.append((char) c);
        c = read();
      }
    }
    fields.add(field.toString());
    return c;
  }

  /** Reads the rest of a field that begins with a quote, and the character behind it. */
  private int quoted(StringBuilder field, int column) throws IOException {
    while (true) {
      int c = read();
      if (c == END) {
        throw wrong("column " + (column + 1) + " has a quote that is not closed");
      }
      if (c == QUOTE) {
        c = read();
        if (isEnd(c)) {
          return c;
        }
        if (c != QUOTE) {
          throw wrong("column " + (column + 1) + " goes on behind its closing quote");
        }
      } else if (c == '\n') {
        line++;
      }
      field.append((char) c);
    }
  }

  private boolean isEnd(int c) {
    return c == separator || c == '\n' || c == '\r' || c == END;
  }

  private void endLine(int c) throws IOException {
    if (c == '\r') {
      int next = read();
      if (next != '\n') {
        ahead = next;
      }
    }
    line++;
  }

  private int read() throws IOException {
    if (ahead != NONE) {
      int c = ahead;
      ahead = NONE;
      return c;
    }
    if (position == limit) {
      position = 0;
      limit = Math.max(0, reader.read(buffer));
      if (limit == 0) {
        return END;
      }
    }
    return buffer[position++];
  }
}

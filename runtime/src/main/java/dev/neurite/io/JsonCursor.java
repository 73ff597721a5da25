package dev.neurite.io;

import java.util.HashSet;
import java.util.Set;

/**
 * Reads a JSON text (RFC 8259) from its beginning to its end, whose structure the caller knows:
 * each call says what must come next, and nothing else is accepted. So nesting is never deeper than
 * the caller's own, and keys are checked as they come.
 */
final class JsonCursor {

  /** What is wrong, and where. */
  static final class SyntaxException extends Exception {

    private static final long serialVersionUID = 1;

    private SyntaxException(int position, String fact) {
      super("character " + position + " of the header: " + fact);
    }
  }

  /** Takes one member of an object; the key has been read, the value comes next. */
  @FunctionalInterface
  interface Member {
    void read(String key) throws SyntaxException;
  }

  /** Takes one element of an array, which comes next. */
  @FunctionalInterface
  interface Element {
    void read() throws SyntaxException;
  }

  private final String text;
  private int position;

  JsonCursor(String text) {
    this.text = text;
  }

  /** Reads an object whose keys all differ. */
  void object(Member member) throws SyntaxException {
    expect('{');
    if (accept('}')) {
      return;
    }
    Set<String> keys = new HashSet<>();
    do {
      blanks();
      int start = position;
      String key = string();
      if (!keys.add(key)) {
        throw new SyntaxException(start, "the key " + quoted(key) + " stands here a second time");
      }
      expect(':');
      member.read(key);
    } while (accept(','));
    expect('}');
  }

  /** Reads an array. */
  void array(Element element) throws SyntaxException {
    expect('[');
    if (accept(']')) {
      return;
    }
    do {
      element.read();
    } while (accept(','));
    expect(']');
  }

  /** Reads a string, all surrogates of which are in pairs. */
  String string() throws SyntaxException {
    expect('"');
    int start = position;
    while (position < text.length() && isPlain(text.charAt(position))) {
      position++;
    }
    if (position < text.length() && text.charAt(position) == '"') {
      return text.substring(start, position++);
    }
    StringBuilder value = new StringBuilder(text.substring(start, position));
    for (char c = next(); c != '"'; c = next()) {
      if (c == '\\') {
        value.append(escaped());
      } else if (c < ' ') {
        throw new SyntaxException(
            position - 1, "a control character in a string; JSON wants it escaped");
      } else {
        value.append(c);
      }
    }
    for (int i = 0; i < value.length(); i++) {
      if (Character.isSurrogate(value.charAt(i))) {
        if (i + 1 == value.length()
            || !Character.isSurrogatePair(value.charAt(i), value.charAt(i + 1))) {
          throw new SyntaxException(start, "a string with half a surrogate pair");
        }
        i++;
      }
    }
    return value.toString();
  }

  /** Reads a whole number from 0 to the largest long, without a fraction or an exponent. */
  long integer() throws SyntaxException {
    blanks();
    int start = position;
    while (position < text.length() && isDigit(text.charAt(position))) {
      position++;
    }
    String digits = text.substring(start, position);
    if (digits.isEmpty() || (digits.length() > 1 && digits.charAt(0) == '0')) {
      throw new SyntaxException(
          start, "expected a whole number of at least 0, found " + found(start));
    }
    // A fraction or an exponent ends in the caller's complaint about what follows.
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException tooLarge) {
      throw new SyntaxException(
          start, "a number of " + digits.length() + " digits is larger than any file");
    }
  }

  /** Where the value that comes next begins. */
  int position() {
    blanks();
    return position;
  }

  /** A complaint about the text at a position. */
  SyntaxException wrong(int where, String fact) {
    return new SyntaxException(where, fact);
  }

  /** Reads the end of the text. */
  void end() throws SyntaxException {
    blanks();
    if (position < text.length()) {
      throw new SyntaxException(
          position, "expected the end of the header, found " + found(position));
    }
  }

  /** A string as JSON writes it, in ASCII. */
  static String quoted(String value) {
    StringBuilder json = new StringBuilder(value.length() + 2).append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        json.append("\\u")
            .append(Character.forDigit(c >> 12, 16))
            .append(Character.forDigit(c >> 8 & 15, 16));
        json.append(Character.forDigit(c >> 4 & 15, 16)).append(Character.forDigit(c & 15, 16));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }

  private char escaped() throws SyntaxException {
    char c = next();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++) {
          char digit = next();
          int value = digit < 128 ? Character.digit(digit, 16) : -1;
          if (value < 0) {
            throw new SyntaxException(
                position - 1, "expected a hexadecimal digit, found " + found(position - 1));
          }
          code = code * 16 + value;
        }
        yield (char) code;
      }
      default -> throw new SyntaxException(position - 1, "JSON has no escape \\" + c);
    };
  }

  private char next() throws SyntaxException {
    if (position == text.length()) {
      throw new SyntaxException(position, "the header ends inside a string");
    }
    return text.charAt(position++);
  }

  private boolean accept(char c) {
    blanks();
    if (position < text.length() && text.charAt(position) == c) {
      position++;
      return true;
    }
    return false;
  }

  private void expect(char c) throws SyntaxException {
    if (!accept(c)) {
      throw new SyntaxException(position, "expected " + c + ", found " + found(position));
    }
  }

  private void blanks() {
    while (position < text.length() && isBlank(text.charAt(position))) {
      position++;
    }
  }

  private String found(int where) {
    return where < text.length() ? quoted(text.substring(where, where + 1)) : "the end";
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isPlain(char c) {
    return c >= ' ' && c != '"' && c != '\\' && !Character.isSurrogate(c);
  }
}

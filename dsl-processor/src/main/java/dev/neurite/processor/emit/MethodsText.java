package dev.neurite.processor.emit;

import java.util.List;

/**
 * Methods of a class as text, for those that are many or long: JavaPoet goes through each parameter
 * several times. Heads are broken where JavaPoet breaks them.
 */
final class MethodsText {

  /** Columns of a line. */
  private static final int WIDTH = 100;

  /** Columns before each line. */
  private final int indent;

  private final StringBuilder text = new StringBuilder();

  private MethodsText(int indent) {
    this.indent = indent;
  }

  static MethodsText ofClass() {
    return new MethodsText(2);
  }

  static MethodsText ofNestedClass() {
    return new MethodsText(4);
  }

  /** Adds methods as they stand. */
  void add(String methods) {
    separate();
    text.append(methods);
  }

  /** Adds a method without a body. */
  void declare(String documentation, String head, List<String> parameters) {
    document(documentation);
    head(head, parameters, ";");
  }

  /** Adds a method that implements one of an interface. */
  void override(String head, List<String> parameters, String body) {
    separate();
    text.append("@Override\n");
    define(head, parameters, body);
  }

  /** Adds a method; {@code documentation} may be empty. */
  void add(String documentation, String head, List<String> parameters, String body) {
    document(documentation);
    define(head, parameters, body);
  }

  private void separate() {
    if (!text.isEmpty()) {
      text.append('\n');
    }
  }

  private void document(String documentation) {
    separate();
    if (!documentation.isEmpty()) {
      text.append("/**\n");
      documentation.lines().forEach(line -> text.append(" * ").append(line).append('\n'));
      text.append(" */\n");
    }
  }

  private void define(String head, List<String> parameters, String body) {
    head(head, parameters, " {");
    for (int at = 0; at < body.length(); ) {
      int next = body.indexOf('\n', at) + 1;
      int end = next == 0 ? body.length() : next;
      if (body.charAt(at) != '\n') {
        text.append("  ");
      }
      text.append(body, at, end);
      at = end;
    }
    text.append("}\n");
  }

  private void head(String head, List<String> parameters, String end) {
    int start = text.length() - indent;
    text.append(head).append('(');
    for (int i = 0; i < parameters.size(); i++) {
      boolean last = i == parameters.size() - 1;
      int added = parameters.get(i).length() + (last ? 1 + end.length() : 1);
      int blank = i == 0 ? 0 : 1;
      if (text.length() - start + blank + added > WIDTH) {
        text.append("\n    ");
        start = text.length() - 4 - indent;
      } else if (blank == 1) {
        text.append(' ');
      }
      text.append(parameters.get(i)).append(last ? "" : ",");
    }
    text.append(')').append(end).append('\n');
  }

  @Override
  public String toString() {
    return text.toString();
  }
}

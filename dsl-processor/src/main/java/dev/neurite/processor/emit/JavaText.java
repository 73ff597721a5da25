package dev.neurite.processor.emit;

/** Lines of Java with their indentation. */
final class JavaText {

  private final StringBuilder text = new StringBuilder();
  private int depth;

  JavaText line(String line) {
    text.append("  ".repeat(depth)).append(line).append('\n');
    return this;
  }

  /** A variable whose value javac takes for a number. */
  void constant(String name, int value) {
    line("final int " + name + " = " + value + ";");
  }

  /** A line that ends in an opening brace; what follows is one step further in. */
  JavaText open(String head) {
    line(head + " {");
    depth++;
    return this;
  }

  JavaText close() {
    depth--;
    return line("}");
  }

  /** Closes a block and opens the next: {@code } else {}. */
  JavaText reopen(String head) {
    depth--;
    line("} " + head + " {");
    depth++;
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}

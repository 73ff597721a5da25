package dev.neurite.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Bodies of the methods of one class, kept out of JavaPoet, which goes through every word twice:
 * once for the imports and once for the text. It is given a line that stands for the body and names
 * the types to import, and the written class has these lines replaced.
 */
final class Bodies {

  /** Begins a line that stands for a body; generated source has no such character. */
  private static final char MARK = '\u0002';

  /** By the lines that stand for them. */
  private final Map<String, String> texts = new HashMap<>();

  /** The code for lines of Java whose words may be names of known types. */
  CodeBlock typed(String text) {
    Set<ClassName> types = new LinkedHashSet<>();
    TypedCode.words(text, (from, to, type) -> types.add(type));
    return line(text, types);
  }

  /** The code for lines of Java that name no type to import. */
  CodeBlock plain(String text) {
    return line(text, Set.of());
  }

  private CodeBlock line(String text, Set<ClassName> types) {
    if (text.isEmpty()) {
      return CodeBlock.of("");
    }
    StringBuilder written = new StringBuilder().append(MARK).append(texts.size());
    CodeBlock.Builder code = CodeBlock.builder().add("$L", written.toString());
    for (ClassName type : types) {
      code.add(" $T", type);
      written.append(' ').append(type.simpleName());
    }
    texts.put(written.toString(), text);
    return code.add("\n").build();
  }

  /** A class as JavaPoet has written it, with the bodies in their places. */
  String into(String source) {
    StringBuilder all = new StringBuilder(source.length() + totalLength());
    int done = 0;
    for (int mark = source.indexOf(MARK); mark >= 0; mark = source.indexOf(MARK, done)) {
      int start = source.lastIndexOf('\n', mark) + 1;
      int end = source.indexOf('\n', mark);
      all.append(source, done, start);
      body(source.substring(mark, end), source.substring(start, mark), all);
      done = end + 1;
    }
    return all.append(source, done, source.length()).toString();
  }

  private int totalLength() {
    return texts.values().stream().mapToInt(text -> text.length() + text.length() / 4).sum();
  }

  private void body(String line, String indent, StringBuilder all) {
    String text = texts.get(line);
    if (text == null) {
      throw new IllegalStateException("a type's simple name is taken: " + line.substring(1));
    }
    for (int at = 0; at < text.length(); ) {
      int next = text.indexOf('\n', at) + 1;
      int end = next == 0 ? text.length() : next - 1;
      if (end > at) {
        all.append(indent).append(text, at, end);
      }
      all.append('\n');
      at = end + 1;
    }
  }
}

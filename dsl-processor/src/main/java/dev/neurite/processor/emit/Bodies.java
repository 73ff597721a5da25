package dev.neurite.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import javax.lang.model.element.Modifier;

/**
 * The long texts of one class, kept out of JavaPoet, which goes through every word twice: once for
 * the imports and once for the text. It is given a line that stands for them and names the types to
 * import, and the written class has these lines replaced.
 */
final class Bodies {

  /** Begins what stands for a text; generated source has no such character. */
  private static final char MARK = '\u0002';

  /** What a line with a mark is replaced by. */
  private enum Kind {
    /** The body of the method that it is in. */
    BODY,
    /** Whole methods, in place of the one that it is in. */
    METHODS,
    /** The value that it gives to a field. */
    VALUE
  }

  private record Text(Kind kind, String text) {}

  /** By what stands for them. */
  private final Map<String, Text> texts = new HashMap<>();

  /** The code for lines of Java whose words may be names of known types. */
  CodeBlock typed(String text) {
    return text.isEmpty() ? CodeBlock.of("") : line(Kind.BODY, text, types(text));
  }

  /** The code for lines of Java that name no type to import. */
  CodeBlock plain(String text) {
    return text.isEmpty() ? CodeBlock.of("") : line(Kind.BODY, text, Set.of());
  }

  /** The initial value of a field, which names no type to import. */
  CodeBlock value(String text) {
    String written = MARK + Integer.toString(texts.size());
    texts.put(written, new Text(Kind.VALUE, text));
    return CodeBlock.of("$L", written);
  }

  /** What stands for methods whose words may be names of known types. */
  MethodSpec methods(MethodsText methods, boolean ofInterface) {
    MethodSpec.Builder method = MethodSpec.methodBuilder("methods");
    if (ofInterface) {
      method.addModifiers(Modifier.PUBLIC, Modifier.DEFAULT);
    }
    String text = methods.toString();
    return method.addCode(line(Kind.METHODS, text, types(text))).build();
  }

  private static Set<ClassName> types(String text) {
    Set<ClassName> types = new LinkedHashSet<>();
    TypedCode.words(text, (from, to, type) -> types.add(type));
    return types;
  }

  private CodeBlock line(Kind kind, String text, Set<ClassName> types) {
    StringBuilder written = new StringBuilder().append(MARK).append(texts.size());
    CodeBlock.Builder code = CodeBlock.builder().add("$L", written.toString());
    for (ClassName type : types) {
      code.add(" $T", type);
      written.append(' ').append(type.simpleName());
    }
    texts.put(written.toString(), new Text(kind, text));
    return code.add("\n").build();
  }

  /** A class as JavaPoet has written it, with the texts in their places. */
  String into(String source) {
    StringBuilder all = new StringBuilder(source.length() + totalLength());
    int done = 0;
    for (int mark = source.indexOf(MARK); mark >= 0; mark = source.indexOf(MARK, done)) {
      int start = source.lastIndexOf('\n', mark) + 1;
      int end = source.indexOf('\n', mark);
      Text text = text(source.substring(mark, end));
      switch (text.kind()) {
        case BODY -> {
          all.append(source, done, start);
          append(text.text(), source.substring(start, mark), all);
        }
        case METHODS -> {
          int head = source.lastIndexOf('\n', start - 2) + 1;
          all.append(source, done, head);
          append(text.text(), source.substring(head, firstWord(source, head)), all);
          end = source.indexOf('\n', end + 1);
        }
        case VALUE -> {
          String value = source.substring(firstWord(source, start), mark) + text.text() + ";\n";
          all.append(source, done, start);
          append(value, source.substring(start, firstWord(source, start)), all);
        }
      }
      done = end + 1;
    }
    return all.append(source, done, source.length()).toString();
  }

  private Text text(String line) {
    Text text = texts.get(line.endsWith(";") ? line.substring(0, line.length() - 1) : line);
    if (text == null) {
      throw new IllegalStateException("a type's simple name is taken: " + line.substring(1));
    }
    return text;
  }

  private static int firstWord(String source, int from) {
    int at = from;
    while (source.charAt(at) == ' ') {
      at++;
    }
    return at;
  }

  private int totalLength() {
    return texts.values().stream()
        .mapToInt(text -> text.text().length() + text.text().length() / 4)
        .sum();
  }

  private static void append(String text, String indent, StringBuilder all) {
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

package dev.neurite.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns lines of Java into code whose type names JavaPoet imports. */
final class TypedCode {

  private static final Map<String, ClassName> TYPES =
      Map.ofEntries(
          vector("FloatVector"),
          vector("VectorMask"),
          vector("VectorOperators"),
          type("java.io", "FileInputStream"),
          type("java.io", "InputStream"),
          type("java.io", "IOException"),
          type("java.io", "UncheckedIOException"),
          type("java.nio", "ByteBuffer"),
          type("java.nio", "ByteOrder"),
          type("java.nio.charset", "StandardCharsets"),
          type("java.nio.file", "FileSystems"),
          type("java.nio.file", "Files"),
          type("java.nio.file", "Path"),
          type("java.util", "Arrays"),
          type("java.util", "List"),
          type("java.util.concurrent.atomic", "AtomicInteger"),
          type("java.util.concurrent.locks", "LockSupport"),
          type("java.util.concurrent.locks", "ReentrantLock"),
          type("dev.neurite.spi", "DropoutMask"),
          type("dev.neurite.spi", "ModelDescription"),
          type("dev.neurite.spi", "StoredTensor"),
          type("dev.neurite.spi", "Storage"),
          type("dev.neurite.spi", "Initialization"));

  private TypedCode() {}

  private static Map.Entry<String, ClassName> vector(String name) {
    return type("jdk.incubator.vector", name);
  }

  private static Map.Entry<String, ClassName> type(String packageName, String name) {
    return Map.entry(name, ClassName.get(packageName, name));
  }

  /** Gets the words of a text that are the simple names of known types. */
  @FunctionalInterface
  interface Words {
    void type(int from, int to, ClassName type);
  }

  /**
   * The code with each word that is the simple name of a known type taken as that type, unless it
   * stands after a point, as a member does, or at a quotation mark.
   */
  static CodeBlock of(String text) {
    CodeBlock.Builder code = CodeBlock.builder();
    int[] done = {0};
    words(
        text,
        (from, to, type) -> {
          code.add("$L$T", text.substring(done[0], from), type);
          done[0] = to;
        });
    return code.add("$L", text.substring(done[0])).build();
  }

  /** Finds these words. Every generated line passes here, so this reads each character once. */
  static void words(String text, Words words) {
    int length = text.length();
    for (int at = 0; at < length; ) {
      if (!isWord(text.charAt(at))) {
        at++;
        continue;
      }
      int end = at + 1;
      while (end < length && isWord(text.charAt(end))) {
        end++;
      }
      ClassName type = typeAt(text, at, end);
      if (type != null) {
        words.type(at, end, type);
      }
      at = end;
    }
  }

  private static @Nullable ClassName typeAt(String text, int from, int to) {
    char before = from == 0 ? ' ' : text.charAt(from - 1);
    boolean quoted = to < text.length() && text.charAt(to) == '"';
    // All of them begin with a capital letter, and most words do not.
    return text.charAt(from) > 'Z' || before == '.' || before == '"' || quoted
        ? null
        : TYPES.get(text.substring(from, to));
  }

  private static boolean isWord(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }
}

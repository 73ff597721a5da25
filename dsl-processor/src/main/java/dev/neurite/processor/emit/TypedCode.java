package dev.neurite.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns lines of Java into code whose type names JavaPoet imports. */
final class TypedCode {

  private static final Map<String, ClassName> TYPES =
      Map.ofEntries(
          vector("FloatVector"),
          vector("VectorMask"),
          vector("VectorOperators"),
          type("java.io", "InputStream"),
          type("java.io", "IOException"),
          type("java.io", "UncheckedIOException"),
          type("java.nio", "ByteBuffer"),
          type("java.nio", "ByteOrder"),
          type("java.nio.charset", "StandardCharsets"),
          type("java.nio.file", "Files"),
          type("java.nio.file", "Path"),
          type("java.util", "Arrays"),
          type("java.util", "List"),
          type("java.util.concurrent.atomic", "AtomicReferenceArray"),
          type("java.util.concurrent.atomic", "AtomicInteger"),
          type("java.util.concurrent.locks", "LockSupport"),
          type("java.util.concurrent.locks", "ReentrantLock"),
          type("dev.neurite.spi", "DropoutMask"),
          type("dev.neurite.spi", "ModelDescription"),
          type("dev.neurite.spi", "StoredTensor"),
          type("dev.neurite.spi", "Storage"),
          type("dev.neurite.spi", "Initialization"));

  private static final Pattern WORD =
      Pattern.compile("(?<![\\w.\"])(" + String.join("|", TYPES.keySet()) + ")(?![\\w\"])");

  private TypedCode() {}

  private static Map.Entry<String, ClassName> vector(String name) {
    return type("jdk.incubator.vector", name);
  }

  private static Map.Entry<String, ClassName> type(String packageName, String name) {
    return Map.entry(name, ClassName.get(packageName, name));
  }

  static CodeBlock of(String text) {
    List<Object> arguments = new ArrayList<>();
    Matcher matcher = WORD.matcher(text.replace("$", "$$"));
    StringBuilder format = new StringBuilder();
    while (matcher.find()) {
      arguments.add(TYPES.get(matcher.group(1)));
      matcher.appendReplacement(format, Matcher.quoteReplacement("$T"));
    }
    matcher.appendTail(format);
    return CodeBlock.builder().add(format.toString(), arguments.toArray()).build();
  }
}

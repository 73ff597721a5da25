package dev.neurite.processor;

import dev.neurite.TrainableModel;
import dev.neurite.dsl.Model;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.annotation.processing.Processor;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.eclipse.jdt.internal.compiler.tool.EclipseCompiler;

/** Compiles source text by javac or by the Eclipse compiler and tells what they say. */
public final class Sources {

  /** A small network with nothing to be said about it. */
  static final String CORRECT =
      """
      @Model
      interface Digits {
        @Input(784) Layer pixels();
        @Dense(10) Layer scores();
      }
      """;

  /** Put before the source on a line of its own, which is not counted. */
  private static final String IMPORTS =
      "import dev.neurite.dsl.*; import static dev.neurite.dsl.InputType.*;"
          + " import static dev.neurite.dsl.Initializer.*;"
          + " import static dev.neurite.dsl.GELU.Approximation.*;\n";

  private static final Pattern TYPE = Pattern.compile("(?:interface|class|record|enum) (\\w+)");

  /** The declaration language and the runtime: what users have on their class path. */
  private static final String LIBRARIES =
      Stream.of(Model.class, TrainableModel.class)
          .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
          .map(location -> Path.of(URI.create(location.toString())).toString())
          .collect(Collectors.joining(File.pathSeparator));

  private Sources() {}

  /** The two compilers. */
  public enum Compiler {
    JAVAC,
    ECLIPSE
  }

  /**
   * One message of a compiler.
   *
   * @param line counted from 1 in the source given; 0 without a place
   * @param column counted from 1
   */
  public record Said(Diagnostic.Kind kind, long line, long column, String text) {

    /** Whether it comes from this processor. */
    public boolean isOurs() {
      return text.startsWith("[neurite:");
    }

    /** The message's code, or its text if it is not from this processor. */
    public String code() {
      return isOurs() ? text.substring("[neurite:".length(), text.indexOf(']')) : text;
    }

    /**
     * As javac prints it for a source: the first line of the message, the source's line, the caret,
     * the rest of the message.
     */
    String in(String source) {
      List<String> message = text.lines().toList();
      StringBuilder printed = new StringBuilder();
      printed.append(name(source)).append(".java:").append(line).append(": ");
      printed.append(kind == Diagnostic.Kind.ERROR ? "error: " : "warning: ");
      printed.append(message.getFirst()).append('\n');
      printed.append(source.lines().toList().get((int) line - 1)).append('\n');
      printed.append(" ".repeat((int) column - 1)).append("^\n");
      message.subList(1, message.size()).forEach(one -> printed.append(one).append('\n'));
      return printed.toString();
    }
  }

  /**
   * Compiles one file, imports of the declaration language added; gives errors and our warnings.
   */
  public static List<Said> compile(Compiler compiler, String source, String... options) {
    return compile(compiler, new NeuriteProcessor(), source, options);
  }

  /** The same by a processor of one's own. */
  public static List<Said> compile(
      Compiler compiler, Processor processor, String source, String... options) {
    // Warnings about the source itself are those of one compiler's taste.
    return everything(compiler, processor, source, options).stream()
        .filter(said -> said.isOurs() || said.kind() == Diagnostic.Kind.ERROR)
        .toList();
  }

  /** The same with notes and all warnings. */
  public static List<Said> everything(Compiler compiler, String source, String... options) {
    return everything(compiler, new NeuriteProcessor(), source, options);
  }

  private static List<Said> everything(
      Compiler compiler, Processor processor, String source, String... options) {
    try {
      Path folder = Files.createTempDirectory("neurite");
      try {
        return compile(compiler, processor, source, folder, options);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Compiles one file into a folder, whose classes it can use; gives errors and our warnings.
   *
   * @param folder that keeps what is compiled and generated
   */
  public static List<Said> compileInto(
      Path folder, Compiler compiler, String source, String... options) {
    try {
      return compile(compiler, new NeuriteProcessor(), source, folder, options).stream()
          .filter(said -> said.isOurs() || said.kind() == Diagnostic.Kind.ERROR)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Said> compile(
      Compiler compiler, Processor processor, String source, Path folder, String... options)
      throws IOException {
    JavaCompiler tool =
        compiler == Compiler.JAVAC ? ToolProvider.getSystemJavaCompiler() : new EclipseCompiler();
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(
        List.of(
            "--add-modules",
            "jdk.incubator.vector",
            "-d",
            folder.toString(),
            "-s",
            folder.toString(),
            "-classpath",
            LIBRARIES + File.pathSeparator + folder));
    DiagnosticCollector<JavaFileObject> collector = new DiagnosticCollector<>();
    String text = IMPORTS + source;
    StringWriter output = new StringWriter();
    try (var files = tool.getStandardFileManager(collector, Locale.ROOT, null)) {
      JavaCompiler.CompilationTask task =
          tool.getTask(
              output, files, collector, arguments, null, List.of(file(name(source), text, folder)));
      task.setProcessors(List.of(processor));
      if (!task.call() && collector.getDiagnostics().isEmpty()) {
        throw new IllegalStateException(output.toString());
      }
    }
    return collector.getDiagnostics().stream().map(said -> said(said, text)).toList();
  }

  /** The name of the first type. */
  public static String name(String source) {
    Matcher matcher = TYPE.matcher(source);
    if (!matcher.find()) {
      throw new IllegalArgumentException("no type in\n" + source);
    }
    return matcher.group(1);
  }

  private static JavaFileObject file(String name, String text, Path folder) throws IOException {
    Path file = folder.resolve(name + ".java");
    Files.writeString(file, text);
    return new SimpleJavaFileObject(file.toUri(), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }

      @Override
      public URI toUri() {
        return file.toUri();
      }
    };
  }

  private static Said said(Diagnostic<? extends JavaFileObject> diagnostic, String text) {
    String message = diagnostic.getMessage(Locale.ROOT);
    long position = diagnostic.getPosition();
    if (position == Diagnostic.NOPOS || diagnostic.getSource() == null) {
      return new Said(diagnostic.getKind(), 0, 0, message);
    }
    String before = text.substring(0, (int) Math.min(position, text.length()));
    long line = before.chars().filter(c -> c == '\n').count();
    int column = before.length() - before.lastIndexOf('\n');
    return new Said(diagnostic.getKind(), line, column, message);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}

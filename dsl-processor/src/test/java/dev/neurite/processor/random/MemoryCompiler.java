package dev.neurite.processor.random;

import dev.neurite.processor.NeuriteProcessor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** Runs javac with the processor on many declarations at once; nothing is written to disk. */
final class MemoryCompiler implements AutoCloseable {

  private final JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
  private final StandardJavaFileManager files =
      javac.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8);

  /**
   * What one run of javac said and wrote.
   *
   * @param said errors and warnings, by the name of the declaration
   * @param notes all notes, such as the tables of layers
   * @param elsewhere those that belong to no declaration's own source, as text
   * @param classes bytes by name
   * @param sourceBytes generated source in all
   */
  record Result(
      boolean succeeded,
      Map<String, List<Said>> said,
      List<String> notes,
      List<String> elsewhere,
      Map<String, byte[]> classes,
      long sourceBytes) {}

  /** A message about a declaration. */
  record Said(boolean isError, int line, String text) {

    /** The message's code, or its text if it is not from this processor. */
    String code() {
      return text.startsWith("[neurite:")
          ? text.substring("[neurite:".length(), text.indexOf(']'))
          : text;
    }
  }

  /** Compiles declarations; options follow those that are always given. */
  Result compile(List<Declaration> declarations, String... options) {
    List<JavaFileObject> sources = new ArrayList<>();
    for (Declaration declaration : declarations) {
      sources.add(new Source(declaration));
    }
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--release",
                "25",
                "-Xmaxerrs",
                "1000000",
                "-Xmaxwarns",
                "1000000",
                "-Xlint:all,-processing",
                "-classpath",
                System.getProperty("java.class.path")));
    arguments.addAll(List.of(options));
    DiagnosticCollector<JavaFileObject> collector = new DiagnosticCollector<>();
    StringWriter output = new StringWriter();
    Outputs outputs = new Outputs(files);
    JavaCompiler.CompilationTask task =
        javac.getTask(output, outputs, collector, arguments, null, sources);
    task.setProcessors(List.of(new NeuriteProcessor()));
    boolean succeeded = task.call();
    Map<String, List<Said>> said = new HashMap<>();
    List<String> notes = new ArrayList<>();
    List<String> elsewhere = new ArrayList<>();
    if (!output.toString().isEmpty()) {
      elsewhere.add(output.toString());
    }
    for (Diagnostic<? extends JavaFileObject> one : collector.getDiagnostics()) {
      boolean isError = one.getKind() == Diagnostic.Kind.ERROR;
      if (one.getKind() == Diagnostic.Kind.NOTE) {
        notes.add(one.getMessage(Locale.ROOT));
      } else if (one.getSource() instanceof Source source) {
        said.computeIfAbsent(source.declaration.name(), ignored -> new ArrayList<>())
            .add(new Said(isError, (int) one.getLineNumber(), one.getMessage(Locale.ROOT)));
      } else if (isError || !isOfDoubleTwin(one.getSource())) {
        elsewhere.add(one.toString());
      }
    }
    return new Result(succeeded, said, notes, elsewhere, outputs.classes(), outputs.sourceBytes());
  }

  /** The double twin is for tests; users do not compile it with all warnings as errors. */
  private static boolean isOfDoubleTwin(@Nullable JavaFileObject source) {
    return source == null || source.getName().endsWith("Double.java");
  }

  @Override
  public void close() {
    try {
      files.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Source extends SimpleJavaFileObject {

    private final Declaration declaration;

    Source(Declaration declaration) {
      super(
          URI.create("memory:///" + Draft.PACKAGE + "/" + declaration.name() + ".java"),
          Kind.SOURCE);
      this.declaration = declaration;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return declaration.source();
    }
  }

  /** A file that javac writes and, if it is source, reads again. */
  private static final class Output extends SimpleJavaFileObject {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Output(String name, Kind kind) {
      super(URI.create("memory:///" + name.replace('.', '/') + kind.extension), kind);
    }

    @Override
    public OutputStream openOutputStream() {
      bytes.reset();
      return bytes;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }

  private static final class Outputs extends ForwardingJavaFileManager<JavaFileManager> {

    private final Map<String, Output> classes = new HashMap<>();
    private final Map<String, Output> sources = new HashMap<>();

    Outputs(JavaFileManager manager) {
      super(manager);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String name, JavaFileObject.Kind kind, @Nullable FileObject sibling) {
      Output output = new Output(name, kind);
      (kind == JavaFileObject.Kind.CLASS ? classes : sources).put(name, output);
      return output;
    }

    Map<String, byte[]> classes() {
      Map<String, byte[]> bytes = new HashMap<>();
      classes.forEach((name, output) -> bytes.put(name, output.bytes.toByteArray()));
      return bytes;
    }

    long sourceBytes() {
      return sources.values().stream().mapToLong(output -> output.bytes.size()).sum();
    }
  }
}

package dev.neurite.processor.generated;

import dev.neurite.processor.NeuriteProcessor;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** All networks of these tests, as source and classes in a folder. */
final class CompiledNetworks {

  private static @Nullable CompiledNetworks once;

  private final Path folder;
  private final NetworkSources sources;
  private final ClassLoader loader;
  private final Map<String, GeneratedNetwork> networks = new LinkedHashMap<>();

  private CompiledNetworks(Path folder, NetworkSources sources) {
    this.folder = folder;
    this.sources = sources;
    try {
      // Not closed: its classes are in use until the process ends.
      this.loader =
          new URLClassLoader(
              new URL[] {folder.toUri().toURL()}, CompiledNetworks.class.getClassLoader());
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All networks, compiled once in a build. */
  static synchronized CompiledNetworks compiled() {
    CompiledNetworks result = once;
    if (result == null) {
      NetworkSources sources = new NetworkSources(OracleCase.all());
      result =
          new CompiledNetworks(
              NetworkFolder.of(sources.sources(), CompiledNetworks::compile), sources);
      once = result;
    }
    return result;
  }

  /** Compiles all networks into a folder, for another process. */
  static void compile(Path folder) {
    compile(new NetworkSources(OracleCase.all()).sources(), folder);
  }

  /** Networks that another process has compiled. */
  static CompiledNetworks in(Path folder) {
    return new CompiledNetworks(folder, new NetworkSources(OracleCase.all()));
  }

  Path folder() {
    return folder;
  }

  NetworkSources sources() {
    return sources;
  }

  List<GeneratedNetwork> networks() {
    return sources.sources().keySet().stream().map(this::network).toList();
  }

  synchronized GeneratedNetwork network(String name) {
    if (!sources.sources().containsKey(name)) {
      throw new IllegalArgumentException("no network " + name);
    }
    return networks.computeIfAbsent(name, one -> GeneratedNetwork.of(one, loader));
  }

  private static void compile(Map<String, String> sources, Path folder) {
    List<JavaFileObject> files = new ArrayList<>();
    sources.forEach((name, text) -> files.add(new Source(name, text)));
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
    StringWriter output = new StringWriter();
    try (var manager = javac.getStandardFileManager(said, Locale.ROOT, null)) {
      JavaCompiler.CompilationTask task =
          javac.getTask(
              output,
              manager,
              said,
              List.of(
                  "--release",
                  "25",
                  "-Aneurite.precision=double",
                  "-Aneurite.cuda=true",
                  "-Xlint:all",
                  "-d",
                  folder.toString(),
                  "-s",
                  folder.toString(),
                  "-classpath",
                  System.getProperty("java.class.path")),
              null,
              files);
      task.setProcessors(List.of(new NeuriteProcessor()));
      boolean compiled = task.call();
      List<String> messages =
          said.getDiagnostics().stream()
              .filter(one -> one.getKind() == Diagnostic.Kind.ERROR || isOfUsers(one.getSource()))
              .map(Object::toString)
              .filter(message -> !message.contains("Nothing reads unreadOwner()"))
              .toList();
      if (!compiled || !messages.isEmpty()) {
        throw new IllegalStateException(output + String.join("\n", messages));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Users compile everything but the double twin, often with all warnings as errors. */
  private static boolean isOfUsers(@Nullable JavaFileObject source) {
    return source != null && !source.getName().endsWith("Double.java");
  }

  private static final class Source extends SimpleJavaFileObject {

    private final String text;

    Source(String name, String text) {
      super(URI.create("string:///" + NetworkSources.PACKAGE + "/" + name + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}

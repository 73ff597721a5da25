package dev.neurite.processor.generated;

import dev.neurite.processor.NeuriteProcessor;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * All networks of these tests, compiled by one run of javac into a folder of source and classes.
 */
record CompiledNetworks(
    Path folder, NetworkSources sources, Map<String, GeneratedNetwork> networks) {

  private static @Nullable CompiledNetworks once;

  /** Compiles all networks, once in a process. */
  static synchronized CompiledNetworks compiled() {
    CompiledNetworks result = once;
    if (result == null) {
      NetworkSources sources = new NetworkSources(OracleCase.all());
      Path folder = temporary();
      compile(sources.sources(), folder);
      result = in(folder);
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
    try {
      NetworkSources sources = new NetworkSources(OracleCase.all());
      // Not closed: its classes are in use until the process ends.
      URLClassLoader loader =
          new URLClassLoader(
              new URL[] {folder.toUri().toURL()}, CompiledNetworks.class.getClassLoader());
      Map<String, GeneratedNetwork> networks = new LinkedHashMap<>();
      for (String name : sources.sources().keySet()) {
        networks.put(name, GeneratedNetwork.of(name, loader));
      }
      return new CompiledNetworks(folder, sources, networks);
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }

  GeneratedNetwork network(String name) {
    GeneratedNetwork network = networks.get(name);
    if (network == null) {
      throw new IllegalArgumentException("no network " + name);
    }
    return network;
  }

  private static Path temporary() {
    try {
      Path folder = Files.createTempDirectory("neurite-networks");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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

  private static void delete(Path folder) {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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

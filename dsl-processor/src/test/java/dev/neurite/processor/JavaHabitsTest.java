package dev.neurite.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.TrainableModel;
import dev.neurite.dsl.Model;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.Filer;
import javax.annotation.processing.Messager;
import javax.annotation.processing.ProcessingEnvironment;
import javax.annotation.processing.Processor;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.Elements;
import javax.lang.model.util.Types;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Java projects expect of a processor: modules, warnings, markers, incremental builds. */
final class JavaHabitsTest {

  private static final String DIGITS =
      """
      package app;
      import dev.neurite.dsl.*;
      @Model
      public interface Digits {
        @Input({1, 8, 8}) Layer image();
        @Conv2D(filters = 3, kernel = 3) Layer conv();
        @BatchNorm @ReLU @Dropout(0.5) Layer norm();
        @Stack(value = Hidden.class, times = 2) Layer hidden();
        @Flatten @Dense(10) Layer scores();
      }
      """;

  private static final String HIDDEN =
      """
      package app;
      import dev.neurite.dsl.*;
      @Block
      interface Hidden {
        @Input Layer x();
        @Conv2D(filters = 3, kernel = 3, padding = 1) @ReLU Layer conv();
        @SharedWith("conv") @Conv2D(filters = 3, kernel = 3, padding = 1) Layer again();
      }
      """;

  @TempDir private Path folder;

  @Test
  void everythingCompilesWithoutAWarning() throws IOException {
    write("app/Digits.java", DIGITS);
    write("app/Hidden.java", HIDDEN);
    assertThat(compile(new NeuriteProcessor(), "--release", "25", "-Xlint:all", "-Werror"))
        .isEmpty();
    assertThat(generated("app/DigitsModel.java"))
        .contains("@Generated(\"dev.neurite.processor.NeuriteProcessor\")")
        .doesNotContain("date");
    assertThat(folder.resolve("app/DigitsForward$Simd.class")).exists();
  }

  /** Stand-ins are generated source like any other. */
  @Test
  void standInsCompileWithoutAWarning() throws IOException {
    write("app/Digits.java", DIGITS.replace("kernel = 3", "kernel = 30"));
    write("app/Hidden.java", HIDDEN);
    assertThat(compile(new NeuriteProcessor(), "--release", "25", "-Xlint:all"))
        .singleElement()
        .asString()
        .startsWith("[neurite:kernel-too-large]");
  }

  /** The processing module is not among those that an application requires. */
  @Test
  void aNamedModuleNeedsNothingButTheRuntime() throws IOException {
    write("app/Digits.java", DIGITS);
    write("app/Hidden.java", HIDDEN);
    write("module-info.java", "module app { requires dev.neurite.runtime; }");
    assertThat(compileModule()).isEmpty();
    assertThat(generated("app/DigitsModel.java")).doesNotContain("@Generated");
    assertThat(folder.resolve("app/DigitsForward$Simd.class")).exists();
  }

  @Test
  void aNamedModuleThatSeesItGetsTheMarker() throws IOException {
    write("app/Digits.java", DIGITS);
    write("app/Hidden.java", HIDDEN);
    write(
        "module-info.java",
        "module app { requires dev.neurite.runtime; requires static java.compiler; }");
    assertThat(compileModule()).isEmpty();
    assertThat(generated("app/DigitsBackward.java"))
        .contains("@Generated(\"dev.neurite.processor.NeuriteProcessor\")");
    assertThat(generated("app/DigitsForward.java")).doesNotContain("@Generated");
  }

  @Test
  void withoutTheVectorApiThereAreScalarClassesAndOneWarning() throws Exception {
    write("app/Digits.java", DIGITS);
    write("app/Hidden.java", HIDDEN);
    List<String> said = compile(new NeuriteProcessor(), "-Xlint:all");
    assertThat(said)
        .singleElement()
        .asString()
        .startsWith("[neurite:no-vectors] jdk.incubator.vector cannot be seen where Digits is")
        .endsWith("Compile with --release 25, or with --add-modules jdk.incubator.vector.");
    try (Stream<Path> files = Files.list(folder.resolve("app"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains("DigitsForward$Scalar.class", "DigitsBackward$Scalar.class")
          .noneMatch(name -> name.contains("Simd"));
    }
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
      Class<?> type = loader.loadClass("app.DigitsModel");
      TrainableModel model = (TrainableModel) type.getMethod("create", long.class).invoke(null, 1L);
      Method predict = type.getMethod("predict", float[].class);
      float[] before = (float[]) predict.invoke(model, (Object) new float[64]);
      try (var step = model.training(2)) {
        step.forward(new float[128], 2);
        step.backward(new float[20]);
      }
      assertThat(before).hasSize(10).doesNotContain(Float.NaN);
    }
  }

  /**
   * Gradle's condition for isolating processors: each generated file comes from one type. What else
   * the file depends on, blocks and constants, that type refers to; {@link ClassFilesTest}.
   */
  @Test
  void everyGeneratedFileComesFromOneType() throws IOException {
    URL resource =
        Objects.requireNonNull(
            NeuriteProcessor.class.getResource(
                "/META-INF/gradle/incremental.annotation.processors"));
    try (var in = resource.openStream()) {
      assertThat(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).strip())
          .isEqualTo(NeuriteProcessor.class.getName() + ",isolating");
    }
    write("app/Digits.java", DIGITS);
    write("app/Second.java", DIGITS.replace("Digits", "Second"));
    write("app/Hidden.java", HIDDEN);
    Recorder recorder = new Recorder();
    assertThat(compile(recorder, "--release", "25")).isEmpty();
    assertThat(recorder.origins)
        .containsOnlyKeys(
            "app.DigitsModel",
            "app.DigitsForward",
            "app.DigitsBackward",
            "app.SecondModel",
            "app.SecondForward",
            "app.SecondBackward");
    recorder.origins.forEach(
        (name, origins) ->
            assertThat(origins).containsExactly(name.replaceAll("(Model|Forward|Backward)$", "")));
  }

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve("source").resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private String generated(String file) throws IOException {
    return Files.readString(folder.resolve(file));
  }

  private List<String> compileModule() throws IOException {
    return compile(
        new NeuriteProcessor(), "--release", "25", "-Xlint:all", "--module-path", libraries());
  }

  /** The declaration language and the runtime, as folders of classes with their module-info. */
  private static String libraries() {
    return String.join(
        File.pathSeparator,
        Stream.of(Model.class, TrainableModel.class)
            .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
            .map(location -> Path.of(URI.create(location.toString())).toString())
            .toList());
  }

  /** Everything javac says. */
  private List<String> compile(Processor processor, String... options) throws IOException {
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    List<String> arguments = new ArrayList<>(List.of(options));
    if (!arguments.contains("--module-path")) {
      arguments.addAll(List.of("-classpath", libraries()));
    }
    arguments.addAll(List.of("-d", folder.toString(), "-s", folder.toString()));
    DiagnosticCollector<JavaFileObject> collector = new DiagnosticCollector<>();
    try (var files = javac.getStandardFileManager(collector, Locale.ROOT, null);
        Stream<Path> sources = Files.walk(folder.resolve("source"))) {
      List<Path> java = sources.filter(file -> file.toString().endsWith(".java")).toList();
      JavaCompiler.CompilationTask task =
          javac.getTask(
              null, files, collector, arguments, null, files.getJavaFileObjectsFromPaths(java));
      task.setProcessors(List.of(processor));
      task.call();
    }
    return collector.getDiagnostics().stream().map(said -> said.getMessage(Locale.ROOT)).toList();
  }

  /** Notes which types each generated file is said to come from. */
  private static final class Recorder extends AbstractProcessor {

    private final NeuriteProcessor inner = new NeuriteProcessor();
    private final Map<String, List<String>> origins = new HashMap<>();

    @Override
    public Set<String> getSupportedAnnotationTypes() {
      return inner.getSupportedAnnotationTypes();
    }

    @Override
    public SourceVersion getSupportedSourceVersion() {
      return SourceVersion.latestSupported();
    }

    @Override
    public synchronized void init(ProcessingEnvironment environment) {
      super.init(environment);
      inner.init(new Environment(environment, new RecordingFiler(environment.getFiler(), origins)));
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
      inner.process(annotations, round);
      return false;
    }
  }

  private record RecordingFiler(Filer inner, Map<String, List<String>> origins) implements Filer {

    @Override
    public JavaFileObject createSourceFile(CharSequence name, Element... from) throws IOException {
      origins.put(name.toString(), Stream.of(from).map(Element::toString).toList());
      return inner.createSourceFile(name, from);
    }

    @Override
    public JavaFileObject createClassFile(CharSequence name, Element... from) throws IOException {
      throw new IOException("no class file is expected, but " + name + " was asked for");
    }

    @Override
    public FileObject createResource(
        JavaFileManager.Location location, CharSequence pack, CharSequence name, Element... from)
        throws IOException {
      throw new IOException("no resource is expected, but " + name + " was asked for");
    }

    @Override
    public FileObject getResource(
        JavaFileManager.Location location, CharSequence pack, CharSequence name)
        throws IOException {
      return inner.getResource(location, pack, name);
    }
  }

  private record Environment(ProcessingEnvironment inner, Filer filer)
      implements ProcessingEnvironment {

    @Override
    public Map<String, String> getOptions() {
      return inner.getOptions();
    }

    @Override
    public Messager getMessager() {
      return inner.getMessager();
    }

    @Override
    public Filer getFiler() {
      return filer;
    }

    @Override
    public Elements getElementUtils() {
      return inner.getElementUtils();
    }

    @Override
    public Types getTypeUtils() {
      return inner.getTypeUtils();
    }

    @Override
    public SourceVersion getSourceVersion() {
      return inner.getSourceVersion();
    }

    @Override
    public Locale getLocale() {
      return inner.getLocale();
    }
  }
}

package dev.neurite.processor;

import static com.google.testing.compile.Compiler.javac;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.JavaFileObjects;
import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.frontend.ModelReader;
import dev.neurite.processor.graph.GraphBuilder;
import dev.neurite.processor.shape.ShapeInference;
import dev.neurite.processor.shape.TypedGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;

/** Runs the stations of the processor up to the typed graph on source text, writing nothing. */
public final class Frontend {

  private static final String IMPORTS =
      "import dev.neurite.dsl.*; import static dev.neurite.dsl.InputType.*;"
          + " import static dev.neurite.dsl.Initializer.*;"
          + " import static dev.neurite.dsl.GELU.Approximation.*; ";

  private Frontend() {}

  /**
   * The typed graph of a correct model.
   *
   * @param body of the interface
   * @throws IllegalArgumentException with all messages if it is not correct
   */
  public static TypedGraph typedGraph(String name, String body) {
    Capture capture = new Capture();
    Compilation compilation =
        javac()
            .withOptions("--release", "25")
            .withProcessors(capture)
            .compile(
                JavaFileObjects.forSourceString(
                    name, IMPORTS + "@Model public interface " + name + " {\n" + body + "\n}"));
    if (capture.graphs.size() != 1) {
      throw new IllegalArgumentException(capture.messages + " " + compilation.diagnostics());
    }
    return capture.graphs.getFirst();
  }

  private static final class Capture extends AbstractProcessor {

    private final List<TypedGraph> graphs = new ArrayList<>();
    private final List<String> messages = new ArrayList<>();

    @Override
    public Set<String> getSupportedAnnotationTypes() {
      return Set.of("dev.neurite.dsl.Model");
    }

    @Override
    public SourceVersion getSupportedSourceVersion() {
      return SourceVersion.latestSupported();
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
      for (TypeElement annotation : annotations) {
        for (Element element : round.getElementsAnnotatedWith(annotation)) {
          Diagnostics diagnostics = new Diagnostics();
          var reading =
              ModelReader.read(
                  (TypeElement) element,
                  new dev.neurite.processor.frontend.Compilation(
                      processingEnv.getElementUtils(), Set.of(), Set.of()),
                  diagnostics);
          var graph =
              GraphBuilder.build(
                  reading.declaration(),
                  reading.blocks(),
                  new BlockAnalysis(reading.blocks()),
                  diagnostics);
          ShapeInference.infer(graph, diagnostics).ifPresent(graphs::add);
          diagnostics.inSourceOrder().forEach(d -> messages.add(d.text()));
        }
      }
      return false;
    }
  }
}

package dev.neurite.processor;

import com.google.auto.service.AutoService;
import dev.neurite.processor.diagnostic.DiagnosticPrinter;
import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.emit.ModelWriter;
import dev.neurite.processor.emit.WriterOptions;
import dev.neurite.processor.frontend.ModelReader;
import dev.neurite.processor.frontend.ModelReader.Reading;
import dev.neurite.processor.graph.Graph;
import dev.neurite.processor.graph.GraphBuilder;
import dev.neurite.processor.shape.ShapeInference;
import dev.neurite.processor.shape.TypedGraph;
import java.util.Optional;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.Processor;
import javax.annotation.processing.RoundEnvironment;
import javax.annotation.processing.SupportedOptions;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;

/** The entry point of the compiler: javac calls it with the declared networks. */
@AutoService(Processor.class)
@SupportedOptions({"neurite.precision", "neurite.cuda", "neurite.summary"})
public final class NeuriteProcessor extends AbstractProcessor {

  /** Creates the processor, as javac asks. */
  public NeuriteProcessor() {}

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
      for (Element model : round.getElementsAnnotatedWith(annotation)) {
        if (model instanceof TypeElement type) {
          compile(type);
        }
      }
    }
    return false;
  }

  private void compile(TypeElement type) {
    Diagnostics diagnostics = new Diagnostics();
    Reading reading =
        ModelReader.read(type, processingEnv.getElementUtils(), Set.of(), diagnostics);
    Graph graph = GraphBuilder.build(reading.declaration(), diagnostics);
    Optional<TypedGraph> typed = ShapeInference.infer(graph, diagnostics);
    new DiagnosticPrinter(processingEnv.getMessager()).print(diagnostics);
    typed.ifPresent(
        network ->
            new ModelWriter(processingEnv.getFiler(), new WriterOptions(false, false))
                .write(network, type));
  }
}

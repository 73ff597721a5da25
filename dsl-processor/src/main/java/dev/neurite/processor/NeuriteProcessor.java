package dev.neurite.processor;

import com.google.auto.service.AutoService;
import dev.neurite.processor.diagnostic.DiagnosticPrinter;
import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.LayerFailure;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.diagnostic.Position;
import dev.neurite.processor.emit.ModelWriter;
import dev.neurite.processor.emit.StubWriter;
import dev.neurite.processor.emit.WriterOptions;
import dev.neurite.processor.frontend.Compilation;
import dev.neurite.processor.frontend.StrayLayers;
import dev.neurite.processor.shape.SummaryTable;
import dev.neurite.processor.shape.TypedGraph;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.ProcessingEnvironment;
import javax.annotation.processing.Processor;
import javax.annotation.processing.RoundEnvironment;
import javax.annotation.processing.SupportedOptions;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ModuleElement;
import javax.lang.model.element.TypeElement;
import javax.tools.Diagnostic.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The entry point of the compiler: javac calls it with the declared networks.
 *
 * <p>A model with errors gets stubs at once, and its errors are printed in the last round: javac
 * prints what it could not find together with the first error, and by then it has found the stubs.
 */
@AutoService(Processor.class)
@SupportedOptions({
  NeuriteProcessor.PRECISION,
  NeuriteProcessor.CUDA,
  NeuriteProcessor.SUMMARY,
  NeuriteProcessor.WINOGRAD
})
public final class NeuriteProcessor extends AbstractProcessor {

  static final String PRECISION = "neurite.precision";
  static final String CUDA = "neurite.cuda";
  static final String SUMMARY = "neurite.summary";
  static final String WINOGRAD = "neurite.winograd";

  private static final String LANGUAGE = "dev.neurite.dsl";
  private static final String GENERATED = "javax.annotation.processing.Generated";
  private static final String VECTOR = "jdk.incubator.vector.FloatVector";

  /** Writes the classes of a correct model. */
  interface Writer {

    void write(TypedGraph graph, Element origin);
  }

  /** Null for the one that writes Java source. */
  private final @Nullable Writer writer;

  /** Top-level types seen in source, and the model each generated class belongs to. */
  private final Set<String> sourceTypes = new HashSet<>();

  private final Map<String, String> generated = new HashMap<>();

  /**
   * Qualified names of models and blocks with errors, in order, which of them are blocks, and how
   * the compiler failed on models without.
   */
  private final Set<String> erroneous = new LinkedHashSet<>();

  private final Set<String> wrongBlocks = new HashSet<>();

  private final Map<String, RuntimeException> failures = new LinkedHashMap<>();

  /** Creates the processor, as javac asks. */
  public NeuriteProcessor() {
    this.writer = null;
  }

  /** A processor with another back end. */
  NeuriteProcessor(Writer writer) {
    this.writer = writer;
  }

  @Override
  public Set<String> getSupportedAnnotationTypes() {
    return Set.of(LANGUAGE + ".*", GENERATED);
  }

  @Override
  public SourceVersion getSupportedSourceVersion() {
    return SourceVersion.latestSupported();
  }

  @Override
  public synchronized void init(ProcessingEnvironment environment) {
    super.init(environment);
    Diagnostics diagnostics = new Diagnostics();
    checkOption(PRECISION, Set.of("float", "double"), "float or double", diagnostics);
    checkOption(CUDA, Set.of("true", "false"), "true or false", diagnostics);
    checkOption(SUMMARY, Set.of("true", "false"), "true or false", diagnostics);
    checkOption(WINOGRAD, Set.of("true", "false"), "true or false", diagnostics);
    new DiagnosticPrinter(environment.getMessager()).print(diagnostics);
  }

  private void checkOption(
      String option, Set<String> values, String words, Diagnostics diagnostics) {
    String value = processingEnv.getOptions().get(option);
    if (value != null && !values.contains(value)) {
      diagnostics.report(Message.UNKNOWN_OPTION_VALUE, Position.at(), option, value, words);
    }
  }

  /**
   * Claims the annotations of the language, which are for this processor alone, and the marker of
   * generated source: where one is unclaimed, javac warns of it under {@code -Xlint:processing}.
   */
  @SuppressWarnings("DoNotClaimAnnotations")
  @Override
  public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
    for (Element root : round.getRootElements()) {
      if (root instanceof TypeElement type) {
        String name = type.getQualifiedName().toString();
        if (!generated.containsKey(name)) {
          sourceTypes.add(name);
        }
      }
    }
    for (TypeElement type : declarations(annotations, round)) {
      if (type.getAnnotationMirrors().stream().anyMatch(mirror -> isLanguage(mirror, "Model"))) {
        compile(type);
      } else {
        check(type);
      }
    }
    if (erroneous.isEmpty()) {
      warnOfStrayLayers(annotations, round);
    }
    if (round.processingOver()) {
      printErrors();
    }
    return true;
  }

  /** The models and blocks of a round, in source order as far as the compiler tells it. */
  private static Set<TypeElement> declarations(
      Set<? extends TypeElement> annotations, RoundEnvironment round) {
    TypeElement[] declaring =
        annotations.stream()
            .filter(
                annotation ->
                    annotation.getQualifiedName().contentEquals(LANGUAGE + ".Model")
                        || annotation.getQualifiedName().contentEquals(LANGUAGE + ".Block"))
            .toArray(TypeElement[]::new);
    Set<TypeElement> types = new LinkedHashSet<>();
    if (declaring.length == 0) {
      return types;
    }
    for (Element element : round.getElementsAnnotatedWithAny(declaring)) {
      if (element instanceof TypeElement type) {
        types.add(type);
      }
    }
    return types;
  }

  private void warnOfStrayLayers(Set<? extends TypeElement> annotations, RoundEnvironment round) {
    TypeElement[] ofMethods =
        annotations.stream()
            .filter(annotation -> annotation.getQualifiedName().toString().startsWith(LANGUAGE))
            .toArray(TypeElement[]::new);
    if (ofMethods.length == 0) {
      return;
    }
    List<Element> methods =
        round.getElementsAnnotatedWithAny(ofMethods).stream()
            .filter(element -> element.getKind() == ElementKind.METHOD)
            .map(Element.class::cast)
            .toList();
    Diagnostics diagnostics = new Diagnostics();
    StrayLayers.report(methods, processingEnv.getElementUtils(), diagnostics);
    print(diagnostics);
  }

  private static boolean isLanguage(AnnotationMirror mirror, String name) {
    return mirror.getAnnotationType().asElement() instanceof TypeElement annotation
        && annotation.getQualifiedName().contentEquals(LANGUAGE + "." + name);
  }

  /** Looks for what a block has wrong by itself. */
  private void check(TypeElement type) {
    Diagnostics diagnostics = BlockAnalysis.of(type, compilation(Set.of()));
    if (diagnostics.hasErrors()) {
      erroneous.add(type.getQualifiedName().toString());
      wrongBlocks.add(type.getQualifiedName().toString());
    } else {
      print(diagnostics);
    }
  }

  private Compilation compilation(Set<String> taken) {
    return new Compilation(processingEnv.getElementUtils(), sourceTypes, taken);
  }

  private void compile(TypeElement type) {
    String model = type.getQualifiedName().toString();
    Analysis analysis = analyse(type);
    if (analysis.typed().isEmpty()) {
      erroneous.add(model);
      writeStubs(analysis, type);
    } else {
      print(analysis.diagnostics());
      write(analysis, analysis.typed().get(), type);
    }
    analysis.declaration().generatedNames().forEach(name -> generated.putIfAbsent(name, model));
  }

  private Analysis analyse(TypeElement type) {
    Set<String> taken = new HashSet<>(sourceTypes);
    generated.forEach(
        (name, model) -> {
          if (!type.getQualifiedName().contentEquals(model)) {
            taken.add(name);
          }
        });
    return Analysis.of(type, compilation(taken), winograd());
  }

  /** Whether a class for a GPU is wanted too. */
  private boolean cuda(Analysis analysis) {
    return "true".equals(processingEnv.getOptions().get(CUDA))
        || analysis.declaration().model().flag("cuda");
  }

  private boolean winograd() {
    return !"false".equals(processingEnv.getOptions().get(WINOGRAD));
  }

  private void write(Analysis analysis, TypedGraph graph, TypeElement type) {
    try {
      writer(analysis, type).write(graph, type);
    } catch (RuntimeException e) {
      failures.put(type.getQualifiedName().toString(), e);
      writeStubs(analysis, type);
      return;
    }
    if ("true".equals(processingEnv.getOptions().get(SUMMARY))) {
      processingEnv.getMessager().printMessage(Kind.NOTE, SummaryTable.of(graph));
    }
  }

  private Writer writer(Analysis analysis, TypeElement type) {
    if (writer != null) {
      return writer;
    }
    boolean doublePrecision = "double".equals(processingEnv.getOptions().get(PRECISION));
    Compilation compilation = compilation(Set.of());
    boolean vectors = compilation.sees(type, VECTOR);
    if (!vectors) {
      Diagnostics diagnostics = new Diagnostics();
      diagnostics.report(
          Message.NO_VECTORS, Position.of(type, -1), type.getSimpleName(), remedy(type));
      print(diagnostics);
    }
    boolean generated = compilation.sees(type, GENERATED);
    return new ModelWriter(
            processingEnv.getFiler(),
            new WriterOptions(doublePrecision, vectors, generated, cuda(analysis), winograd()))
        ::write;
  }

  /** What lets the module of a type see the Vector API. */
  private String remedy(TypeElement type) {
    ModuleElement module = processingEnv.getElementUtils().getModuleOf(type);
    return module == null || module.isUnnamed()
        ? "Compile with --release 25, or with --add-modules jdk.incubator.vector."
        : "Add to module " + module.getQualifiedName() + ": requires jdk.incubator.vector;";
  }

  private void writeStubs(Analysis analysis, TypeElement type) {
    try {
      new StubWriter(processingEnv.getFiler())
          .write(analysis.declaration(), analysis.outputs(), cuda(analysis), type);
    } catch (IOException e) {
      processingEnv.getMessager().printMessage(Kind.ERROR, "Cannot write a class: " + e, type);
    }
  }

  private void printErrors() {
    for (String name : erroneous) {
      TypeElement type = typeOf(name);
      print(
          wrongBlocks.contains(name)
              ? BlockAnalysis.of(type, compilation(Set.of()))
              : analyse(type).diagnostics());
    }
    failures.forEach(
        (model, failure) -> {
          Diagnostics diagnostics = new Diagnostics();
          RuntimeException cause = failure;
          String what = typeOf(model).getSimpleName().toString();
          if (failure instanceof LayerFailure inLayer) {
            what = "layer " + inLayer.layer() + "() of " + what;
            cause = inLayer.getCause() instanceof RuntimeException inner ? inner : failure;
          }
          StackTraceElement[] frames = cause.getStackTrace();
          String where = frames.length == 0 ? "" : " at " + frames[0];
          diagnostics.report(
              Message.INTERNAL_ERROR, Position.of(typeOf(model), -1), what, cause + where);
          print(diagnostics);
        });
  }

  /** The element of this round: those of earlier rounds have lost their places in the source. */
  private TypeElement typeOf(String qualifiedName) {
    TypeElement type = processingEnv.getElementUtils().getTypeElement(qualifiedName);
    if (type == null) {
      throw new IllegalStateException(qualifiedName + " was there in an earlier round");
    }
    return type;
  }

  private void print(Diagnostics diagnostics) {
    new DiagnosticPrinter(processingEnv.getMessager()).print(diagnostics);
  }
}

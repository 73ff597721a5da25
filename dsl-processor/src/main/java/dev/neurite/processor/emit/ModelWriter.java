package dev.neurite.processor.emit;

import com.palantir.javapoet.AnnotationSpec;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.TypeSpec;
import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.Arranger;
import dev.neurite.processor.autodiff.Differentiator;
import dev.neurite.processor.autodiff.TrainingSteps;
import dev.neurite.processor.cuda.CudaLowering;
import dev.neurite.processor.cuda.CudaProgram;
import dev.neurite.processor.lower.InferenceLowering;
import dev.neurite.processor.lower.InferenceLowering.InferenceCode;
import dev.neurite.processor.lower.TrainingCode;
import dev.neurite.processor.lower.TrainingLowering;
import dev.neurite.processor.memory.InferenceMemory;
import dev.neurite.processor.memory.InferencePlanner;
import dev.neurite.processor.memory.ParameterLayout;
import dev.neurite.processor.memory.ParameterPlanner;
import dev.neurite.processor.memory.TrainingMemory;
import dev.neurite.processor.memory.TrainingPlanner;
import dev.neurite.processor.shape.TypedGraph;
import dev.neurite.processor.shape.TypedGraph.ModelName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;
import javax.annotation.processing.Filer;
import javax.lang.model.element.Element;

/** Takes a typed graph down the rest of the road and writes the classes of its model. */
public final class ModelWriter {

  private final Filer filer;
  private final WriterOptions options;

  /** A writer to this compiler. */
  public ModelWriter(Filer filer, WriterOptions options) {
    this.filer = filer;
    this.options = options;
  }

  /** Writes the classes of a model that {@code origin} declares. */
  public void write(TypedGraph graph, Element origin) {
    List<ArrangedGraph> orders = Arranger.inferenceOrders(graph, options.winograd());
    ArrangedGraph arranged = orders.getFirst();
    ParameterLayout layout = ParameterPlanner.plan(arranged);
    Signature signature = Signature.of(arranged);
    String table = LayerTable.of(graph);
    ModelName model = graph.model();

    List<InferenceMemory> memories = InferencePlanner.plan(orders, layout);
    InferenceMemory inferenceMemory = memories.getFirst();
    InferenceCode inference = InferenceLowering.lower(orders, layout, memories);
    FoldWriter folds = new FoldWriter(arranged, layout, inferenceMemory.derived());
    ForwardWriter forward =
        new ForwardWriter(
            model.prefix() + "Forward",
            model.isPublic(),
            signature,
            inference,
            memories,
            layout,
            folds,
            options.vectors());
    save(
        model,
        forward.bodies(),
        forward.type(
            "Inference of {@link "
                + model.interfaceName()
                + "}: needs nothing but the JDK, is thread-safe, and allocates nothing in {@code predictInto}.\n\n"
                + table),
        origin);

    ArrangedGraph batches = Arranger.arrangeBatches(graph, options.winograd());
    TrainingSteps steps = Differentiator.differentiate(batches);
    TrainingMemory memory = TrainingPlanner.plan(steps, layout);
    TrainingCode training = TrainingLowering.lower(steps, layout, memory);
    BackwardWriter backward = new BackwardWriter(batches, training, false, options.vectors());
    save(
        model,
        backward.bodies(),
        backward.type(
            model.prefix() + "Backward",
            "The training pass of {@link "
                + model.interfaceName()
                + "}: the forward pass that keeps what the backward pass needs, and the backward pass.\n\n"
                + table),
        origin);
    if (options.doublePrecision()) {
      BackwardWriter twin = new BackwardWriter(batches, training, true, false);
      save(
          model,
          twin.bodies(),
          twin.type(
              model.prefix() + "Double",
              "The training pass of {@link "
                  + model.interfaceName()
                  + "} in double precision, from the same kernel programs, for checking gradients. Dropout does nothing.\n\n"
                  + table),
          origin);
    }
    if (options.cuda()) {
      ArrangedGraph device = Arranger.arrangeForDevice(graph, options.winograd());
      CudaProgram program = CudaLowering.lower(Differentiator.differentiate(device), layout);
      CudaWriter cuda = new CudaWriter(program);
      save(
          model,
          cuda.bodies(),
          cuda.type(
              model.prefix() + "Cuda",
              "{@link "
                  + model.interfaceName()
                  + "} for an NVIDIA GPU: kernels in CUDA C, and the calls of each pass.\n\n"
                  + table),
          origin);
    }
    save(
        model,
        new Bodies(),
        new ModelClassWriter(graph, signature, layout, !folds.isEmpty(), options.cuda())
            .type("{@link " + model.interfaceName() + "} with its parameters.\n\n" + table),
        origin);
  }

  private void save(ModelName model, Bodies bodies, TypeSpec type, Element origin) {
    TypeSpec.Builder owned = type.toBuilder().addOriginatingElement(origin);
    owned.addAnnotation(
        AnnotationSpec.builder(ClassName.get("java.lang", "SuppressWarnings"))
            .addMember("value", "$S", "all")
            .build());
    // The inference class also compiles by itself where java.compiler is not read.
    if (options.generated() && !type.name().equals(model.prefix() + "Forward")) {
      owned.addAnnotation(
          AnnotationSpec.builder(ClassName.get("javax.annotation.processing", "Generated"))
              .addMember("value", "$S", "dev.neurite.processor.NeuriteProcessor")
              .build());
    }
    JavaFile file =
        JavaFile.builder(model.packageName(), owned.build())
            .indent("  ")
            .skipJavaLangImports(true)
            .build();
    String name =
        model.packageName().isEmpty() ? type.name() : model.packageName() + "." + type.name();
    // JavaPoet appends word by word: that goes to memory, and then to the file at once.
    String text = bodies.into(file.toString());
    try (Writer source = filer.createSourceFile(name, origin).openWriter()) {
      source.write(text);
    } catch (IOException e) {
      throw new UncheckedIOException(
          String.format(Locale.ROOT, "cannot write the source of %s", type.name()), e);
    }
  }
}

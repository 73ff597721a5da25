package dev.neurite.processor.emit;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Arrangement;
import dev.neurite.processor.kernel.IndexText;
import dev.neurite.processor.lower.LayerMethod;
import dev.neurite.processor.lower.LayerMethod.Split;
import dev.neurite.processor.lower.TrainingCode;
import dev.neurite.processor.memory.ParameterLayout;
import dev.neurite.processor.memory.TrainingMemory.Slot;
import dev.neurite.processor.shape.TensorType.Element;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.Modifier;

/**
 * Writes the class of a training pass: in float with scalar and vector kernels, or in double for
 * checking gradients.
 */
final class BackwardWriter {

  /** Floats behind the end of an array that a vector may read and not use. */
  private static final int SLACK = 32;

  private final ArrangedGraph graph;
  private final TrainingCode code;
  private final boolean isDouble;
  private final boolean usesVectors;
  private final String real;
  private final TypeName number;
  private final TypeName numbers;
  private final List<ArrangedNode> inputs = new ArrayList<>();
  private final Bodies bodies = new Bodies();

  /** Rows that some values put side by side; parts of a batch are multiples of it. */
  private final int lanes;

  BackwardWriter(ArrangedGraph graph, TrainingCode code, boolean isDouble, boolean usesVectors) {
    this.graph = graph;
    this.code = code;
    this.isDouble = isDouble;
    this.usesVectors = usesVectors;
    this.real = isDouble ? "double" : "float";
    this.number = isDouble ? TypeName.DOUBLE : TypeName.FLOAT;
    this.numbers = ArrayTypeName.of(number);
    for (ArrangedNode node : graph.nodes()) {
      if (node.inputs().isEmpty()) {
        inputs.add(node);
      }
    }
    this.lanes =
        graph.nodes().stream().anyMatch(node -> node.arrangement() instanceof Arrangement.Lanes)
            ? Arrangement.Lanes.ROWS
            : 1;
  }

  /** The bodies that the class is written without. */
  Bodies bodies() {
    return bodies;
  }

  TypeSpec type(String name, String documentation) {
    TypeSpec.Builder type =
        TypeSpec.classBuilder(name)
            .addModifiers(Modifier.FINAL)
            .addSuperinterface(
                ClassName.get(
                    "dev.neurite.spi", isDouble ? "DoubleTrainingProgram" : "TrainingProgram"))
            .addJavadoc("$L", documentation);
    if (isDouble) {
      type.addModifiers(Modifier.PUBLIC);
    }
    fields(type);
    type.addMethod(constructor());
    type.addMethod(
        override("maxRows").returns(TypeName.INT).addStatement("return capacity").build());
    type.addMethod(begin());
    type.addMethod(
        override("trainingMode")
            .addParameter(TypeName.BOOLEAN, "training")
            .addStatement("this.training = training")
            .build());
    type.addMethod(
        override("requireInputGradients")
            .addParameter(TypeName.BOOLEAN, "required")
            .addCode(requireInputGradients())
            .build());
    type.addMethod(
        override("forwardStages")
            .returns(TypeName.INT)
            .addStatement("return $L", code.forward().size())
            .build());
    StageWriter stages = new StageWriter(real, lanes);
    type.addMethod(stages.method("forward", code.forward()));
    type.addMethod(
        override("backwardStages")
            .returns(TypeName.INT)
            .addStatement("return $L", code.backward().size())
            .build());
    type.addMethod(stages.method("backward", code.backward()));
    type.addMethod(choose("output", "output", graph.outputs().size()));
    type.addMethod(choose("outputGradient", "outputGradient", graph.outputs().size()));
    type.addMethod(inputGradient());
    MethodsText methods = MethodsText.ofClass();
    for (LayerMethod method : code.methods()) {
      String body = LayerMethods.body(method, real);
      methods.add(
          method.documentation(), "private void " + method.name(), parameters(method, body), body);
    }
    type.addMethod(bodies.methods(methods, false));
    type.addMethod(StageWriter.share());
    if (code.methods().stream().anyMatch(method -> method.split() instanceof Split.Part)) {
      type.addMethod(StageWriter.across());
    }
    draw(type);
    KernelClasses kernels = new KernelClasses(code.kernels(), real, bodies);
    type.addType(kernels.contract());
    type.addType(kernels.scalar());
    if (usesVectors) {
      type.addType(kernels.simd());
      type.addMethod(
          override("isWarm")
              .returns(TypeName.BOOLEAN)
              .addStatement("return !vectors || k instanceof Simd || !Exercise.running")
              .build());
      type.addType(kernels.mixed());
      type.addType(new ExerciseWriter(kernels.inOrderOfWeight(), bodies).type());
      type.addMethod(chosenKernels());
      type.addMethod(prepare());
    }
    return type.build();
  }

  private static List<String> parameters(LayerMethod method, String body) {
    if (method.split() instanceof Split.Part) {
      return List.of("int part", "int parts");
    }
    return LayerMethods.names(body, "home")
        ? List.of("int from", "int to", "int home")
        : List.of("int from", "int to");
  }

  private void fields(TypeSpec.Builder type) {
    type.addField(field(TypeName.INT, "capacity").build());
    if (!usesVectors) {
      type.addField(
          field(ClassName.bestGuess(KernelClasses.KERNELS), "k")
              .initializer("new Scalar()")
              .build());
    } else {
      type.addField(field(TypeName.BOOLEAN, "vectors").build());
      type.addField(mutable(ClassName.bestGuess(KernelClasses.KERNELS), "k").build());
    }
    type.addField(field(numbers, "p").addJavadoc("Parameters.\n").build());
    type.addField(field(numbers, "s").addJavadoc("State: running statistics.\n").build());
    type.addField(field(numbers, "g").addJavadoc("Gradients of the parameters.\n").build());
    type.addField(field(numbers, "a").addJavadoc("The workspace.\n").build());
    for (Slot slot : code.memory().slots()) {
      type.addField(field(TypeName.INT, slot.field()).build());
    }
    for (int i = 0; i < inputs.size(); i++) {
      type.addField(mutable(inputType(i), "input" + i).initializer("{}").build());
      type.addField(mutable(numbers, "inputGradient" + i).initializer("{}").build());
    }
    for (int i = 0; i < graph.outputs().size(); i++) {
      type.addField(field(numbers, "output" + i).build());
      type.addField(field(numbers, "outputGradient" + i).build());
    }
    type.addField(mutable(TypeName.INT, "rows").build());
    type.addField(mutable(TypeName.LONG, "seed").build());
    type.addField(mutable(TypeName.LONG, "step").build());
    type.addField(mutable(TypeName.BOOLEAN, "training").initializer("true").build());
    type.addField(mutable(TypeName.BOOLEAN, "inputGradients").build());
  }

  private TypeName inputType(int index) {
    return inputs.get(index).type().element() == Element.INDEX
        ? ArrayTypeName.of(TypeName.INT)
        : numbers;
  }

  private static FieldSpec.Builder field(TypeName type, String name) {
    return FieldSpec.builder(type, name, Modifier.PRIVATE, Modifier.FINAL);
  }

  private static FieldSpec.Builder mutable(TypeName type, String name) {
    return FieldSpec.builder(type, name, Modifier.PRIVATE);
  }

  private static MethodSpec.Builder override(String name) {
    return MethodSpec.methodBuilder(name)
        .addAnnotation(Override.class)
        .addModifiers(Modifier.PUBLIC);
  }

  private MethodSpec constructor() {
    CodeBlock.Builder body = CodeBlock.builder();
    body.addStatement("this.p = parameters");
    body.addStatement("this.s = state");
    body.addStatement("this.g = gradients");
    body.addStatement("this.capacity = maxRows");
    if (usesVectors) {
      body.addStatement("this.vectors = vectors");
      body.addStatement("this.k = vectors ? kernels() : new Scalar()");
    }
    if (lanes > 1) {
      body.addStatement("int places = (maxRows + $L) & $L", lanes - 1, -lanes);
    }
    body.addStatement(
        "long floats = $LL * $L + $LL", padded().rowFloats(), places(), padded().fixedFloats());
    body.beginControlFlow("if (floats > $T.MAX_VALUE - $L)", Integer.class, SLACK + 32);
    body.addStatement(
        "throw new $T(\"a batch of \" + maxRows + \" rows needs a workspace of \" + floats + \" floats, more than an array"
            + " holds; take at most \" + ($T.MAX_VALUE - $LL) / $LL + \" rows\")",
        IllegalArgumentException.class,
        Integer.class,
        SLACK + 32 + padded().fixedFloats(),
        Math.max(1, padded().rowFloats()));
    body.endControlFlow();
    body.addStatement("this.a = new $L[(int) floats + $L]", real, ParameterLayout.START + SLACK);
    long rowFloats = 0;
    for (Slot slot : code.memory().slots()) {
      if (slot.fixedFloats() == 0) {
        body.addStatement("this.$L = $L", slot.field(), at(rowFloats, 0));
        rowFloats += round(slot.rowFloats());
      }
    }
    long fixedFloats = 0;
    for (Slot slot : code.memory().slots()) {
      if (slot.fixedFloats() > 0) {
        body.addStatement("this.$L = $L", slot.field(), at(rowFloats, fixedFloats));
        fixedFloats += round(slot.fixedFloats());
      }
    }
    for (int i = 0; i < graph.outputs().size(); i++) {
      int size = graph.node(graph.outputs().get(i)).size();
      body.addStatement(
          "this.output$L = new $L[$T.multiplyExact(maxRows, $L) + $L]",
          i,
          real,
          Math.class,
          size,
          SLACK);
      body.addStatement("this.outputGradient$L = new $L[maxRows * $L + $L]", i, real, size, SLACK);
    }
    MethodSpec.Builder constructor = MethodSpec.constructorBuilder();
    constructor.addJavadoc(
        """
        A pass over at most {@code maxRows} rows.

        @param parameters the flat parameters, read
        @param state the flat state, read and written
        @param gradients where the flat gradients are written
        @param maxRows the most rows of one pass
        """);
    if (isDouble) {
      constructor.addModifiers(Modifier.PUBLIC);
    }
    constructor
        .addParameter(numbers, "parameters")
        .addParameter(numbers, "state")
        .addParameter(numbers, "gradients")
        .addParameter(TypeName.INT, "maxRows");
    if (!isDouble) {
      constructor.addParameter(TypeName.BOOLEAN, "vectors");
    }
    return constructor.addCode(body.build()).build();
  }

  /** Sizes with every slot rounded up to whole panels. */
  private Sizes padded() {
    long rows = 0;
    long fixed = 0;
    for (Slot slot : code.memory().slots()) {
      rows += round(slot.rowFloats());
      fixed += round(slot.fixedFloats());
    }
    return new Sizes(rows, fixed);
  }

  private record Sizes(long rowFloats, long fixedFloats) {}

  private static int round(int floats) {
    return (floats + 15) / 16 * 16;
  }

  /** Where a slot begins behind others of so many floats for each row and in all. */
  private String at(long rowFloats, long fixedFloats) {
    return IndexText.sum(
        IndexText.product(Long.toString(rowFloats), places()),
        Long.toString(ParameterLayout.START + fixedFloats));
  }

  /** The variable that holds how many rows the workspace has room for. */
  private String places() {
    return lanes == 1 ? "maxRows" : "places";
  }

  private MethodSpec begin() {
    CodeBlock.Builder body = CodeBlock.builder();
    if (code.smallestBatch() > 1) {
      body.beginControlFlow("if (training && rows < 2)");
      body.addStatement(
          "throw new $T(\"batch normalisation needs at least 2 rows for the statistics of a batch, got \" + rows)",
          IllegalArgumentException.class);
      body.endControlFlow();
    }
    for (int i = 0; i < inputs.size(); i++) {
      body.addStatement("this.input$L = ($T) inputs[$L]", i, inputType(i), i);
    }
    body.addStatement("this.rows = rows");
    body.addStatement("this.seed = seed");
    body.addStatement("this.step = step");
    return override("begin")
        .addParameter(ArrayTypeName.of(Object.class), "inputs")
        .addParameter(TypeName.INT, "rows")
        .addParameter(TypeName.LONG, "seed")
        .addParameter(TypeName.LONG, "step")
        .addCode(body.build())
        .build();
  }

  private MethodSpec chosenKernels() {
    return MethodSpec.methodBuilder("kernels")
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
        .addJavadoc("Vector code, at first as far as it is compiled.\n")
        .returns(ClassName.bestGuess(KernelClasses.KERNELS))
        .addCode(
            bodies.typed(
                """
                String mode = System.getProperty("neurite.warmup", "background");
                return mode.equals("off") || mode.equals("now") && Exercise.all() ? new Simd() : Mixed.ALL;
                """))
        .build();
  }

  private MethodSpec prepare() {
    return override("prepare")
        .addParameter(TypeName.INT, "parts")
        .addCode(
            bodies.typed(
                """
                if (!(k instanceof Mixed)) {
                  return;
                }
                float[] state = s.clone();
                this.k = Mixed.ASKING;
                for (int part = 0; part < parts; part++) {
                  for (int stage = 0; stage < forwardStages(); stage++) {
                    forward(stage, part, parts);
                  }
                  for (int stage = 0; stage < backwardStages(); stage++) {
                    backward(stage, part, parts);
                  }
                }
                this.k = Mixed.ALL;
                System.arraycopy(state, 0, s, 0, state.length);
                Exercise.await();
                """))
        .build();
  }

  private CodeBlock requireInputGradients() {
    CodeBlock.Builder body = CodeBlock.builder();
    body.addStatement("this.inputGradients = required");
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i).type().element() == Element.FLOAT) {
        body.beginControlFlow("if (required && inputGradient$L.length == 0)", i);
        body.addStatement(
            "inputGradient$L = new $L[$T.multiplyExact(capacity, $L) + $L]",
            i,
            real,
            Math.class,
            inputs.get(i).size(),
            SLACK);
        body.endControlFlow();
      }
    }
    return body.build();
  }

  private MethodSpec choose(String name, String prefix, int count) {
    CodeBlock.Builder body = CodeBlock.builder();
    for (int i = 0; i < count; i++) {
      body.beginControlFlow("if (index == $L)", i)
          .addStatement("return $L$L", prefix, i)
          .endControlFlow();
    }
    body.addStatement(
        "throw new $T(\"there are $L outputs, there is no output \" + index)",
        IllegalArgumentException.class,
        count);
    return override(name)
        .returns(numbers)
        .addParameter(TypeName.INT, "index")
        .addCode(body.build())
        .build();
  }

  private MethodSpec inputGradient() {
    CodeBlock.Builder body = CodeBlock.builder();
    body.beginControlFlow("if (!inputGradients)");
    body.addStatement(
        "throw new $T(\"the gradients of the inputs were not asked for; call requireInputGradients(true) before the pass\")",
        IllegalStateException.class);
    body.endControlFlow();
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i).type().element() == Element.FLOAT) {
        body.beginControlFlow("if (index == $L)", i)
            .addStatement("return inputGradient$L", i)
            .endControlFlow();
      }
    }
    body.addStatement(
        "throw new $T(\"there is no input of float values at \" + index)",
        IllegalArgumentException.class);
    return override("inputGradient")
        .returns(numbers)
        .addParameter(TypeName.INT, "index")
        .addCode(body.build())
        .build();
  }

  private void draw(TypeSpec.Builder type) {
    boolean draws =
        code.methods().stream()
            .anyMatch(method -> LayerMethods.body(method, real).contains("draw("));
    if (draws) {
      MethodSpec.Builder draw =
          MethodSpec.methodBuilder("draw")
              .addModifiers(Modifier.PRIVATE)
              .addJavadoc("Factors of a dropout: 0 or 1 / (1 - share), all 1 outside training.\n")
              .addParameter(numbers, "mask")
              .addParameter(TypeName.INT, "base")
              .addParameter(TypeName.INT, "from")
              .addParameter(TypeName.INT, "to")
              .addParameter(TypeName.INT, "layer")
              .addParameter(TypeName.INT, "channels")
              .addParameter(TypeName.INT, "area")
              .addParameter(number, "share");
      String fill =
          "Arrays.fill(mask, base + from * channels * area, base + to * channels * area, 1);";
      if (isDouble) {
        draw.addCode(TypedCode.of(fill + "\n"));
      } else {
        draw.addCode(
            TypedCode.of(
                """
                if (training) {
                  DropoutMask.draw(mask, base, from, to, seed, step, layer, channels, area, share);
                } else {
                  %s
                }
                """
                    .formatted(fill)));
      }
      type.addMethod(draw.build());
    }
  }
}

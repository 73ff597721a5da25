package dev.neurite.processor.emit;

import static java.util.stream.Collectors.joining;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.neurite.processor.lower.InferenceLowering.InferenceCode;
import dev.neurite.processor.lower.InferenceLowering.RunCode;
import dev.neurite.processor.lower.LayerMethod;
import dev.neurite.processor.memory.InferenceMemory;
import dev.neurite.processor.memory.ParameterLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.lang.model.element.Modifier;

/** Writes the class of inference, which needs nothing but the JDK. */
final class ForwardWriter {

  private static final int SLACK = 32;

  /** Half of the sixteen lanes filled cost as much as about as many rows one by one. */
  private static final int LANE_ROWS = 8;

  private final String name;
  private final boolean isPublic;
  private final Signature signature;
  private final InferenceCode code;
  private final InferenceMemory memory;
  private final List<InferenceMemory> orders;
  private final ParameterLayout layout;
  private final FoldWriter folds;
  private final boolean vectors;
  private final Bodies bodies = new Bodies();

  ForwardWriter(
      String name,
      boolean isPublic,
      Signature signature,
      InferenceCode code,
      List<InferenceMemory> orders,
      ParameterLayout layout,
      FoldWriter folds,
      boolean vectors) {
    this.name = name;
    this.isPublic = isPublic;
    this.signature = signature;
    this.code = code;
    this.memory = orders.getFirst();
    this.orders = orders;
    this.layout = layout;
    this.folds = folds;
    this.vectors = vectors;
  }

  /** The bodies that the class is written without. */
  Bodies bodies() {
    return bodies;
  }

  TypeSpec type(String documentation) {
    TypeSpec.Builder type =
        TypeSpec.classBuilder(name).addModifiers(Modifier.FINAL).addJavadoc("$L", documentation);
    if (isPublic) {
      type.addModifiers(Modifier.PUBLIC);
    }
    type.addField(
        constant(
            "BLOCK_ROWS", memory.blockRows(), "Rows that pass through all layers together.\n"));
    if (!code.lanes().isEmpty()) {
      type.addField(
          constant(
              "LANE_ROWS",
              LANE_ROWS,
              "Rows from which on sixteen share the lanes of vectors in some layers.\n"));
    }
    if (usesWorkspaces()) {
      type.addField(
          constant("WORKSPACE", memory.length() + SLACK, "Floats that a block of rows needs.\n"));
    }
    orders.stream()
        .flatMap(order -> order.constants().stream())
        .forEach(constant -> type.addField(constant(constant.name(), constant.value(), "")));
    type.addField(
        FieldSpec.builder(
                TypeName.BOOLEAN, "VECTORS", Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
            .addJavadoc("Whether the Vector API is there and readable from here.\n")
            .initializer(vectors ? "vectorsPresent()" : "false")
            .build());
    type.addField(ArrayTypeName.of(TypeName.FLOAT), "p", Modifier.PRIVATE, Modifier.FINAL);
    if (usesWorkspaces()) {
      type.addField(
          FieldSpec.builder(
                  ArrayTypeName.of(ClassName.bestGuess("Workspace")),
                  "workspaces",
                  Modifier.PRIVATE,
                  Modifier.FINAL)
              .addJavadoc("As many as calls are likely to run at the same time.\n")
              .build());
    }
    type.addField(ClassName.bestGuess("Choice"), "choice", Modifier.PRIVATE, Modifier.FINAL);
    type.addField(
        FieldSpec.builder(ClassName.bestGuess("Team"), "team", Modifier.PRIVATE, Modifier.FINAL)
            .addJavadoc("Threads that share the rows of a call, or null.\n")
            .build());
    construction(type);
    prediction(type);
    layers(type);
    new ForwardSupport(
            name,
            signature,
            layout,
            memory,
            folds,
            vectors,
            !code.together().isEmpty(),
            usesWorkspaces(),
            bodies)
        .addTo(type);
    KernelClasses kernels = new KernelClasses(code.kernels(), "float", bodies);
    type.addType(kernels.contract());
    type.addType(kernels.scalar());
    if (vectors) {
      type.addType(kernels.simd());
      type.addType(kernels.mixed());
      type.addType(new ExerciseWriter(kernels.inOrderOfWeight(), bodies).type());
    }
    return type.build();
  }

  /** Whether values lie anywhere but in the caller's arrays. */
  private boolean usesWorkspaces() {
    return !memory.isEmpty() || !code.together().isEmpty();
  }

  private static FieldSpec constant(String name, int value, String documentation) {
    return FieldSpec.builder(TypeName.INT, name, Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
        .addJavadoc(documentation)
        .initializer("$L", value)
        .build();
  }

  private MethodSpec.Builder visible(String method) {
    MethodSpec.Builder builder = MethodSpec.methodBuilder(method);
    return isPublic ? builder.addModifiers(Modifier.PUBLIC) : builder;
  }

  private void construction(TypeSpec.Builder type) {
    MethodSpec.Builder constructor =
        MethodSpec.constructorBuilder()
            .addModifiers(Modifier.PRIVATE)
            .addParameter(ArrayTypeName.of(TypeName.FLOAT), "parameters")
            .addParameter(ClassName.bestGuess("Choice"), "choice")
            .addParameter(ClassName.bestGuess("Team"), "team")
            .addStatement("this.p = parameters")
            .addStatement("this.choice = choice")
            .addStatement("this.team = team");
    if (usesWorkspaces()) {
      constructor
          .addStatement(
              "this.workspaces = new Workspace[2 * $T.getRuntime().availableProcessors()]",
              Runtime.class)
          .beginControlFlow("for (int i = 0; i < workspaces.length; i++)")
          .addStatement("workspaces[i] = new Workspace()")
          .endControlFlow();
    }
    type.addMethod(constructor.build());
    type.addMethod(
        MethodSpec.methodBuilder("of")
            .addModifiers(Modifier.STATIC)
            .addJavadoc(
                "Inference with the flat parameters and state of a model; reads the arrays it is given at every call.\n")
            .returns(ClassName.bestGuess(name))
            .addParameter(ArrayTypeName.of(TypeName.FLOAT), "parameters")
            .addParameter(ArrayTypeName.of(TypeName.FLOAT), "state")
            .addStatement(
                "$L forward = new $L(fold(parameters, state), new Choice(), null)", name, name)
            .addStatement("forward.choice.begin(forward)")
            .addStatement("return forward")
            .build());
    if (!folds.isEmpty()) {
      type.addMethod(
          MethodSpec.methodBuilder("refresh")
              .addJavadoc("Takes over changed parameters and state.\n")
              .addParameter(ArrayTypeName.of(TypeName.FLOAT), "parameters")
              .addParameter(ArrayTypeName.of(TypeName.FLOAT), "state")
              .addStatement("float[] folded = fold(parameters, state)")
              .addStatement("$T.arraycopy(folded, 0, p, 0, p.length)", System.class)
              .build());
    }
    type.addMethod(
        visible("parallel")
            .addJavadoc(
                "The same network with the rows of each call shared by {@code threads} threads, the caller's among them"
                    + (code.together().isEmpty()
                        ? ".\n\n"
                        : ", or the large layers of each row where there are few.\n\n")
                    + "@throws IllegalArgumentException if {@code threads} is not positive\n")
            .returns(ClassName.bestGuess(name))
            .addParameter(TypeName.INT, "threads")
            .beginControlFlow("if (threads < 1)")
            .addStatement(
                "throw new $T(\"expected at least 1 thread, got \" + threads)",
                IllegalArgumentException.class)
            .endControlFlow()
            .addStatement("return new $L(p, choice, threads == 1 ? null : new Team(threads))", name)
            .build());
    type.addMethod(
        visible("warmUp")
            .addJavadoc(
                "Has the vector code compiled before it returns, so that the calls that follow are fast.\n")
            .addStatement("choice.warmUp(this)")
            .build());
  }

  private String arguments(List<Signature.Tensor> tensors) {
    return tensors.stream().map(Signature.Tensor::parameter).collect(joining(", "));
  }

  void inputParameters(MethodSpec.Builder method) {
    for (Signature.Tensor input : signature.inputs()) {
      method.addParameter(
          ArrayTypeName.of(input.isIndex() ? TypeName.INT : TypeName.FLOAT), input.parameter());
    }
  }

  void outputParameters(MethodSpec.Builder method) {
    for (Signature.Tensor output : signature.outputs()) {
      method.addParameter(ArrayTypeName.of(TypeName.FLOAT), outputName(output));
    }
  }

  String outputName(Signature.Tensor output) {
    return signature.outputParameter(output);
  }

  private void prediction(TypeSpec.Builder type) {
    String inputs = arguments(signature.inputs());
    String outputs = signature.outputs().stream().map(this::outputName).collect(joining(", "));
    boolean single = signature.outputs().size() == 1;
    MethodSpec.Builder predict =
        visible("predict")
            .addJavadoc("$L", Documentation.predict(signature, false))
            .returns(single ? ArrayTypeName.of(TypeName.FLOAT) : ClassName.bestGuess("Outputs"));
    inputParameters(predict);
    for (Signature.Tensor output : signature.outputs()) {
      predict.addStatement("float[] $L = new float[$L]", outputName(output), output.size());
    }
    predict.addStatement("predictInto($L, $L)", inputs, outputs);
    predict.addStatement(single ? "return $L" : "return new Outputs($L)", outputs);
    type.addMethod(predict.build());

    MethodSpec.Builder one =
        visible("predictInto").addJavadoc("$L", Documentation.predict(signature, true));
    inputParameters(one);
    outputParameters(one);
    for (Signature.Tensor input : signature.inputs()) {
      one.addStatement(
          "checkRow($S, $L.length, $L)", input.name(), input.parameter(), input.size());
    }
    for (Signature.Tensor output : signature.outputs()) {
      one.addStatement(
          "checkRow($S, $L.length, $L)", output.name(), outputName(output), output.size());
    }
    if (!code.together().isEmpty()) {
      one.beginControlFlow("if (team == null || !team.run(this, $L, 1, $L))", inputs, outputs);
    }
    one.addStatement("run($L, 0, 1, $L)", inputs, outputs);
    if (!code.together().isEmpty()) {
      one.endControlFlow();
    }
    type.addMethod(one.build());

    MethodSpec.Builder many =
        visible("predictInto").addJavadoc("$L", Documentation.predictRows(signature));
    inputParameters(many);
    many.addParameter(TypeName.INT, "rows");
    outputParameters(many);
    for (Signature.Tensor input : signature.inputs()) {
      many.addStatement(
          "checkRows($S, $L.length, rows, $L)", input.name(), input.parameter(), input.size());
    }
    for (Signature.Tensor output : signature.outputs()) {
      many.addStatement(
          "checkRows($S, $L.length, rows, $L)", output.name(), outputName(output), output.size());
    }
    many.beginControlFlow("if (team == null || !team.run(this, $L, rows, $L))", inputs, outputs);
    many.addStatement("run($L, 0, rows, $L)", inputs, outputs);
    many.endControlFlow();
    type.addMethod(many.build());

    MethodSpec.Builder run =
        MethodSpec.methodBuilder("run")
            .addModifiers(Modifier.PRIVATE)
            .addJavadoc("Rows {@code from} to {@code to}, one block after another.\n");
    inputParameters(run);
    run.addParameter(TypeName.INT, "from").addParameter(TypeName.INT, "to");
    outputParameters(run);
    checkIndices(run);
    run.addStatement("$L k = choice.kernels", KernelClasses.KERNELS);
    if (usesWorkspaces()) {
      run.addStatement("Workspace workspace = borrow()");
      run.beginControlFlow("try");
      run.addStatement("float[] a = workspace.values()");
    }
    run.beginControlFlow("for (int row = from; row < to; row += BLOCK_ROWS)");
    List<String> places = new ArrayList<>(usesWorkspaces() ? List.of("a") : List.of());
    signature.inputs().forEach(input -> places.add(input.parameter() + ", row * " + input.size()));
    places.add("Math.min(BLOCK_ROWS, to - row)");
    signature
        .outputs()
        .forEach(output -> places.add(outputName(output) + ", row * " + output.size()));
    run.addStatement("block(k, $L)", String.join(", ", places));
    run.endControlFlow();
    if (usesWorkspaces()) {
      run.nextControlFlow("finally");
      run.addStatement("workspace.used.setRelease(0)");
      run.endControlFlow();
    }
    type.addMethod(run.build());
  }

  /** Checks the rows {@code from} to {@code to} of inputs of indices. */
  void checkIndices(MethodSpec.Builder method) {
    for (Signature.Tensor input : signature.inputs()) {
      if (input.isIndex()) {
        method.addStatement(
            "checkIndices($S, $L, from * $L, to * $L, $L)",
            input.name(),
            input.parameter(),
            input.size(),
            input.size(),
            input.vocabulary());
      }
    }
  }

  record Argument(TypeName type, String name) {

    /** As a method declares it. */
    String text() {
      return type + " " + name;
    }
  }

  /** The parameters of the method for a block of rows. */
  List<Argument> blockArguments() {
    List<Argument> arguments = new ArrayList<>();
    arguments.add(new Argument(ClassName.bestGuess(KernelClasses.KERNELS), "k"));
    if (usesWorkspaces()) {
      arguments.add(new Argument(ArrayTypeName.of(TypeName.FLOAT), "a"));
    }
    for (int i = 0; i < signature.inputs().size(); i++) {
      boolean index = signature.inputs().get(i).isIndex();
      arguments.add(
          new Argument(ArrayTypeName.of(index ? TypeName.INT : TypeName.FLOAT), "input" + i));
      arguments.add(new Argument(TypeName.INT, "input" + i + "At"));
    }
    arguments.add(new Argument(TypeName.INT, "rows"));
    for (int i = 0; i < signature.outputs().size(); i++) {
      arguments.add(new Argument(ArrayTypeName.of(TypeName.FLOAT), "output" + i));
      arguments.add(new Argument(TypeName.INT, "output" + i + "At"));
    }
    return arguments;
  }

  private void layers(TypeSpec.Builder type) {
    MethodSpec.Builder block =
        MethodSpec.methodBuilder("block")
            .addModifiers(Modifier.PRIVATE)
            .addJavadoc("At most {@link #BLOCK_ROWS} rows through all layers.\n");
    blockArguments().forEach(argument -> block.addParameter(argument.type(), argument.name()));
    Set<LayerMethod> written = new HashSet<>();
    MethodsText methods = MethodsText.ofClass();
    if (code.lanes().isEmpty()) {
      code.rows().forEach(run -> run(run, block, written, methods));
    } else {
      sharedRuns(block, written, methods);
    }
    type.addMethod(block.build());
    type.addMethod(bodies.methods(methods, false));
    if (!code.together().isEmpty()) {
      new SharedRowWriter(this, signature, code.together(), bodies).addTo(type, written);
    }
  }

  /** Runs that differ between rows by themselves and rows in lanes, and those that do not. */
  private void sharedRuns(MethodSpec.Builder block, Set<LayerMethod> written, MethodsText methods) {
    int same = 0;
    int rows = code.rows().size();
    int lanes = code.lanes().size();
    while (same < Math.min(rows, lanes)
        && code.rows().get(rows - 1 - same).equals(code.lanes().get(lanes - 1 - same))) {
      same++;
    }
    block.beginControlFlow("if (rows < LANE_ROWS)");
    code.rows().subList(0, rows - same).forEach(run -> run(run, block, written, methods));
    block.nextControlFlow("else");
    code.lanes().subList(0, lanes - same).forEach(run -> run(run, block, written, methods));
    block.endControlFlow();
    code.rows().subList(rows - same, rows).forEach(run -> run(run, block, written, methods));
  }

  private void run(
      RunCode run, MethodSpec.Builder block, Set<LayerMethod> written, MethodsText methods) {
    if (run.methods().isEmpty()) {
      return;
    }
    if (run.rows() > 0) {
      block.beginControlFlow(
          "for (int first = 0; first < rows; $L)",
          run.rows() == 1 ? "first++" : "first += " + run.rows());
    }
    for (LayerMethod method : run.methods()) {
      String body = LayerMethods.body(method, "float");
      List<String> parameters = new ArrayList<>();
      List<String> values = new ArrayList<>();
      for (Argument argument : blockArguments()) {
        if (LayerMethods.names(body, argument.name())) {
          parameters.add(argument.text());
          values.add(run.rows() == 0 ? argument.name() : ofFewRows(argument.name(), run.rows()));
        }
      }
      if (LayerMethods.names(body, "first")) {
        parameters.add("int first");
        values.add("first");
      }
      block.addStatement("$L($L)", method.name(), String.join(", ", values));
      if (written.add(method)) {
        methods.add(method.documentation(), "private void " + method.name(), parameters, body);
      }
    }
    if (run.rows() > 0) {
      block.endControlFlow();
    }
  }

  /** An argument of {@code block} for the few rows from {@code first} on. */
  private String ofFewRows(String argument, int rows) {
    for (int i = 0; i < signature.inputs().size(); i++) {
      if (argument.equals("input" + i + "At")) {
        return argument + " + first * " + signature.inputs().get(i).size();
      }
    }
    for (int i = 0; i < signature.outputs().size(); i++) {
      if (argument.equals("output" + i + "At")) {
        return argument + " + first * " + signature.outputs().get(i).size();
      }
    }
    if (argument.equals("rows")) {
      return rows == 1 ? "1" : "Math.min(" + rows + ", rows - first)";
    }
    return argument;
  }
}

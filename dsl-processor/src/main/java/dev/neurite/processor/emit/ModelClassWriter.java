package dev.neurite.processor.emit;

import static java.util.stream.Collectors.joining;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.neurite.processor.memory.ParameterLayout;
import dev.neurite.processor.memory.ParameterLayout.Start;
import dev.neurite.processor.memory.ParameterLayout.Storage;
import dev.neurite.processor.memory.ParameterLayout.Tensor;
import dev.neurite.processor.shape.TypedGraph;
import dev.neurite.processor.shape.TypedGraph.LayerNodes;
import dev.neurite.processor.shape.TypedGraph.ModelName;
import dev.neurite.processor.shape.TypedGraph.Node;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.lang.model.element.Modifier;

/**
 * Writes the class that users touch: parameters, layers, training and prediction of one network.
 */
final class ModelClassWriter {

  private static final String SPI = "dev.neurite.spi";
  private static final ClassName DESCRIPTION = ClassName.get(SPI, "ModelDescription");
  private static final ClassName STORED = ClassName.get(SPI, "StoredTensor");
  private static final ClassName STORAGE = ClassName.get(SPI, "Storage");
  private static final ClassName INITIALIZATION = ClassName.get(SPI, "Initialization");
  private static final ClassName LAYER = ClassName.get("dev.neurite.dsl", "Layer");
  private static final TypeName FLOATS = ArrayTypeName.of(TypeName.FLOAT);

  private final TypedGraph graph;
  private final ModelName model;
  private final Signature signature;
  private final ParameterLayout layout;
  private final boolean folds;
  private final boolean cuda;
  private final ModelDevices devices;
  private final ClassName self;
  private final ClassName forward;

  ModelClassWriter(
      TypedGraph graph, Signature signature, ParameterLayout layout, boolean folds, boolean cuda) {
    this.graph = graph;
    this.model = graph.model();
    this.signature = signature;
    this.layout = layout;
    this.folds = folds;
    this.cuda = cuda;
    this.devices = new ModelDevices(model, signature);
    this.self = ClassName.get(model.packageName(), model.prefix() + "Model");
    this.forward = ClassName.get(model.packageName(), model.prefix() + "Forward");
  }

  TypeSpec type(String documentation) {
    TypeSpec.Builder type =
        TypeSpec.classBuilder(self)
            .addModifiers(Modifier.FINAL)
            .superclass(ClassName.get("dev.neurite", "TrainableModel"))
            .addSuperinterface(ClassName.bestGuess(declared()))
            .addJavadoc("$L", documentation);
    if (model.isPublic()) {
      type.addModifiers(Modifier.PUBLIC);
    }
    type.addField(
        FieldSpec.builder(
                DESCRIPTION, "DESCRIPTION", Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
            .initializer("describe()")
            .build());
    type.addField(
        FieldSpec.builder(forward, "forward", Modifier.PRIVATE, Modifier.VOLATILE)
            .addJavadoc(
                "Inference with the parameters of this model; null before the first prediction.\n")
            .build());
    type.addField(
        FieldSpec.builder(forward, "team", Modifier.PRIVATE)
            .addJavadoc("The same on several threads.\n")
            .build());
    type.addField(TypeName.INT, "teamThreads", Modifier.PRIVATE);
    if (folds) {
      type.addField(TypeName.LONG, "folded", Modifier.PRIVATE, Modifier.VOLATILE);
    }
    type.addMethod(
        MethodSpec.constructorBuilder()
            .addModifiers(Modifier.PRIVATE)
            .addParameter(TypeName.LONG, "seed")
            .addStatement("super(DESCRIPTION, seed)")
            .build());
    type.addMethod(
        visible("create")
            .addModifiers(Modifier.STATIC)
            .addJavadoc(
                "A model with initial parameters drawn from {@code seed}: the same seed, the same parameters.\n")
            .returns(self)
            .addParameter(TypeName.LONG, "seed")
            .addStatement("return new $T(seed)", self)
            .build());
    if (cuda) {
      devices.add(type);
    }
    for (LayerNodes layer : graph.layers().stream().filter(LayerNodes::isDeclared).toList()) {
      type.addMethod(
          MethodSpec.methodBuilder(layer.name())
              .addAnnotation(Override.class)
              .addModifiers(Modifier.PUBLIC)
              .returns(LAYER)
              .addStatement("return layer($S)", layer.name())
              .build());
    }
    prediction(type);
    border(type);
    description(type);
    return type.build();
  }

  private String declared() {
    return model.packageName().isEmpty()
        ? model.interfaceName()
        : model.packageName() + "." + model.interfaceName();
  }

  private MethodSpec.Builder visible(String method) {
    MethodSpec.Builder builder = MethodSpec.methodBuilder(method);
    return model.isPublic() ? builder.addModifiers(Modifier.PUBLIC) : builder;
  }

  private void inputs(MethodSpec.Builder method) {
    for (Signature.Tensor input : signature.inputs()) {
      method.addParameter(
          ArrayTypeName.of(input.isIndex() ? TypeName.INT : TypeName.FLOAT), input.parameter());
    }
  }

  private void outputs(MethodSpec.Builder method) {
    signature
        .outputs()
        .forEach(output -> method.addParameter(FLOATS, signature.outputParameter(output)));
  }

  private void prediction(TypeSpec.Builder type) {
    String inputs =
        signature.inputs().stream().map(Signature.Tensor::parameter).collect(joining(", "));
    String outputs =
        signature.outputs().stream().map(signature::outputParameter).collect(joining(", "));
    boolean single = signature.outputs().size() == 1;
    MethodSpec.Builder predict =
        visible("predict").addJavadoc("$L", Documentation.predict(signature, false));
    inputs(predict);
    if (cuda) {
      devices.predict(predict);
    }
    if (single) {
      predict.returns(FLOATS).addStatement("return forward().predict($L)", inputs);
    } else {
      predict.returns(ClassName.bestGuess("Outputs"));
      predict.addStatement("$T.Outputs outputs = forward().predict($L)", forward, inputs);
      predict.addStatement(
          "return new Outputs($L)",
          signature.outputs().stream()
              .map(output -> "outputs." + output.name() + "()")
              .collect(joining(", ")));
      MethodSpec.Builder constructor = MethodSpec.constructorBuilder();
      signature.outputs().forEach(output -> constructor.addParameter(FLOATS, output.name()));
      type.addType(
          TypeSpec.recordBuilder("Outputs")
              .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
              .addJavadoc("The outputs of one row, in the order declared.\n")
              .recordConstructor(constructor.build())
              .build());
    }
    type.addMethod(predict.build());
    MethodSpec.Builder one =
        visible("predictInto").addJavadoc("$L", Documentation.predict(signature, true));
    inputs(one);
    outputs(one);
    if (cuda) {
      devices.predictInto(one, "1");
    }
    type.addMethod(one.addStatement("forward().predictInto($L, $L)", inputs, outputs).build());
    MethodSpec.Builder many =
        visible("predictInto").addJavadoc("$L", Documentation.predictRows(signature));
    inputs(many);
    many.addParameter(TypeName.INT, "rows");
    outputs(many);
    if (cuda) {
      devices.predictInto(many, "rows");
    }
    type.addMethod(
        many.addStatement("forward().predictInto($L, rows, $L)", inputs, outputs).build());
    if (single) {
      MethodSpec.Builder probabilities =
          visible("probabilities")
              .addJavadoc(
                  "Predicts one row as probabilities: softmax of several logits, sigmoid of one; what are probabilities already stays"
                      + " as it is.\n\n@throws IllegalArgumentException if a length is another\n")
              .returns(FLOATS);
      inputs(probabilities);
      type.addMethod(
          probabilities
              .addStatement(
                  "return $T.of(predict($L), $T.Values.$L)",
                  ClassName.get(SPI, "Probabilities"),
                  inputs,
                  DESCRIPTION,
                  signature.outputs().getFirst().last())
              .build());
    }
  }

  private void border(TypeSpec.Builder type) {
    CodeBlock.Builder body = CodeBlock.builder();
    body.addStatement("$T current = forward", forward);
    if (folds) {
      body.beginControlFlow("if (current == null || folded != version())");
    } else {
      body.beginControlFlow("if (current == null)");
    }
    body.beginControlFlow("synchronized (DESCRIPTION)");
    body.addStatement("current = forward");
    if (folds) {
      body.addStatement("long version = version()");
    }
    body.beginControlFlow("if (current == null)");
    body.addStatement("current = $T.of(flatParameters(), flatState())", forward);
    body.addStatement("forward = current");
    if (folds) {
      body.nextControlFlow("else if (folded != version)");
      body.addStatement("current.refresh(flatParameters(), flatState())");
    }
    body.endControlFlow();
    if (folds) {
      body.addStatement("folded = version");
    }
    body.endControlFlow();
    body.endControlFlow();
    body.addStatement("return current");
    type.addMethod(
        MethodSpec.methodBuilder("forward")
            .addModifiers(Modifier.PRIVATE)
            .addJavadoc("Inference with the parameters as they are now.\n")
            .returns(forward)
            .addCode(body.build())
            .build());
    type.addMethod(
        MethodSpec.methodBuilder("newProgram")
            .addAnnotation(Override.class)
            .addModifiers(Modifier.PROTECTED)
            .returns(ClassName.get(SPI, "TrainingProgram"))
            .addParameter(FLOATS, "gradients")
            .addParameter(TypeName.INT, "maxRows")
            .addStatement(
                "return new $T(flatParameters(), flatState(), gradients, maxRows, $T.usesVectors())",
                ClassName.get(model.packageName(), model.prefix() + "Backward"),
                forward)
            .build());
    CodeBlock.Builder infer = CodeBlock.builder();
    infer.addStatement("$T network = forward()", forward);
    infer.beginControlFlow("if (threads > 1)");
    infer.beginControlFlow("if (team == null || teamThreads != threads)");
    infer.addStatement("team = network.parallel(threads)");
    infer.addStatement("teamThreads = threads");
    infer.endControlFlow();
    infer.addStatement("network = team");
    infer.endControlFlow();
    StringBuilder arguments = new StringBuilder();
    for (int i = 0; i < signature.inputs().size(); i++) {
      arguments.append("(%s) inputs[%d], ".formatted(signature.inputs().get(i).javaType(), i));
    }
    arguments.append("rows");
    for (int i = 0; i < signature.outputs().size(); i++) {
      arguments.append(", outputs[").append(i).append(']');
    }
    infer.addStatement("network.predictInto($L)", arguments);
    type.addMethod(
        MethodSpec.methodBuilder("infer")
            .addAnnotation(Override.class)
            .addModifiers(Modifier.PROTECTED)
            .addParameter(ArrayTypeName.of(Object.class), "inputs")
            .addParameter(TypeName.INT, "rows")
            .addParameter(ArrayTypeName.of(FLOATS), "outputs")
            .addParameter(TypeName.INT, "threads")
            .addCode(infer.build())
            .build());
  }

  private void description(TypeSpec.Builder type) {
    CodeBlock.Builder describe = CodeBlock.builder();
    ClassName list = ClassName.get(List.class);
    ClassName arrayList = ClassName.get("java.util", "ArrayList");
    describe.addStatement("$T<$T.LayerRow> layers = new $T<>()", list, DESCRIPTION, arrayList);
    describe.addStatement("$T<$T> tensors = new $T<>()", list, STORED, arrayList);
    Set<String> names = new HashSet<>();
    for (LayerNodes layer : graph.layers()) {
      String name = layer.name().replace('.', '_');
      String start = "describe" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
      String method = start;
      for (int i = 2; !names.add(method); i++) {
        method = start + "_" + i;
      }
      describe.addStatement("$L(layers, tensors)", method);
      type.addMethod(layer(layer, method));
    }
    describe.add("return new $T(\n", DESCRIPTION).indent().indent();
    describe.add(
        "$S,\n", model.interfaceName().substring(model.interfaceName().lastIndexOf('.') + 1));
    describe.add(
        "$T.of($L),\n",
        list,
        signature.inputs().stream().map(this::input).collect(CodeBlock.joining(", ")));
    describe.add(
        "$T.of($L),\n",
        list,
        signature.outputs().stream().map(this::output).collect(CodeBlock.joining(", ")));
    describe
        .add("layers, tensors, $L, $L);\n", layout.parameterLength(), layout.stateLength())
        .unindent()
        .unindent();
    type.addMethod(
        MethodSpec.methodBuilder("describe")
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
            .returns(DESCRIPTION)
            .addCode(describe.build())
            .build());
  }

  private MethodSpec layer(LayerNodes layer, String method) {
    CodeBlock.Builder body = CodeBlock.builder();
    Node first = graph.node(layer.nodes().getFirst());
    Node last = graph.node(layer.last());
    long multiplyAdds = 0;
    for (int id : layer.nodes()) {
      multiplyAdds += graph.costs(graph.node(id)).multiplyAdds();
    }
    CodeBlock inputs =
        first.inputs().stream()
            .map(input -> shape(graph.node(input).type().shape()))
            .collect(CodeBlock.joining(", "));
    body.addStatement(
        "layers.add(new $T.LayerRow($S, $S, $T.of($L), $L, $LL))",
        DESCRIPTION,
        layer.name(),
        layer.description(),
        List.class,
        inputs,
        shape(last.type().shape()),
        multiplyAdds);
    for (Tensor tensor : layout.tensors()) {
      if (layer.nodes().contains(tensor.node())) {
        body.addStatement(
            "tensors.add(new $T($S, $S, $L, $T.Role.$L, $L, $L))",
            STORED,
            tensor.layer(),
            tensor.leaf(),
            shape(tensor.shape()),
            STORED,
            tensor.role(),
            storage(tensor.storage()),
            start(tensor.start()));
      }
    }
    return MethodSpec.methodBuilder(method)
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
        .addParameter(
            ParameterizedTypeName.get(
                ClassName.get(List.class), DESCRIPTION.nestedClass("LayerRow")),
            "layers")
        .addParameter(ParameterizedTypeName.get(ClassName.get(List.class), STORED), "tensors")
        .addCode(body.build())
        .build();
  }

  private static CodeBlock shape(List<Integer> shape) {
    return CodeBlock.of(
        "$T.of($L)", List.class, shape.stream().map(String::valueOf).collect(joining(", ")));
  }

  private CodeBlock input(Signature.Tensor input) {
    return CodeBlock.of(
        "new $T.Input($S, $L, $L)",
        DESCRIPTION,
        input.name(),
        shape(input.type().shape()),
        input.vocabulary());
  }

  private CodeBlock output(Signature.Tensor output) {
    return CodeBlock.of(
        "new $T.Output($S, $L, $T.Values.$L)",
        DESCRIPTION,
        output.name(),
        shape(output.type().shape()),
        DESCRIPTION,
        output.last());
  }

  private static CodeBlock storage(Storage storage) {
    return switch (storage) {
      case Storage.Panels panels ->
          CodeBlock.of(
              "new $T.Panels($L, $L, $L, $L, $L, $L)",
              STORAGE,
              panels.offset(),
              panels.groups(),
              panels.outputs(),
              panels.channels(),
              panels.height(),
              panels.width());
      case Storage.Rows rows ->
          CodeBlock.of(
              "new $T.Rows($L, $L, $L, $L)",
              STORAGE,
              rows.offset(),
              rows.rows(),
              rows.columns(),
              rows.stride());
    };
  }

  private static CodeBlock start(Start start) {
    return switch (start) {
      case Start.Uniform uniform ->
          CodeBlock.of(
              "new $T.Uniform($Lf, $Lf)",
              INITIALIZATION,
              (float) uniform.low(),
              (float) uniform.high());
      case Start.Normal normal ->
          CodeBlock.of(
              "new $T.Normal($Lf, $Lf)",
              INITIALIZATION,
              (float) normal.mean(),
              (float) normal.deviation());
      case Start.Constant constant ->
          CodeBlock.of("new $T.Constant($Lf)", INITIALIZATION, (float) constant.value());
      case Start.Orthogonal orthogonal ->
          CodeBlock.of("new $T.Orthogonal($Lf)", INITIALIZATION, (float) orthogonal.gain());
    };
  }
}

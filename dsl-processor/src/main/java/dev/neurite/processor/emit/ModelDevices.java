package dev.neurite.processor.emit;

import static java.util.stream.Collectors.joining;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.neurite.processor.shape.TypedGraph.ModelName;
import java.util.stream.IntStream;
import javax.lang.model.element.Modifier;

/** What the class that users touch has more where the network also runs on a GPU. */
final class ModelDevices {

  private static final ClassName DEVICE = ClassName.get("dev.neurite", "Device");

  private final ModelName model;
  private final Signature signature;
  private final ClassName self;

  ModelDevices(ModelName model, Signature signature) {
    this.model = model;
    this.signature = signature;
    this.self = ClassName.get(model.packageName(), model.prefix() + "Model");
  }

  /** Adds what moves a model to a device. */
  void add(TypeSpec.Builder type) {
    MethodSpec.Builder create =
        MethodSpec.methodBuilder("create")
            .addModifiers(Modifier.STATIC)
            .addJavadoc(
                "The same model on a device.\n\n@throws IllegalStateException if there is no such"
                    + " device\n")
            .returns(self)
            .addParameter(TypeName.LONG, "seed")
            .addParameter(DEVICE, "device")
            .addStatement("return create(seed).to(device)");
    if (model.isPublic()) {
      create.addModifiers(Modifier.PUBLIC);
    }
    type.addMethod(create.build());
    type.addMethod(
        MethodSpec.methodBuilder("to")
            .addAnnotation(Override.class)
            .addModifiers(Modifier.PUBLIC)
            .returns(self)
            .addParameter(DEVICE, "device")
            .addStatement("super.to(device)")
            .addStatement("return this")
            .build());
    type.addMethod(
        MethodSpec.methodBuilder("gpuProgram")
            .addAnnotation(Override.class)
            .addModifiers(Modifier.PROTECTED)
            .returns(DeviceCode.PROGRAM)
            .addStatement(
                "return new $T()", ClassName.get(model.packageName(), model.prefix() + "Cuda"))
            .build());
  }

  private String inputs() {
    return signature.inputs().stream().map(Signature.Tensor::parameter).collect(joining(", "));
  }

  /** Begins a method that predicts one row: on the GPU if the model is there. */
  void predict(MethodSpec.Builder method) {
    int count = signature.outputs().size();
    String arrays =
        signature.outputs().stream()
            .map(output -> "new float[" + output.size() + "]")
            .collect(joining(", "));
    String all =
        IntStream.range(0, count).mapToObj(i -> "outputs[" + i + "]").collect(joining(", "));
    method
        .beginControlFlow("if (isOnGpu())")
        .addStatement("float[][] outputs = {$L}", arrays)
        .addStatement("inferOnGpu(new Object[] {$L}, 1, outputs)", inputs())
        .addStatement(count == 1 ? "return $L" : "return new Outputs($L)", all)
        .endControlFlow();
  }

  /** Begins a method that predicts so many rows into arrays: on the GPU if the model is there. */
  void predictInto(MethodSpec.Builder method, String rows) {
    String outputs =
        signature.outputs().stream().map(signature::outputParameter).collect(joining(", "));
    method
        .beginControlFlow("if (isOnGpu())")
        .addStatement(
            "inferOnGpu(new Object[] {$L}, $L, new float[][] {$L})", inputs(), rows, outputs)
        .addStatement("return")
        .endControlFlow();
  }
}

package dev.neurite.processor.emit;

import static java.util.stream.Collectors.joining;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.neurite.processor.memory.InferenceMemory;
import javax.lang.model.element.Modifier;

/** Writes the nested class of inference that says which kernels a call uses. */
final class ChoiceWriter {

  private final String name;
  private final Signature signature;
  private final InferenceMemory memory;
  private final boolean vectors;
  private final boolean workspaces;

  ChoiceWriter(
      String name,
      Signature signature,
      InferenceMemory memory,
      boolean vectors,
      boolean workspaces) {
    this.name = name;
    this.signature = signature;
    this.memory = memory;
    this.vectors = vectors;
    this.workspaces = workspaces;
  }

  private static FieldSpec.Builder field(TypeName type, String field, Modifier... modifiers) {
    return FieldSpec.builder(type, field, modifiers).addModifiers(Modifier.PRIVATE);
  }

  private String scratch(boolean one) {
    StringBuilder text = new StringBuilder();
    for (Signature.Tensor input : signature.inputs()) {
      text.append(
          "%s %sScratch = new %s[%s];%n"
              .formatted(
                  input.javaType(),
                  input.parameter(),
                  input.javaType().replace("[]", ""),
                  one ? input.size() : input.size() + " * BLOCK_ROWS"));
    }
    for (Signature.Tensor output : signature.outputs()) {
      text.append(
          "float[] %sScratch = new float[%s];%n"
              .formatted(
                  signature.outputParameter(output),
                  one ? output.size() : output.size() + " * BLOCK_ROWS"));
    }
    return text.toString();
  }

  private String call(String kernels, String rows) {
    String inputs =
        signature.inputs().stream()
            .map(input -> input.parameter() + "Scratch, 0")
            .collect(joining(", "));
    String outputs =
        signature.outputs().stream()
            .map(output -> signature.outputParameter(output) + "Scratch, 0")
            .collect(joining(", "));
    String workspace = workspaces ? "a, " : "";
    return "model.block("
        + (kernels + ", " + workspace + inputs + ", " + rows + ", " + outputs)
        + ");";
  }

  /** A call of one row that asks for its kernels. */
  private String asking() {
    String call = call("Mixed.ASKING", "1");
    return workspaces
        ? """
          Workspace workspace = model.borrow();
          try {
            float[] a = workspace.values();
            %s
          } finally {
            workspace.used.setRelease(0);
          }
          """
            .formatted(call)
            .strip()
        : call;
  }

  TypeSpec type() {
    return vectors ? choiceOfTwo() : scalarOnly();
  }

  private TypeSpec scalarOnly() {
    ClassName model = ClassName.bestGuess(name);
    return TypeSpec.classBuilder("Choice")
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
        .addJavadoc(
            "Scalar kernels: the module of this class could not see the Vector API when it was generated.\n")
        .addField(
            field(ClassName.bestGuess(KernelClasses.KERNELS), "kernels", Modifier.FINAL)
                .initializer("new Scalar()")
                .build())
        .addMethod(MethodSpec.methodBuilder("begin").addParameter(model, "model").build())
        .addMethod(MethodSpec.methodBuilder("warmUp").addParameter(model, "model").build())
        .build();
  }

  private TypeSpec choiceOfTwo() {
    TypeSpec.Builder type =
        TypeSpec.classBuilder("Choice")
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
            .addSuperinterface(Runnable.class)
            .addJavadoc(
                "Which kernels calls use: of each the scalar one until its vector code has been compiled, which takes the compiler of"
                    + " the JVM some thousand calls. {@code -Dneurite.warmup=background|now|off}.\n");
    type.addField(
        field(ClassName.bestGuess(KernelClasses.KERNELS), "kernels", Modifier.VOLATILE)
            .initializer("new Scalar()")
            .build());
    type.addField(
        field(ClassName.bestGuess(name), "model")
            .addJavadoc("The network that asks for the code of single rows.\n")
            .build());
    type.addMethod(
        MethodSpec.methodBuilder("run")
            .addAnnotation(Override.class)
            .addModifiers(Modifier.PUBLIC)
            .addCode(
                TypedCode.of(
                    """
                    %s
                    %s
                    Exercise.start();
                    """
                        .formatted(scratch(true).strip(), asking())))
            .build());
    type.addMethod(
        MethodSpec.methodBuilder("begin")
            .addParameter(ClassName.bestGuess(name), "model")
            .addCode(
                """
                if (!usesVectors()) {
                  return;
                }
                String mode = System.getProperty("neurite.warmup", "background");
                switch (mode) {
                  case "off" -> kernels = new Simd();
                  case "now" -> warmUp(model);
                  case "background" -> {
                    kernels = Mixed.ALL;
                    this.model = model;
                    Thread thread = new Thread(this, "neurite-warmup");
                    thread.setDaemon(true);
                    thread.start();
                  }
                  default ->
                      throw new IllegalArgumentException(
                          "-Dneurite.warmup is " + mode + ", expected background, now or off");
                }
                """)
            .build());
    type.addMethod(
        MethodSpec.methodBuilder("warmUp")
            .addJavadoc("Has all vector code compiled, and calls it on scratch data for a while.\n")
            .addParameter(ClassName.bestGuess(name), "model")
            .addCode(
                TypedCode.of(
                    """
                    if (!usesVectors() || kernels instanceof Simd) {
                      return;
                    }
                    if (!Exercise.all()) {
                      return;
                    }
                    Simd simd = new Simd();
                    %s
                    %s
                    long start = System.nanoTime();
                    for (int call = 0; call < 6000 && System.nanoTime() - start < 500_000_000L; call++) {
                      %s
                      if (call %% 64 == 63) {
                        %s
                      }
                    }
                    kernels = simd;
                    """
                        .formatted(
                            workspaces ? "float[] a = new float[WORKSPACE];" : "",
                            scratch(memory.blockRows() == 1).strip(),
                            call("simd", "1"),
                            call("simd", "BLOCK_ROWS"))))
            .build());
    return type.build();
  }
}

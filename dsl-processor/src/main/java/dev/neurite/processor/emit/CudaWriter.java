package dev.neurite.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.neurite.processor.cuda.Buffer.Slot;
import dev.neurite.processor.cuda.CudaKernel;
import dev.neurite.processor.cuda.CudaLayout.Stored;
import dev.neurite.processor.cuda.CudaMemory;
import dev.neurite.processor.cuda.CudaProgram;
import dev.neurite.processor.cuda.DeviceMethod;
import dev.neurite.processor.cuda.DeviceMethod.Condition;
import dev.neurite.processor.memory.ParameterLayout.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.lang.model.element.Modifier;

/**
 * Writes the class that runs one network on a GPU: kernels in CUDA C, and the calls that run them.
 */
final class CudaWriter {

  private static final ClassName LIST = ClassName.get(List.class);

  /** Characters of one text block: a constant of a class file holds 65,535 bytes. */
  private static final int BLOCK = 30_000;

  private static final int LONGEST = 65_000;

  /** Tensors that one method lists: a method has at most 65,535 bytes. */
  private static final int TENSORS = 200;

  private final CudaProgram program;
  private final Bodies bodies = new Bodies();

  CudaWriter(CudaProgram program) {
    this.program = program;
  }

  /** The texts that the class is written without. */
  Bodies bodies() {
    return bodies;
  }

  TypeSpec type(String name, String documentation) {
    TypeSpec.Builder type =
        TypeSpec.classBuilder(name)
            .addModifiers(Modifier.FINAL)
            .addSuperinterface(DeviceCode.PROGRAM)
            .addJavadoc("$L", documentation);
    List<String> sources = sources(type);
    slots(type, program.training());
    slots(type, program.inference());
    type.addMethod(
        overriding("source", ClassName.get(String.class))
            .addStatement(
                "return $T.join($S, $T.DECLARATION, $L)",
                String.class,
                "\n",
                DeviceCode.STEP,
                String.join(", ", sources))
            .build());
    layout(type);
    memory(type, "trainingMemory", program.training());
    memory(type, "inferenceMemory", program.inference());
    pass(type, "forward", program.forward(), List.of("training"));
    pass(type, "backward", program.backward(), List.of("training", "inputGradients"));
    pass(type, "infer", program.infer(), List.of());
    methods(type, program.forward());
    methods(type, program.backward());
    methods(type, program.infer());
    DeviceCode.addHelpers(type);
    return type.build();
  }

  private static MethodSpec.Builder overriding(String name, TypeName returned) {
    return MethodSpec.methodBuilder(name)
        .addAnnotation(Override.class)
        .addModifiers(Modifier.PUBLIC)
        .returns(returned);
  }

  /** Constants of CUDA C, and their names. */
  private List<String> sources(TypeSpec.Builder type) {
    List<String> names = new ArrayList<>();
    if (!program.functions().isEmpty()) {
      names.add(source(type, "FUNCTIONS", "What kernels call.", program.functions()));
    }
    StringBuilder block = new StringBuilder();
    int number = 1;
    for (CudaKernel kernel : program.kernels()) {
      if (!block.isEmpty() && block.length() + kernel.text().length() > BLOCK) {
        names.add(source(type, "KERNELS_" + number++, "Kernels.", block.toString()));
        block.setLength(0);
      }
      block.append(block.isEmpty() ? "" : "\n").append(kernel.text());
    }
    if (!block.isEmpty()) {
      names.add(source(type, "KERNELS_" + number, "Kernels.", block.toString()));
    }
    if (names.isEmpty()) {
      names.add(source(type, "FUNCTIONS", "Products alone need no kernel.", "\n"));
    }
    return names;
  }

  private String source(TypeSpec.Builder type, String name, String comment, String text) {
    if (text.length() > LONGEST) {
      throw new IllegalStateException("a kernel of " + text.length() + " characters in " + name);
    }
    String block =
        Arrays.stream(text.split("\n", -1))
            .map(line -> line.replace("\\", "\\\\"))
            .collect(Collectors.joining("\n", "\"\"\"\n", "\"\"\""));
    type.addField(
        FieldSpec.builder(String.class, name, Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
            .addJavadoc("$L\n", comment)
            .initializer(bodies.value(block))
            .build());
    return name;
  }

  private static void slots(TypeSpec.Builder type, CudaMemory memory) {
    memory
        .places()
        .forEach(
            (slot, place) ->
                type.addField(
                    FieldSpec.builder(
                            DeviceCode.PLACE,
                            slot.name(),
                            Modifier.PRIVATE,
                            Modifier.STATIC,
                            Modifier.FINAL)
                        .initializer(
                            "$T.workspace($L, $L)", DeviceCode.PLACE, place.fixed(), place.perRow())
                        .build()));
  }

  private void layout(TypeSpec.Builder type) {
    ClassName storage = ClassName.get("dev.neurite.spi", "Storage");
    ClassName layout = DeviceCode.PROGRAM.nestedClass("GpuLayout");
    CodeBlock.Builder body = CodeBlock.builder();
    body.addStatement("$T<$T> tensors = new $T<>()", LIST, storage, ClassName.get(ArrayList.class));
    List<Stored> tensors = program.layout().tensors();
    for (int start = 0, part = 1; start < tensors.size(); start += TENSORS, part++) {
      MethodSpec.Builder some =
          MethodSpec.methodBuilder("tensors" + part)
              .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
              .addParameter(ParameterizedTypeName.get(LIST, storage), "tensors");
      for (Stored stored : tensors.subList(start, Math.min(start + TENSORS, tensors.size()))) {
        some.addComment("$L", stored.tensor().layer() + "." + stored.tensor().leaf());
        some.addStatement("tensors.add($L)", storage(storage, stored));
      }
      type.addMethod(some.build());
      body.addStatement("tensors$L(tensors)", part);
    }
    body.addStatement(
        "return new $T($LL, $LL, tensors)",
        layout,
        program.layout().parameterFloats(),
        program.layout().stateFloats());
    type.addMethod(overriding("layout", layout).addCode(body.build()).build());
  }

  private static CodeBlock storage(ClassName storage, Stored stored) {
    return switch (stored.tensor().storage()) {
      case Storage.Panels panels ->
          CodeBlock.of(
              "new $T.ChannelsLast($L, $L, $L, $L, $L)",
              storage,
              stored.offset(),
              panels.groups() * panels.outputs(),
              panels.channels(),
              panels.height(),
              panels.width());
      case Storage.Rows rows ->
          CodeBlock.of(
              "new $T.Rows($L, $L, $L, $L)",
              storage,
              stored.offset(),
              rows.rows(),
              rows.columns(),
              rows.columns());
    };
  }

  private static void memory(TypeSpec.Builder type, String name, CudaMemory memory) {
    MethodSpec.Builder method = overriding(name, DeviceCode.MEMORY);
    CodeBlock outputs = list(memory.outputs());
    if (memory.outputGradients().isEmpty()) {
      method.addStatement(
          "return $T.inference($LL, $LL, $L)",
          DeviceCode.MEMORY,
          memory.fixedFloats(),
          memory.rowFloats(),
          outputs);
    } else {
      method.addStatement(
          "return new $T($LL, $LL, $L, $L, $T.asList($L))",
          DeviceCode.MEMORY,
          memory.fixedFloats(),
          memory.rowFloats(),
          outputs,
          list(memory.outputGradients()),
          ClassName.get(Arrays.class),
          memory.inputGradients().stream()
              .map(slot -> slot.map(Slot::name).orElse("($T) null"))
              .map(
                  slot ->
                      slot.startsWith("(")
                          ? CodeBlock.of(slot, DeviceCode.PLACE)
                          : CodeBlock.of("$L", slot))
              .collect(CodeBlock.joining(", ")));
    }
    type.addMethod(method.build());
  }

  private static CodeBlock list(List<Slot> slots) {
    return CodeBlock.of(
        "$T.of($L)", LIST, slots.stream().map(Slot::name).collect(Collectors.joining(", ")));
  }

  /** One pass: its methods one after another. */
  private static void pass(
      TypeSpec.Builder type, String name, List<DeviceMethod> methods, List<String> flags) {
    MethodSpec.Builder pass =
        overriding(name, TypeName.VOID)
            .addParameter(DeviceCode.CALLS, "calls")
            .addParameter(TypeName.INT, "rows");
    flags.forEach(flag -> pass.addParameter(TypeName.BOOLEAN, flag));
    for (DeviceMethod method : methods) {
      String call =
          "%s(calls, rows%s)"
              .formatted(
                  method.name(),
                  DeviceCode.flags(method).stream()
                      .map(flag -> ", " + flag)
                      .collect(Collectors.joining()));
      if (method.condition() == Condition.ALWAYS) {
        pass.addStatement("$L", call);
      } else {
        pass.beginControlFlow("if ($L)", condition(method.condition()));
        pass.addStatement("$L", call);
        pass.endControlFlow();
      }
    }
    type.addMethod(pass.build());
  }

  private static String condition(Condition condition) {
    return switch (condition) {
      case ALWAYS -> "true";
      case TRAINING -> "training";
      case EVALUATION -> "!training";
      case INPUT_GRADIENTS -> "inputGradients";
    };
  }

  private static void methods(TypeSpec.Builder type, List<DeviceMethod> methods) {
    for (DeviceMethod method : methods) {
      MethodSpec.Builder builder =
          MethodSpec.methodBuilder(method.name())
              .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
              .addJavadoc(
                  "$L.\n",
                  method.comment().replace("->", "to").replace("&", "and").replace("<", "below"))
              .addParameter(DeviceCode.CALLS, "calls")
              .addParameter(TypeName.INT, "rows");
      DeviceCode.flags(method).forEach(flag -> builder.addParameter(TypeName.BOOLEAN, flag));
      IntStream.range(0, method.steps().size())
          .forEach(i -> builder.addCode(DeviceCode.of(method.steps().get(i))));
      type.addMethod(builder.build());
    }
  }
}

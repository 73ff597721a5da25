package dev.neurite.processor.emit;

import static java.util.stream.Collectors.joining;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.neurite.processor.emit.ForwardWriter.Argument;
import dev.neurite.processor.lower.LayerMethod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.lang.model.element.Modifier;

/** Writes the methods of inference by which a team shares the large layers of one row. */
final class SharedRowWriter {

  private final ForwardWriter forward;
  private final List<LayerMethod> steps;
  private final Bodies bodies;

  /** What the parameters of a layer's method are for the row in {@code row}. */
  private final Map<String, String> ofRow = new HashMap<>(Map.of("rows", "1", "first", "0"));

  /**
   * The methods of one class.
   *
   * @param steps the layers of a row, in order, those in units being shared
   * @param bodies of the class
   */
  SharedRowWriter(
      ForwardWriter forward, Signature signature, List<LayerMethod> steps, Bodies bodies) {
    this.forward = forward;
    this.steps = steps;
    this.bodies = bodies;
    for (int i = 0; i < signature.inputs().size(); i++) {
      Signature.Tensor input = signature.inputs().get(i);
      ofRow.put("input" + i, input.parameter());
      ofRow.put("input" + i + "At", "row * " + input.size());
    }
    for (int i = 0; i < signature.outputs().size(); i++) {
      Signature.Tensor output = signature.outputs().get(i);
      ofRow.put("output" + i, signature.outputParameter(output));
      ofRow.put("output" + i + "At", "row * " + output.size());
    }
  }

  /**
   * Adds them.
   *
   * @param written the methods of layers that the class has; those that are added come to them
   */
  void addTo(TypeSpec.Builder type, Set<LayerMethod> written) {
    MethodSpec.Builder together =
        MethodSpec.methodBuilder("together")
            .addModifiers(Modifier.PRIVATE)
            .addJavadoc(
                "Rows {@code from} to {@code to}, one after another, the large layers of each shared by a team.\n")
            .addParameter(ClassName.bestGuess("Team"), "team");
    forward.inputParameters(together);
    together.addParameter(TypeName.INT, "from").addParameter(TypeName.INT, "to");
    forward.outputParameters(together);
    forward.checkIndices(together);
    together.addStatement("$L k = choice.kernels", KernelClasses.KERNELS);
    together.addStatement("Workspace workspace = borrow()");
    together.beginControlFlow("try");
    together.addStatement("float[] a = workspace.values()");
    together.beginControlFlow("for (int row = from; row < to; row++)");
    together.addStatement("team.begin(k, a, row)");
    List<Argument> ofParts = ofParts();
    MethodsText methods = MethodsText.ofClass();
    StringBuilder cases = new StringBuilder();
    int layer = 0;
    for (LayerMethod step : steps) {
      String body = LayerMethods.body(step, "float");
      switch (step.split()) {
        case LayerMethod.Split.Rows ignored -> {
          List<Argument> named = named(body, ofRows());
          String values =
              named.stream()
                  .map(argument -> ofRow.getOrDefault(argument.name(), argument.name()))
                  .collect(joining(", "));
          together.addStatement("$L($L)", step.name(), values);
          add(step, body, named, written, methods);
        }
        case LayerMethod.Split.Part ignored ->
            throw new IllegalStateException("a layer of one row that takes parts: " + step.name());
        case LayerMethod.Split.Units units -> {
          List<Argument> named = named(body, ofParts);
          together.addStatement("team.share($L, $L, $L)", layer, units.count(), units.multiple());
          add(step, body, named, written, methods);
          String values = named.stream().map(Argument::name).collect(joining(", "));
          cases.append("  case " + layer++ + " -> " + step.name() + "(" + values + ");\n");
        }
      }
    }
    together.endControlFlow();
    together.nextControlFlow("finally");
    together.addStatement("workspace.used.setRelease(0)");
    together.endControlFlow();
    type.addMethod(together.build());
    type.addMethod(part(ofParts, cases.toString()));
    type.addMethod(bodies.methods(methods, false));
  }

  private static void add(
      LayerMethod step,
      String body,
      List<Argument> arguments,
      Set<LayerMethod> written,
      MethodsText methods) {
    if (written.add(step)) {
      List<String> parameters = arguments.stream().map(Argument::text).toList();
      methods.add(step.documentation(), "private void " + step.name(), parameters, body);
    }
  }

  private MethodSpec part(List<Argument> arguments, String cases) {
    MethodSpec.Builder part =
        MethodSpec.methodBuilder("part")
            .addModifiers(Modifier.PRIVATE)
            .addJavadoc(
                "Some units of a layer of one row; {@code t} is a workspace of this thread alone.\n")
            .addParameter(TypeName.INT, "layer");
    arguments.forEach(argument -> part.addParameter(argument.type(), argument.name()));
    String body =
        "switch (layer) {\n" + cases + "  default -> throw new AssertionError(layer);\n}\n";
    return part.addCode(bodies.plain(body)).build();
  }

  private List<Argument> ofRows() {
    List<Argument> arguments = new ArrayList<>(forward.blockArguments());
    arguments.add(new Argument(TypeName.INT, "first"));
    return arguments;
  }

  private List<Argument> ofParts() {
    List<Argument> arguments = new ArrayList<>(forward.blockArguments());
    arguments.removeIf(argument -> argument.name().equals("rows"));
    arguments.add(2, new Argument(ArrayTypeName.of(TypeName.FLOAT), "t"));
    arguments.add(new Argument(TypeName.INT, "from"));
    arguments.add(new Argument(TypeName.INT, "to"));
    return arguments;
  }

  private static List<Argument> named(String body, List<Argument> arguments) {
    return arguments.stream()
        .filter(argument -> LayerMethods.names(body, argument.name()))
        .toList();
  }
}

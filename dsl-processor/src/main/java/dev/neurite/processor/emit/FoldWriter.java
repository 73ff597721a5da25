package dev.neurite.processor.emit;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.WinogradTiles;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.kernel.Winograd;
import dev.neurite.processor.memory.DerivedParameters;
import dev.neurite.processor.memory.DerivedParameters.Fold;
import dev.neurite.processor.memory.ParameterLayout;
import dev.neurite.processor.memory.ParameterLayout.Storage;
import javax.lang.model.element.Modifier;

/**
 * Writes how the parameters of inference follow from those of training: batch normalisation becomes
 * scale and shift.
 */
final class FoldWriter {

  private static final TypeName FLOATS = ArrayTypeName.of(TypeName.FLOAT);

  private final ArrangedGraph graph;
  private final ParameterLayout layout;
  private final DerivedParameters derived;

  FoldWriter(ArrangedGraph graph, ParameterLayout layout, DerivedParameters derived) {
    this.graph = graph;
    this.layout = layout;
    this.derived = derived;
  }

  boolean isEmpty() {
    return derived.folds().isEmpty() && derived.turns().isEmpty() && derived.transforms().isEmpty();
  }

  void addTo(TypeSpec.Builder type) {
    MethodSpec.Builder fold =
        MethodSpec.methodBuilder("fold")
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
            .returns(FLOATS)
            .addParameter(FLOATS, "parameters")
            .addParameter(FLOATS, "state");
    if (isEmpty()) {
      fold.addJavadoc(
          "The parameters as they are: nothing follows from them that inference needs.\n");
      type.addMethod(fold.addStatement("return parameters").build());
      return;
    }
    fold.addJavadoc(
        "A copy of the parameters, every batch normalisation as a scale and a shift, and weights turned around or transformed"
            + " that are used so.\n");
    fold.addStatement(
        "float[] q = $T.copyOf(parameters, $L)", java.util.Arrays.class, derived.length());
    for (Fold one : derived.folds()) {
      fold.addCode(code(one));
    }
    derived.turns().forEach(turn -> fold.addCode(code(turn)));
    derived.transforms().forEach(transform -> fold.addCode(code(transform)));
    type.addMethod(fold.addStatement("return q").build());
    if (!derived.turns().isEmpty()) {
      type.addMethod(turnMethod());
    }
    if (derived.folds().isEmpty()) {
      return;
    }
    type.addMethod(scaleMethod());
    if (derived.folds().stream().anyMatch(one -> one.linear() >= 0)) {
      type.addMethod(intoWeightsMethod());
    }
  }

  private CodeBlock code(Fold fold) {
    ArrangedNode node = graph.node(fold.node());
    Operation.BatchNorm norm = (Operation.BatchNorm) ((Work.Compute) node.work()).operation();
    int origin = node.origin();
    CodeBlock.Builder code = CodeBlock.builder();
    code.addStatement(
        "scaleAndShift(q, state, $L, $L, $L, $L, $L, $Lf, $L, $L)",
        node.type().shape().getFirst(),
        norm.affine() ? layout.tensor(origin, "weight").storage().offset() : -1,
        norm.affine() ? layout.tensor(origin, "bias").storage().offset() : -1,
        layout.tensor(origin, "running_mean").storage().offset(),
        layout.tensor(origin, "running_var").storage().offset(),
        (float) norm.epsilon(),
        fold.scaleAt(),
        fold.shiftAt());
    if (fold.linear() >= 0) {
      ArrangedNode linear = graph.node(fold.linear());
      Storage.Panels weight = (Storage.Panels) layout.tensor(linear.origin(), "weight").storage();
      Operation operation = ((Work.Compute) linear.work()).operation();
      boolean biased =
          (operation instanceof Operation.Dense dense && dense.bias())
              || (operation instanceof Operation.Conv2D conv && conv.bias());
      code.addStatement(
          "intoWeights(q, $L, $L, $L, $L, $L, $L)",
          weight.offset(),
          weight.channels() * weight.height() * weight.width(),
          weight.outputs(),
          biased ? layout.tensor(linear.origin(), "bias").storage().offset() : -1,
          fold.scaleAt(),
          fold.shiftAt());
    }
    return code.build();
  }

  private CodeBlock code(DerivedParameters.Turn turn) {
    Storage.Panels weight =
        (Storage.Panels) layout.tensor(graph.node(turn.node()).origin(), "weight").storage();
    return CodeBlock.builder()
        .addStatement(
            "turn(q, $L, $L, $L, $L)",
            weight.offset(),
            weight.channels() * weight.height() * weight.width(),
            weight.outputs(),
            turn.at())
        .build();
  }

  /** By the kernel of plain Java, which gives the bits that training computes with. */
  private CodeBlock code(DerivedParameters.Transform transform) {
    Storage weight = layout.tensor(graph.node(transform.node()).origin(), "weight").storage();
    WinogradTiles tiles = transform.tiles();
    return CodeBlock.builder()
        .addStatement(
            "new Scalar().$L(0, $L, $L, q, $L, q, $L, $L)",
            Winograd.weights().name(),
            tiles.filters() / 16,
            tiles.channels(),
            weight.offset(),
            transform.at(),
            tiles.weightStep())
        .build();
  }

  private static MethodSpec turnMethod() {
    JavaText text = new JavaText();
    text.open("for (int i = 0; i < inputs; i++)");
    text.open("for (int j = 0; j < outputs; j++)");
    text.line(
        "q[to + ((i >> 4) * outputs + j) * 16 + (i & 15)] = q[weight + ((j >> 4) * inputs + i) * 16 + (j & 15)];");
    text.close();
    text.close();
    return ints(
            MethodSpec.methodBuilder("turn")
                .addJavadoc("Inputs become outputs and outputs inputs.\n")
                .addParameter(FLOATS, "q"),
            "weight",
            "inputs",
            "outputs",
            "to")
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
        .addCode("$L", text.toString())
        .build();
  }

  private static MethodSpec scaleMethod() {
    JavaText text = new JavaText();
    text.open("for (int c = 0; c < channels; c++)");
    text.line(
        "float scale = (weight < 0 ? 1 : q[weight + c]) / (float) Math.sqrt(s[variance + c] + epsilon);");
    text.line("q[scaleAt + c] = scale;");
    text.line("q[shiftAt + c] = (bias < 0 ? 0 : q[bias + c]) - s[mean + c] * scale;");
    text.close();
    return ints(
            MethodSpec.methodBuilder("scaleAndShift")
                .addJavadoc(
                    "scale = weight / sqrt(variance + epsilon), shift = bias - mean * scale.\n")
                .addParameter(FLOATS, "q")
                .addParameter(FLOATS, "s"),
            "channels",
            "weight",
            "bias",
            "mean",
            "variance")
        .addParameter(TypeName.FLOAT, "epsilon")
        .addParameter(TypeName.INT, "scaleAt")
        .addParameter(TypeName.INT, "shiftAt")
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
        .addCode("$L", text.toString())
        .build();
  }

  private static MethodSpec intoWeightsMethod() {
    JavaText text = new JavaText();
    text.open("for (int j = 0; j < outputs; j++)");
    text.line("float scale = q[scaleAt + j];");
    text.open("for (int i = 0; i < inputs; i++)");
    text.line("q[weight + ((j >> 4) * inputs + i) * 16 + (j & 15)] *= scale;");
    text.close();
    text.line("q[shiftAt + j] += bias < 0 ? 0 : q[bias + j] * scale;");
    text.close();
    return ints(
            MethodSpec.methodBuilder("intoWeights")
                .addJavadoc("Weights times scale; the shift becomes the bias.\n")
                .addParameter(FLOATS, "q"),
            "weight",
            "inputs",
            "outputs",
            "bias",
            "scaleAt",
            "shiftAt")
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
        .addCode("$L", text.toString())
        .build();
  }

  private static MethodSpec.Builder ints(MethodSpec.Builder method, String... names) {
    for (String name : names) {
      method.addParameter(TypeName.INT, name);
    }
    return method;
  }
}

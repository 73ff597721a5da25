package dev.neurite.processor.emit;

import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import dev.neurite.processor.lower.LayerMethod;
import dev.neurite.processor.lower.LayerMethod.Split;
import dev.neurite.processor.lower.RowBlocks;
import java.util.List;
import javax.lang.model.element.Modifier;

/** Writes the stages of a pass: which layers' methods run on which share of the rows or units. */
final class StageWriter {

  private final String real;

  /** Rows that some values put side by side; parts of a batch are multiples of it. */
  private final int lanes;

  StageWriter(String real, int lanes) {
    this.real = real;
    this.lanes = lanes;
  }

  /** Calls of methods on all rows of a part, or on blocks of them where there are several. */
  private void calls(List<LayerMethod> group, CodeBlock.Builder body) {
    boolean blocks = group.size() > 1;
    if (blocks) {
      int rows = RowBlocks.rows(group, lanes);
      body.beginControlFlow("for (int row = from; row < to; row += $L)", rows);
      body.addStatement(
          rows == 1 ? "int end = row + 1" : "int end = $T.min(row + $L, to)",
          rows == 1 ? new Object[0] : new Object[] {Math.class, rows});
    }
    boolean conditional = false;
    for (LayerMethod method : group) {
      if (method.onlyForInputs() != conditional) {
        if (conditional) {
          body.endControlFlow();
        } else {
          body.beginControlFlow("if (inputGradients)");
        }
        conditional = method.onlyForInputs();
      }
      body.add(call(method, blocks ? "row, end" : "from, to"));
    }
    if (conditional) {
      body.endControlFlow();
    }
    if (blocks) {
      body.endControlFlow();
    }
  }

  /** The method {@code forward} or {@code backward}, which runs a part of one stage. */
  MethodSpec method(String name, List<List<LayerMethod>> stages) {
    CodeBlock.Builder body = CodeBlock.builder();
    boolean rows =
        stages.stream()
            .flatMap(List::stream)
            .anyMatch(method -> method.split() instanceof Split.Rows);
    if (rows) {
      if (lanes == 1) {
        body.addStatement("int from = (int) ((long) rows * part / parts)");
        body.addStatement("int to = (int) ((long) rows * (part + 1) / parts)");
      } else {
        body.addStatement("int from = share(rows, $L, part, parts)", lanes);
        body.addStatement("int to = share(rows, $L, part + 1, parts)", lanes);
      }
    }
    body.beginControlFlow("switch (stage)");
    for (int i = 0; i < stages.size(); i++) {
      body.add("case $L -> {\n", i).indent();
      for (List<LayerMethod> group : RowBlocks.of(stages.get(i))) {
        calls(group, body);
      }
      body.unindent().add("}\n");
    }
    body.addStatement(
        "default -> throw new $T(\"the $L pass has $L stages, there is no stage \" + stage)",
        IllegalArgumentException.class,
        name,
        stages.size());
    body.endControlFlow();
    return MethodSpec.methodBuilder(name)
        .addAnnotation(Override.class)
        .addModifiers(Modifier.PUBLIC)
        .addParameter(TypeName.INT, "stage")
        .addParameter(TypeName.INT, "part")
        .addParameter(TypeName.INT, "parts")
        .addCode(body.build())
        .build();
  }

  private CodeBlock call(LayerMethod method, String range) {
    boolean home = LayerMethods.names(LayerMethods.body(method, real), "home");
    return switch (method.split()) {
      case Split.Rows ignored ->
          CodeBlock.of("$L($L$L);\n", method.name(), range, home ? ", from" : "");
      case Split.Units units ->
          CodeBlock.of(
              "$L(share($L, $L, part, parts), share($L, $L, part + 1, parts));\n",
              method.name(),
              units.count(),
              units.multiple(),
              units.count(),
              units.multiple());
      case Split.Part ignored -> CodeBlock.of("$L(part, parts);\n", method.name());
    };
  }

  /** How many threads share the columns of a matrix. */
  static MethodSpec across() {
    return MethodSpec.methodBuilder("across")
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
        .addJavadoc(
            "The most parts, a divisor of {@code parts}, that share so many tiles of columns evenly.\n")
        .returns(TypeName.INT)
        .addParameter(TypeName.INT, "tiles")
        .addParameter(TypeName.INT, "parts")
        .addStatement("int across = parts")
        .beginControlFlow("while (tiles % across != 0 || parts % across != 0)")
        .addStatement("across--")
        .endControlFlow()
        .addStatement("return across")
        .build();
  }

  /** Where the parts of a stage begin. */
  static MethodSpec share() {
    return MethodSpec.methodBuilder("share")
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
        .addJavadoc(
            "Where a part of {@code count} units begins: a multiple of {@code multiple}, or the end.\n")
        .returns(TypeName.INT)
        .addParameter(TypeName.INT, "count")
        .addParameter(TypeName.INT, "multiple")
        .addParameter(TypeName.INT, "part")
        .addParameter(TypeName.INT, "parts")
        .addStatement(
            "return part == parts ? count : (int) ((long) count * part / parts / multiple) * multiple")
        .build();
  }
}

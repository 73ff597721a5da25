package dev.neurite.processor.emit;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.neurite.processor.memory.InferenceMemory;
import dev.neurite.processor.memory.ParameterLayout;
import java.util.concurrent.atomic.AtomicInteger;
import javax.lang.model.element.Modifier;

/**
 * What the class of inference needs beside its layers: checks, workspaces, and what other writers
 * add, as reading files and warm-up.
 */
final class ForwardSupport {

  private final String name;
  private final Signature signature;
  private final ParameterLayout layout;
  private final InferenceMemory memory;
  private final FoldWriter folds;
  private final boolean vectors;
  private final boolean together;
  private final boolean workspaces;
  private final Bodies bodies;

  ForwardSupport(
      String name,
      Signature signature,
      ParameterLayout layout,
      InferenceMemory memory,
      FoldWriter folds,
      boolean vectors,
      boolean together,
      boolean workspaces,
      Bodies bodies) {
    this.name = name;
    this.signature = signature;
    this.layout = layout;
    this.memory = memory;
    this.folds = folds;
    this.vectors = vectors;
    this.together = together;
    this.workspaces = workspaces;
    this.bodies = bodies;
  }

  void addTo(TypeSpec.Builder type) {
    checks(type);
    if (workspaces) {
      workspaces(type);
    }
    folds.addTo(type);
    new LoadWriter(name, layout, bodies).addTo(type);
    new VectorsWriter(name, vectors).addTo(type);
    if (signature.outputs().size() > 1) {
      type.addType(outputs());
    }
    type.addType(new ChoiceWriter(name, signature, memory, vectors, workspaces).type());
    type.addType(new TeamWriter(name, signature, together).type());
  }

  /** A record with one array for each output. */
  private TypeSpec outputs() {
    MethodSpec.Builder constructor = MethodSpec.constructorBuilder();
    for (Signature.Tensor output : signature.outputs()) {
      constructor.addParameter(ArrayTypeName.of(TypeName.FLOAT), output.name());
    }
    return TypeSpec.recordBuilder("Outputs")
        .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
        .addJavadoc("The outputs of one row, in the order declared.\n")
        .recordConstructor(constructor.build())
        .build();
  }

  private static MethodSpec.Builder check(String name) {
    return MethodSpec.methodBuilder(name)
        .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
        .addParameter(String.class, "name");
  }

  private void checks(TypeSpec.Builder type) {
    type.addMethod(
        check("checkRow")
            .addParameter(TypeName.INT, "length")
            .addParameter(TypeName.INT, "expected")
            .addCode(
                """
                if (length != expected) {
                  throw new IllegalArgumentException(
                      "expected " + expected + " values per row for " + name + ", got " + length);
                }
                """)
            .build());
    type.addMethod(
        check("checkRows")
            .addParameter(TypeName.INT, "length")
            .addParameter(TypeName.INT, "rows")
            .addParameter(TypeName.INT, "perRow")
            .addCode(
                """
                if (rows < 0 || length < (long) rows * perRow) {
                  throw new IllegalArgumentException(
                      "expected " + rows + " rows of " + perRow + " values for " + name + ", " + (long) rows * perRow
                          + " in all, got an array of " + length);
                }
                """)
            .build());
    if (signature.inputs().stream().anyMatch(Signature.Tensor::isIndex)) {
      type.addMethod(
          check("checkIndices")
              .addParameter(ArrayTypeName.of(TypeName.INT), "indices")
              .addParameter(TypeName.INT, "from")
              .addParameter(TypeName.INT, "to")
              .addParameter(TypeName.INT, "vocabulary")
              .addCode(
                  """
                  for (int i = from; i < to; i++) {
                    if (indices[i] < 0 || indices[i] >= vocabulary) {
                      throw new IllegalArgumentException(
                          "expected indices from 0 to " + (vocabulary - 1) + " for " + name + ", got " + indices[i]
                              + " at position " + i);
                    }
                  }
                  """)
              .build());
    }
  }

  private static void workspaces(TypeSpec.Builder type) {
    ClassName workspace = ClassName.bestGuess("Workspace");
    TypeName floats = ArrayTypeName.of(TypeName.FLOAT);
    type.addMethod(
        MethodSpec.methodBuilder("borrow")
            .addModifiers(Modifier.PRIVATE)
            .addJavadoc(
                "A workspace that no other call uses: an idle one, or a new one where all are in use.\n")
            .returns(workspace)
            .addCode(
                """
                for (Workspace workspace : workspaces) {
                  if (workspace.used.getPlain() == 0 && workspace.used.compareAndSet(0, 1)) {
                    return workspace;
                  }
                }
                return new Workspace();
                """)
            .build());
    type.addType(
        TypeSpec.classBuilder(workspace)
            .addModifiers(Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
            .addJavadoc("Room for the values of one call.\n")
            .addField(
                FieldSpec.builder(AtomicInteger.class, "used", Modifier.PRIVATE, Modifier.FINAL)
                    .addJavadoc("1 while a call uses it, else 0.\n")
                    .initializer("new $T()", AtomicInteger.class)
                    .build())
            .addField(
                FieldSpec.builder(floats, "values", Modifier.PRIVATE)
                    .addJavadoc("Null until a call has used it.\n")
                    .build())
            .addMethod(
                MethodSpec.methodBuilder("values")
                    .returns(floats)
                    .addCode(
                        """
                        if (values == null) {
                          values = new float[WORKSPACE];
                        }
                        return values;
                        """)
                    .build())
            .build());
  }
}

package dev.neurite.processor.emit;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import dev.neurite.processor.frontend.LayerDeclaration;
import dev.neurite.processor.frontend.ModelDeclaration;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.annotation.processing.Filer;
import javax.annotation.processing.FilerException;
import javax.lang.model.element.Element;
import javax.lang.model.element.Modifier;

/**
 * Writes the public face of a model that has errors, every method throwing, so that code which uses
 * the model compiles and the user sees the errors alone.
 */
public final class StubWriter {

  private static final ClassName MODEL = ClassName.get("dev.neurite", "TrainableModel");
  private static final ClassName DEVICE = ClassName.get("dev.neurite", "Device");
  private static final ClassName LAYER = ClassName.get("dev.neurite.dsl", "Layer");
  private static final ArrayTypeName FLOATS = ArrayTypeName.of(TypeName.FLOAT);
  private static final ArrayTypeName INDICES = ArrayTypeName.of(TypeName.INT);

  private final Filer filer;

  /** A writer to this compiler. */
  public StubWriter(Filer filer) {
    this.filer = filer;
  }

  /**
   * Writes the stubs of a model.
   *
   * @param outputs names of its output layers
   * @param cuda whether a class for a GPU is wanted too
   * @param origin the element that declares it
   */
  public void write(
      ModelDeclaration declaration, List<String> outputs, boolean cuda, Element origin)
      throws IOException {
    Face face = new Face(declaration, outputs, cuda);
    boolean written =
        write(declaration.packageName(), face.model().addOriginatingElement(origin).build());
    write(declaration.packageName(), face.forward(written).addOriginatingElement(origin).build());
  }

  /**
   * Writes a class.
   *
   * @return false if one of that name is there already; that is one of the errors reported, or code
   *     that was written before the compiler failed
   */
  private boolean write(String packageName, TypeSpec type) throws IOException {
    try {
      JavaFile.builder(packageName, type).skipJavaLangImports(true).build().writeTo(filer);
      return true;
    } catch (FilerException e) {
      return false;
    }
  }

  /** What users of one model see. */
  private record Face(ModelDeclaration declaration, List<String> outputs, boolean cuda) {

    TypeSpec.Builder model() {
      TypeSpec.Builder type =
          type("Model")
              .addModifiers(Modifier.ABSTRACT)
              .superclass(MODEL)
              .addMethod(
                  MethodSpec.constructorBuilder()
                      .addModifiers(Modifier.PRIVATE)
                      .addStatement("super(null, 0)")
                      .build())
              .addMethod(
                  method("create", name("Model"))
                      .addModifiers(Modifier.STATIC)
                      .addParameter(TypeName.LONG, "seed")
                      .build());
      if (cuda) {
        type.addMethod(
            method("create", name("Model"))
                .addModifiers(Modifier.STATIC)
                .addParameter(TypeName.LONG, "seed")
                .addParameter(DEVICE, "device")
                .build());
        type.addMethod(
            method("to", name("Model"))
                .addAnnotation(Override.class)
                .addParameter(DEVICE, "device")
                .build());
      }
      if (declaration.implementable()) {
        type.addSuperinterface(interfaceName());
      }
      for (LayerDeclaration layer : declaration.layers()) {
        if (layer.valid()) {
          type.addMethod(method(layer.name(), LAYER).build());
        }
      }
      if (outputs.size() > 1) {
        type.addType(
            TypeSpec.recordBuilder("Outputs")
                .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
                .recordConstructor(
                    MethodSpec.constructorBuilder()
                        .addParameters(
                            outputs.stream()
                                .map(output -> ParameterSpec.builder(FLOATS, output).build())
                                .toList())
                        .build())
                .build());
      }
      addPredictions(type);
      return type.addMethod(method("probabilities", result()).addParameters(inputs()).build());
    }

    /**
     * The inference class.
     *
     * @param withModel whether the model's class, which holds the record of several outputs, is a
     *     stub too
     */
    TypeSpec.Builder forward(boolean withModel) {
      TypeSpec.Builder type =
          type("Forward")
              .addModifiers(Modifier.FINAL)
              .addMethod(MethodSpec.constructorBuilder().addModifiers(Modifier.PRIVATE).build())
              .addMethod(load(Path.class, "file"))
              .addMethod(load(InputStream.class, "stream"))
              .addMethod(
                  method("parallel", name("Forward")).addParameter(TypeName.INT, "threads").build())
              .addMethod(method("warmUp", TypeName.VOID).build());
      if (withModel || outputs.size() < 2) {
        addPredictions(type);
      }
      return type;
    }

    private MethodSpec load(Class<?> source, String name) {
      return method("load", name("Forward"))
          .addModifiers(Modifier.STATIC)
          .addParameter(source, name)
          .addException(IOException.class)
          .build();
    }

    private void addPredictions(TypeSpec.Builder type) {
      List<ParameterSpec> outputArrays =
          outputs.size() > 1
              ? outputs.stream().map(output -> parameter(FLOATS, output, "Output")).toList()
              : List.of(parameter(FLOATS, "the", "Output"));
      type.addMethod(method("predict", result()).addParameters(inputs()).build());
      type.addMethod(
          method("predictInto", TypeName.VOID)
              .addParameters(inputs())
              .addParameters(outputArrays)
              .build());
      type.addMethod(
          method("predictInto", TypeName.VOID)
              .addParameters(inputs())
              .addParameter(TypeName.INT, "rows")
              .addParameters(outputArrays)
              .build());
    }

    /** The suffix keeps the names of inputs, of outputs and of the number of rows apart. */
    private static ParameterSpec parameter(TypeName type, String layer, String suffix) {
      return ParameterSpec.builder(type, layer + suffix).build();
    }

    private List<ParameterSpec> inputs() {
      List<ParameterSpec> inputs = new ArrayList<>();
      for (LayerDeclaration layer : declaration.layers()) {
        layer
            .annotation("Input")
            .map(input -> input.word("type").equals("INDEX") ? INDICES : FLOATS)
            .ifPresent(type -> inputs.add(parameter(type, layer.name(), "Input")));
      }
      return inputs.isEmpty() ? List.of(parameter(FLOATS, "the", "Input")) : inputs;
    }

    private TypeName result() {
      return outputs.size() > 1 ? name("Model").nestedClass("Outputs") : FLOATS;
    }

    private TypeSpec.Builder type(String suffix) {
      TypeSpec.Builder type =
          TypeSpec.classBuilder(name(suffix))
              .addJavadoc(
                  "Stands in for the class generated from {@code $L} until the errors of that"
                      + " declaration are corrected.\n",
                  declaration.interfaceName());
      return declaration.isPublic() ? type.addModifiers(Modifier.PUBLIC) : type;
    }

    private MethodSpec.Builder method(String name, TypeName returned) {
      return MethodSpec.methodBuilder(name)
          .addModifiers(Modifier.PUBLIC)
          .returns(returned)
          .addStatement(
              "throw new $T($S)",
              IllegalStateException.class,
              declaration.interfaceName() + " was compiled with errors");
    }

    private ClassName name(String suffix) {
      return ClassName.get(declaration.packageName(), declaration.prefix() + suffix);
    }

    private ClassName interfaceName() {
      List<String> names = List.of(declaration.interfaceName().split("\\.", -1));
      ClassName name = ClassName.get(declaration.packageName(), names.getFirst());
      for (String nested : names.subList(1, names.size())) {
        name = name.nestedClass(nested);
      }
      return name;
    }
  }
}

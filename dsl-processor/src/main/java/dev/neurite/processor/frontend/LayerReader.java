package dev.neurite.processor.frontend;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.diagnostic.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import org.jspecify.annotations.Nullable;

/** Reads the methods of an interface as layers. */
final class LayerReader {

  private static final String LAYER = "dev.neurite.dsl.Layer";

  private final AnnotationReader annotations;
  private final Diagnostics diagnostics;

  /**
   * Whether a class with these methods will be generated, whose members have names of their own.
   */
  private final boolean implemented;

  private boolean resolved = true;

  LayerReader(AnnotationReader annotations, Diagnostics diagnostics, boolean implemented) {
    this.annotations = annotations;
    this.diagnostics = diagnostics;
    this.implemented = implemented;
  }

  /** Whether every return type means something to the Java compiler. */
  boolean resolved() {
    return resolved;
  }

  /** The layers of a type in the order written. */
  List<LayerDeclaration> layers(TypeElement type) {
    List<LayerDeclaration> layers = new ArrayList<>();
    int place = 0;
    for (ExecutableElement method : ElementFilter.methodsIn(type.getEnclosedElements())) {
      LayerDeclaration layer = layer(method, Position.of(method, place++));
      if (layer != null) {
        layers.add(layer);
      }
    }
    return layers;
  }

  /** The layer that a method declares, or null if the method is the user's own. */
  private @Nullable LayerDeclaration layer(ExecutableElement method, Position position) {
    Set<Modifier> modifiers = method.getModifiers();
    String name = method.getSimpleName().toString();
    boolean layer = modifiers.contains(Modifier.ABSTRACT);
    boolean inherited =
        !modifiers.contains(Modifier.STATIC) && !modifiers.contains(Modifier.PRIVATE);
    if (implemented
        && inherited
        && method.getParameters().isEmpty()
        && ReservedNames.contains(name)) {
      diagnostics.report(Message.RESERVED_NAME, position, name, ReservedNames.owner(name));
      return new LayerDeclaration(name, position, List.of(), false);
    }
    if (!layer) {
      annotations.apart().ofElement(method, position).stream()
          .findFirst()
          .ifPresent(
              use ->
                  diagnostics.report(Message.LAYER_WITH_BODY, use.position(), use.written(), name));
      return null;
    }
    boolean valid = checkMethod(method, name, position);
    return new LayerDeclaration(
        name, position, valid ? annotations.ofElement(method, position) : List.of(), valid);
  }

  private boolean checkMethod(ExecutableElement method, String name, Position position) {
    boolean valid = true;
    if (!method.getParameters().isEmpty()) {
      String parameters =
          method.getParameters().stream()
              .map(parameter -> parameter.asType() + " " + parameter.getSimpleName())
              .collect(Collectors.joining(", ", "(", ")"));
      diagnostics.report(Message.LAYER_WITH_PARAMETERS, position, name, parameters);
      valid = false;
    } else if (!method.getTypeParameters().isEmpty()) {
      diagnostics.report(Message.GENERIC_LAYER, position, name);
      valid = false;
    }
    TypeMirror returned = method.getReturnType();
    if (returned.getKind() == TypeKind.ERROR) {
      resolved = false;
      return false;
    }
    boolean isLayer =
        returned instanceof DeclaredType declared
            && declared.asElement() instanceof TypeElement element
            && element.getQualifiedName().contentEquals(LAYER);
    if (valid && !isLayer) {
      diagnostics.report(Message.LAYER_RETURN_TYPE, position, name, returned);
      valid = false;
    }
    return valid;
  }
}

package dev.neurite.processor.frontend;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.diagnostic.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;

/**
 * What a type must be so that its methods can be layers.
 *
 * @param annotation that makes it a declaration, as written
 * @param word for what it declares
 */
record InterfaceChecks(String annotation, String word, Elements elements, Diagnostics diagnostics) {

  /** The type and those around it, the outermost first. */
  static List<TypeElement> enclosing(TypeElement type) {
    List<TypeElement> types = new ArrayList<>();
    for (Element e = type; e instanceof TypeElement t; e = e.getEnclosingElement()) {
      types.addFirst(t);
    }
    return types;
  }

  /** The name as it is written in another file of the package. */
  static String writtenName(TypeElement type) {
    return enclosing(type).stream()
        .map(t -> t.getSimpleName().toString())
        .collect(Collectors.joining("."));
  }

  /** Whether the type is an interface; if not, that is reported. */
  boolean isInterface(TypeElement type, Position position) {
    if (type.getKind() == ElementKind.INTERFACE) {
      return true;
    }
    String kind =
        switch (type.getKind()) {
          case ENUM -> "enum";
          case RECORD -> "record";
          case ANNOTATION_TYPE -> "annotation interface";
          default -> "class";
        };
    diagnostics.report(
        Message.NOT_AN_INTERFACE, position, kind, type.getSimpleName(), annotation, word);
    return false;
  }

  /** Reports type parameters. */
  void checkParameters(TypeElement type, Position position) {
    if (!type.getTypeParameters().isEmpty()) {
      diagnostics.report(Message.GENERIC_MODEL, position, type.getSimpleName());
    }
  }

  /** Whether all abstract methods are the type's own; if not, that is reported. */
  boolean declaresAll(TypeElement type, Position position) {
    Optional<ExecutableElement> inherited =
        ElementFilter.methodsIn(elements.getAllMembers(type)).stream()
            .filter(method -> method.getModifiers().contains(Modifier.ABSTRACT))
            .filter(method -> !type.equals(method.getEnclosingElement()))
            .findFirst();
    inherited.ifPresent(
        method ->
            diagnostics.report(
                Message.INHERITED_LAYERS,
                position,
                type.getSimpleName(),
                method.getSimpleName(),
                method.getEnclosingElement() instanceof TypeElement owner
                    ? owner.getSimpleName()
                    : "",
                word));
    return inherited.isEmpty();
  }
}

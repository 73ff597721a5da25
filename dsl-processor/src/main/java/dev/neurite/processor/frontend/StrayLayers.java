package dev.neurite.processor.frontend;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.diagnostic.Position;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.Elements;

/** Finds layers in types that are neither models nor blocks, where they would be silently lost. */
public final class StrayLayers {

  private static final Set<String> DECLARING = Set.of("Model", "Block");

  private StrayLayers() {}

  /**
   * Warns of each type that has some, at the first of its methods.
   *
   * @param elements with annotations of the declaration language
   */
  public static void report(
      Collection<? extends Element> elements, Elements tools, Diagnostics diagnostics) {
    AnnotationReader reader = new AnnotationReader(tools);
    Set<Element> types = new HashSet<>();
    int place = 0;
    for (Element element : elements) {
      if (element.getEnclosingElement() instanceof TypeElement type
          && !isDeclaration(reader, type)
          && types.add(type)) {
        List<AnnotationUse> uses = reader.ofElement(element, Position.of(element, place++));
        uses.stream().findFirst().ifPresent(use -> report(use, element, type, diagnostics));
      }
    }
  }

  private static boolean isDeclaration(AnnotationReader reader, TypeElement type) {
    return reader.ofElement(type, Position.of(type, -1)).stream()
        .anyMatch(use -> DECLARING.contains(use.name()));
  }

  private static void report(
      AnnotationUse use, Element method, TypeElement type, Diagnostics diagnostics) {
    String name = type.getSimpleName().toString();
    diagnostics.report(
        Message.LAYER_OUTSIDE_MODEL,
        use.position(),
        use.written(),
        method.getSimpleName(),
        name,
        type.getKind().isInterface()
            ? "Annotate " + name + " with @Model, or with @Block if networks apply it."
            : "Declare the layers in an interface with @Model, or with @Block if networks apply it.");
  }
}

package dev.neurite.processor.frontend;

import dev.neurite.processor.diagnostic.Position;
import java.util.List;
import java.util.Optional;

/**
 * One method that declares a layer.
 *
 * @param name the method's name
 * @param position of the method
 * @param annotations those of the declaration language, in the order written
 * @param valid false if the method itself is wrong, which has been reported; nothing more is to be
 *     said about it then
 */
public record LayerDeclaration(
    String name, Position position, List<AnnotationUse> annotations, boolean valid) {

  /** A declaration with an unmodifiable list. */
  public LayerDeclaration {
    annotations = List.copyOf(annotations);
  }

  /** The same layer with every message about it shown at one place. */
  public LayerDeclaration placedAt(Position place) {
    return new LayerDeclaration(
        name, place, annotations.stream().map(use -> use.placedAt(place)).toList(), valid);
  }

  /** The annotation of that simple name, if the method has it. */
  public Optional<AnnotationUse> annotation(String simpleName) {
    return annotations.stream().filter(use -> use.name().equals(simpleName)).findFirst();
  }
}

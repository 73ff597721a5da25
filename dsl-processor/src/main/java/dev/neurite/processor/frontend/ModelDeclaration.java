package dev.neurite.processor.frontend;

import dev.neurite.processor.diagnostic.Position;
import java.util.List;
import java.util.stream.Stream;

/**
 * A network as declared.
 *
 * @param packageName empty for the unnamed package
 * @param interfaceName as it is written in source: {@code Digits}, {@code Outer.Digits}
 * @param prefix of the generated classes: {@code Digits}, {@code Outer_Digits}
 * @param isPublic whether the interface and all around it are public
 * @param implementable whether a class of the same package can implement it
 * @param position of the interface
 * @param model the {@code @Model} annotation
 * @param layers in the order written
 */
public record ModelDeclaration(
    String packageName,
    String interfaceName,
    String prefix,
    boolean isPublic,
    boolean implementable,
    Position position,
    AnnotationUse model,
    List<LayerDeclaration> layers)
    implements Declaration {

  /** A declaration with an unmodifiable list. */
  public ModelDeclaration {
    layers = List.copyOf(layers);
  }

  /** Qualified names of the classes that may be generated. */
  public List<String> generatedNames() {
    String start = packageName.isEmpty() ? prefix : packageName + "." + prefix;
    return Stream.of("Model", "Forward", "Backward", "Double", "Cuda").map(start::concat).toList();
  }
}

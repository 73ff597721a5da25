package dev.neurite.processor.frontend;

import dev.neurite.processor.diagnostic.Position;
import java.util.List;
import java.util.Optional;

/**
 * A reusable part of networks as declared.
 *
 * @param qualifiedName of the interface
 * @param interfaceName as it is written in source: {@code ResidualBlock}, {@code Outer.Block}
 * @param position of its {@code @Block}
 * @param inSource whether it is being compiled; if not, it comes from a class file, where no
 *     message can be shown
 * @param mistake what the interface itself has wrong, if anything
 * @param layers in the order written
 */
public record BlockDeclaration(
    String qualifiedName,
    String interfaceName,
    Position position,
    boolean inSource,
    Optional<String> mistake,
    List<LayerDeclaration> layers)
    implements Declaration {

  /** A declaration with an unmodifiable list. */
  public BlockDeclaration {
    layers = List.copyOf(layers);
  }

  /** The name without those of the types around it. */
  public String simpleName() {
    return interfaceName.substring(interfaceName.lastIndexOf('.') + 1);
  }

  /** The layers that stand for what a place of use gives. */
  public List<LayerDeclaration> inputs() {
    return layers.stream().filter(layer -> layer.annotation("Input").isPresent()).toList();
  }
}

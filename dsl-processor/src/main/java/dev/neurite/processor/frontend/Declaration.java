package dev.neurite.processor.frontend;

import dev.neurite.processor.diagnostic.Position;
import java.util.List;

/** An interface whose methods are layers. */
public sealed interface Declaration permits ModelDeclaration, BlockDeclaration {

  /** As it is written in source: {@code Digits}, {@code Outer.Digits}. */
  String interfaceName();

  /** Where a mistake of the whole is shown. */
  Position position();

  /** In the order written. */
  List<LayerDeclaration> layers();
}

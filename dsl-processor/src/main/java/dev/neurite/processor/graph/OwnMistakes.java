package dev.neurite.processor.graph;

import dev.neurite.processor.frontend.BlockDeclaration;
import java.util.Optional;

/** Tells what blocks have wrong whatever the place of use. Such a block is not expanded. */
public interface OwnMistakes {

  /** The first message about a block by itself. */
  Optional<String> of(BlockDeclaration block);
}

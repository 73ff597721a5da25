package dev.neurite.processor.arrange;

import dev.neurite.processor.graph.Operation;

/** What one node of the arranged graph does. */
public sealed interface Work {

  /** A declared operation. */
  record Compute(Operation operation) implements Work {}

  /** The same values in another order, or a copy of them where the orders are equal. */
  record Rearrange(Arrangement from, Arrangement to) implements Work {}
}

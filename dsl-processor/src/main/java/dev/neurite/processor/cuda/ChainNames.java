package dev.neurite.processor.cuda;

import java.util.stream.Collectors;

/** What chains are called in CUDA C. */
final class ChainNames {

  private ChainNames() {}

  /** The layer of the first operation, and the operations: {@code bn1_BatchNorm_ReLU}. */
  static String of(Chain chain) {
    return chain.head().javaName()
        + chain.nodes().stream()
            .map(node -> "_" + Chain.operationOf(node).getClass().getSimpleName())
            .collect(Collectors.joining());
  }

  /** {@code BatchNorm, ReLU}. */
  static String words(Chain chain, int done) {
    return chain.nodes().stream()
        .skip(done)
        .map(node -> Chain.operationOf(node).getClass().getSimpleName())
        .collect(Collectors.joining(", "));
  }
}

package dev.neurite.processor.random;

import java.util.List;
import java.util.Map;

/**
 * A random declaration.
 *
 * @param number it and the generator's seed give this declaration again
 * @param name of the interface
 * @param source of its file
 * @param mistakes the line and the code of each message that must come, in source order
 * @param operations how often each annotation that computes something occurs, blocks, and layers
 *     with the parameters of others
 * @param skips layers that read something else than the one above
 */
record Declaration(
    long number,
    String name,
    String source,
    List<String> mistakes,
    Map<String, Integer> operations,
    int skips) {

  boolean isRight() {
    return mistakes.isEmpty();
  }
}

package dev.neurite.processor.random;

import java.util.Map;
import java.util.SortedMap;

/**
 * A random declaration.
 *
 * @param number it and the generator's seed give this declaration again
 * @param name of the interface
 * @param source of its file
 * @param mistakes the code of each mistake, by the line on which it must be reported
 * @param operations how often each annotation that computes something occurs
 * @param skips layers that read something else than the one above
 */
record Declaration(
    long number,
    String name,
    String source,
    SortedMap<Integer, String> mistakes,
    Map<String, Integer> operations,
    int skips) {

  boolean isRight() {
    return mistakes.isEmpty();
  }
}

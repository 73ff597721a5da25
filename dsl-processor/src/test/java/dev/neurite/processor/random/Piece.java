package dev.neurite.processor.random;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** One annotation that computes something, with its attributes as they are written. */
final class Piece {

  final String name;

  /** What it reads, the first operand of several. */
  final List<Integer> reads;

  /** By attribute, as text of the source. */
  final Map<String, String> attributes = new LinkedHashMap<>();

  Piece(String name, List<Integer> reads) {
    this.name = name;
    this.reads = List.copyOf(reads);
  }

  Piece with(String attribute, Object value) {
    attributes.put(attribute, value.toString());
    return this;
  }

  boolean is(String... names) {
    return List.of(names).contains(name);
  }

  /** A number written as such, or what else if the attribute is not there. */
  int number(String attribute, int otherwise) {
    String written = attributes.get(attribute);
    return written == null ? otherwise : Integer.parseInt(written);
  }

  /** All numbers of an attribute that is there. */
  List<Integer> numbers(String attribute) {
    String written = attributes.getOrDefault(attribute, "");
    return Arrays.stream(written.replaceAll("[{} ]", "").split(",", -1))
        .map(Integer::valueOf)
        .toList();
  }

  /** Height (0) or width (1) of an attribute that is one number or two. */
  int side(String attribute, int side, int otherwise) {
    String written = attributes.get(attribute);
    if (written == null) {
      return otherwise;
    }
    String[] sides = written.replaceAll("[{} ]", "").split(",", -1);
    return Integer.parseInt(sides[Math.min(side, sides.length - 1)]);
  }

  /** As it is written: {@code @Dense(3)}. */
  @Override
  public String toString() {
    if (attributes.isEmpty()) {
      return "@" + name;
    }
    if (attributes.keySet().equals(Set.of("value"))) {
      return "@" + name + "(" + attributes.get("value") + ")";
    }
    return attributes.entrySet().stream()
        .map(attribute -> attribute.getKey() + " = " + attribute.getValue())
        .collect(Collectors.joining(", ", "@" + name + "(", ")"));
  }
}

package dev.neurite.processor.frontend;

import dev.neurite.processor.diagnostic.Position;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One annotation as written, with the defaults of what was left out.
 *
 * @param name its simple name, such as {@code Conv2D}
 * @param position of the annotation
 * @param arguments by name
 */
public record AnnotationUse(String name, Position position, Map<String, Argument> arguments) {

  /**
   * The value of one attribute.
   *
   * @param value an {@code Integer}, {@code Long}, {@code Double}, {@code Boolean}, a {@code
   *     String} (also for the name of an enum constant or of a class), or a {@code List} of those
   * @param written whether it stands in the source; otherwise it is the default
   * @param position of the value, or of the annotation if it is not written
   * @param items positions of the elements of an array; empty if not written
   */
  public record Argument(Object value, boolean written, Position position, List<Position> items) {

    /** An argument with unmodifiable lists. */
    public Argument {
      items = List.copyOf(items);
    }
  }

  /** A use with an unmodifiable map. */
  public AnnotationUse {
    arguments = Map.copyOf(arguments);
  }

  /** The same annotation with every message about it shown at one place. */
  public AnnotationUse placedAt(Position place) {
    Map<String, Argument> placed = new HashMap<>();
    arguments.forEach(
        (attribute, argument) ->
            placed.put(
                attribute, new Argument(argument.value(), argument.written(), place, List.of())));
    return new AnnotationUse(name, place, placed);
  }

  /** The name as it is written: {@code @Conv2D}. */
  public String written() {
    return "@" + name;
  }

  /** The position of an attribute's value, or of the annotation if the value is not written. */
  public Position at(String attribute) {
    return argument(attribute).position();
  }

  /** The position of one element of an array, or of the whole value if elements have none. */
  public Position at(String attribute, int item) {
    List<Position> items = argument(attribute).items();
    return item < items.size() ? items.get(item) : at(attribute);
  }

  /**
   * Where a mistake of the annotation as a whole is shown: its value if it has one, else the
   * annotation.
   */
  public Position atValue() {
    for (String attribute : List.of("value", "filters")) {
      Argument argument = arguments.get(attribute);
      if (argument != null && argument.written()) {
        return argument.position();
      }
    }
    return position;
  }

  /** Whether an attribute stands in the source. */
  public boolean isWritten(String attribute) {
    return argument(attribute).written();
  }

  public int integer(String attribute) {
    return (Integer) argument(attribute).value();
  }

  public long longInteger(String attribute) {
    return (Long) argument(attribute).value();
  }

  public double number(String attribute) {
    return (Double) argument(attribute).value();
  }

  public boolean flag(String attribute) {
    return (Boolean) argument(attribute).value();
  }

  /** A string, or the name of an enum constant. */
  public String word(String attribute) {
    return (String) argument(attribute).value();
  }

  public List<Integer> integers(String attribute) {
    return list(attribute).stream().map(Integer.class::cast).toList();
  }

  public List<String> words(String attribute) {
    return list(attribute).stream().map(String.class::cast).toList();
  }

  private List<?> list(String attribute) {
    return (List<?>) argument(attribute).value();
  }

  private Argument argument(String attribute) {
    Argument argument = arguments.get(attribute);
    if (argument == null) {
      throw new IllegalArgumentException("@" + name + " has no attribute " + attribute);
    }
    return argument;
  }
}

package dev.neurite.processor.diagnostic;

import java.util.Arrays;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import org.jspecify.annotations.Nullable;

/**
 * A place in the user's source: an element, one of its annotations, or a value of that annotation.
 * Opaque to all stations but the frontend, which makes it, and the printer. Positions are ordered
 * as in the source of one model.
 */
public final class Position implements Comparable<Position> {

  private final @Nullable Element element;
  private final @Nullable AnnotationMirror annotation;
  private final @Nullable AnnotationValue value;

  /** The whole array where {@code value} is one of its items, else the same as {@code value}. */
  private final @Nullable AnnotationValue whole;

  /** Layer, annotation, argument, item: counted from 0 each, as far as it goes. */
  private final int[] place;

  private Position(
      @Nullable Element element,
      @Nullable AnnotationMirror annotation,
      @Nullable AnnotationValue value,
      @Nullable AnnotationValue whole,
      int... place) {
    this.element = element;
    this.annotation = annotation;
    this.value = value;
    this.whole = whole;
    this.place = place;
  }

  /**
   * The place of an element: of a type before all its methods, or of the method number {@code
   * place}.
   */
  public static Position of(Element element, int place) {
    return new Position(element, null, null, null, place);
  }

  /** A place without a source, for declarations that do not come from a compiler. */
  public static Position at(int... place) {
    return new Position(null, null, null, null, place.clone());
  }

  /** An annotation on this position's element. */
  public Position annotation(AnnotationMirror mirror, int index) {
    return new Position(element, mirror, null, null, extended(index));
  }

  /** A value in this position's annotation, or an item of this position's value. */
  public Position value(AnnotationValue inner, int index) {
    return new Position(element, annotation, inner, whole == null ? inner : whole, extended(index));
  }

  private int[] extended(int index) {
    int[] longer = Arrays.copyOf(place, place.length + 1);
    longer[place.length] = index;
    return longer;
  }

  @Nullable Element element() {
    return element;
  }

  @Nullable AnnotationMirror annotation() {
    return annotation;
  }

  @Nullable AnnotationValue value() {
    return value;
  }

  @Nullable AnnotationValue whole() {
    return whole;
  }

  @Override
  public int compareTo(Position other) {
    return Arrays.compare(place, other.place);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Position position && Arrays.equals(place, position.place);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(place);
  }

  @Override
  public String toString() {
    return Arrays.toString(place);
  }
}

package dev.neurite.processor.memory;

import java.util.List;
import java.util.Map;

/**
 * The workspace of a training pass.
 *
 * @param slots in order; all per-row floats come before all fixed ones
 * @param places of values, gradients and what else is kept
 */
public record TrainingMemory(List<Slot> slots, Map<Key, Place> places) {

  public TrainingMemory {
    slots = List.copyOf(slots);
    places = Map.copyOf(places);
  }

  /**
   * A part of the workspace.
   *
   * @param field the generated class's field that holds where it begins
   * @param rowFloats for each row the workspace has room for
   * @param fixedFloats once
   */
  public record Slot(String field, int rowFloats, int fixedFloats) {}

  /** What a place belongs to; {@code position} tells scratch places of one node apart. */
  public record Key(int node, Purpose purpose, int position) {}

  /** Whether there is such a place. */
  public boolean has(int node, Purpose purpose) {
    return places.containsKey(new Key(node, purpose, 0));
  }

  public Place place(int node, Purpose purpose) {
    return place(node, purpose, 0);
  }

  public Place place(int node, Purpose purpose, int position) {
    Place place = places.get(new Key(node, purpose, position));
    if (place == null) {
      throw new IllegalStateException("no place for the " + purpose + " of node " + node);
    }
    return place;
  }

  public long rowFloats() {
    return slots.stream().mapToLong(Slot::rowFloats).sum();
  }

  public long fixedFloats() {
    return slots.stream().mapToLong(Slot::fixedFloats).sum();
  }
}

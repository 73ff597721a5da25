package dev.neurite.processor.memory;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The workspace of inference: one block of rows after another passes through all layers, so that places are used again.
 *
 * @param blockRows rows of a block
 * @param constants the generated class's constants and where in the workspace they begin
 * @param length floats of the workspace
 * @param places of values and what else a layer needs
 * @param folded batch normalisations that are part of the weights before them
 */
public record InferenceMemory(
    int blockRows,
    List<Constant> constants,
    int length,
    Map<TrainingMemory.Key, Place> places,
    Set<Integer> folded) {

  public InferenceMemory {
    constants = List.copyOf(constants);
    places = Map.copyOf(places);
    folded = Set.copyOf(folded);
  }

  /** A named offset. */
  public record Constant(String name, int value) {}

  public Place place(int node, Purpose purpose, int position) {
    Place place = places.get(new TrainingMemory.Key(node, purpose, position));
    if (place == null) {
      throw new IllegalStateException("no place for the " + purpose + " of node " + node);
    }
    return place;
  }
}

package dev.neurite.processor.memory;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The workspace of inference: one block of rows after another passes through all layers, so that
 * places are used again.
 *
 * @param blockRows rows of a block
 * @param runs of nodes, in order
 * @param constants the generated class's constants and where in the workspace they begin
 * @param length floats of the workspace
 * @param places of values and what else a layer needs
 * @param withinRun the places that hold no more than the rows their run takes at once
 * @param derived what inference has beside the parameters of training
 * @param results the outputs that have a place of their own and are copied to the caller's arrays
 */
public record InferenceMemory(
    int blockRows,
    List<Run> runs,
    List<Constant> constants,
    int length,
    Map<TrainingMemory.Key, Place> places,
    Set<TrainingMemory.Key> withinRun,
    DerivedParameters derived,
    List<Result> results) {

  public InferenceMemory {
    runs = List.copyOf(runs);
    constants = List.copyOf(constants);
    places = Map.copyOf(places);
    withinRun = Set.copyOf(withinRun);
    results = List.copyOf(results);
  }

  /** Whether no value lies in the workspace: layers read and write the caller's arrays alone. */
  public boolean isEmpty() {
    return length <= ParameterLayout.START;
  }

  /**
   * Neighbouring nodes that rows pass through together.
   *
   * @param first the first node
   * @param end the node after the last
   * @param rows how many rows at once; 0 for all rows of a block
   */
  public record Run(int first, int end, int rows) {

    /** Whether a node belongs to it. */
    public boolean has(int node) {
      return first <= node && node < end;
    }
  }

  /** A named offset. */
  public record Constant(String name, int value) {}

  /**
   * An output that is computed in the workspace: vectors are stored whole behind its rows, where
   * the caller's array may end.
   *
   * @param output its number
   * @param place of its rows in the workspace
   */
  public record Result(int output, Place place) {}

  /**
   * Where a node of a run finds what it reads and writes. The rows of a run that takes few at once
   * begin at row {@code first} of the block.
   */
  public Place place(Run run, int node, Purpose purpose, int position) {
    TrainingMemory.Key key = new TrainingMemory.Key(node, purpose, position);
    Place place = places.get(key);
    if (place == null) {
      throw new IllegalStateException("no place for the " + purpose + " of node " + node);
    }
    boolean own = run.rows() == 0 || withinRun.contains(key) || !place.array().equals("a");
    return own ? place : new Place(place.array(), place.at("first"), place.rowSize());
  }
}

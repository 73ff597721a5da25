package dev.neurite.processor.memory;

import java.util.List;
import java.util.Map;

/**
 * The workspace of inference: one block of rows after another passes through all layers, so that
 * places are used again.
 *
 * @param blockRows rows of a block
 * @param constants the generated class's constants and where in the workspace they begin
 * @param length floats of the workspace
 * @param places of values and what else a layer needs
 * @param folds batch normalisations as scales and shifts
 * @param turns weights that are used turned around
 * @param parameterLength of the parameters of inference: those of training, then the scales and
 *     shifts, then the turned weights
 */
public record InferenceMemory(
    int blockRows,
    List<Constant> constants,
    int length,
    Map<TrainingMemory.Key, Place> places,
    List<Fold> folds,
    List<Turn> turns,
    int parameterLength) {

  public InferenceMemory {
    constants = List.copyOf(constants);
    places = Map.copyOf(places);
    folds = List.copyOf(folds);
    turns = List.copyOf(turns);
  }

  /** A named offset. */
  public record Constant(String name, int value) {}

  /**
   * A batch normalisation whose statistics are fixed: y = scale x + shift.
   *
   * @param node the batch normalisation
   * @param linear the dense layer or convolution before it whose weights take up the scale and
   *     whose bias becomes the shift, or -1
   * @param scaleAt where the scales lie behind the parameters
   * @param shiftAt where the shifts lie
   */
  public record Fold(int node, int linear, int scaleAt, int shiftAt) {}

  /**
   * A weight turned around for a node that uses it so.
   *
   * @param node that uses it
   * @param at where it lies behind the parameters
   */
  public record Turn(int node, int at) {}

  /** Where the weight of a node lies that uses another's turned around. */
  public int turnedOf(int node) {
    return turns.stream().filter(turn -> turn.node() == node).findFirst().orElseThrow().at();
  }

  /** The fold of a batch normalisation. */
  public Fold foldOf(int node) {
    return folds.stream().filter(fold -> fold.node() == node).findFirst().orElseThrow();
  }

  /**
   * Where the bias of a dense layer or convolution lies; {@code own} where nothing was folded into
   * it.
   */
  public int biasOf(int node, int own) {
    return folds.stream()
        .filter(fold -> fold.linear() == node)
        .findFirst()
        .map(Fold::shiftAt)
        .orElse(own);
  }

  public Place place(int node, Purpose purpose, int position) {
    Place place = places.get(new TrainingMemory.Key(node, purpose, position));
    if (place == null) {
      throw new IllegalStateException("no place for the " + purpose + " of node " + node);
    }
    return place;
  }
}

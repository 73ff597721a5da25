package dev.neurite.processor.memory;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.WinogradTiles;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.graph.Operation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What follows from the parameters of training and lies behind them in those of inference: scales
 * and shifts, then turned weights, then transformed ones.
 *
 * @param folds batch normalisations as scales and shifts
 * @param turns weights that are used turned around
 * @param transforms weights that are transformed for Winograd's minimal filtering
 * @param length of the parameters of inference, those of training included
 */
public record DerivedParameters(
    List<Fold> folds, List<Turn> turns, List<Transform> transforms, int length) {

  public DerivedParameters {
    folds = List.copyOf(folds);
    turns = List.copyOf(turns);
    transforms = List.copyOf(transforms);
  }

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

  /**
   * A convolution's weight, transformed.
   *
   * @param node the convolution
   * @param tiles that it is for
   * @param at where it lies behind the parameters
   */
  public record Transform(int node, WinogradTiles tiles, int at) {}

  /**
   * What a graph needs behind parameters of this length. All orders of a network have the same
   * nodes here, in one sequence, so that they find everything in the same place.
   */
  static DerivedParameters of(ArrangedGraph graph, int parameterLength) {
    int length = parameterLength;
    List<Fold> folds = new ArrayList<>();
    int[] readers = graph.readers();
    for (ArrangedNode node : graph.nodes()) {
      if (operation(node) instanceof Operation.BatchNorm) {
        int padded = (node.type().shape().getFirst() + 15) / 16 * 16;
        folds.add(new Fold(node.id(), linear(graph, node, readers), length, length + padded));
        length = Math.addExact(length, 2 * padded);
      }
    }
    List<Turn> turns = new ArrayList<>();
    for (ArrangedNode node : graph.nodes()) {
      if (graph.isTransposed(node)) {
        int columns = (node.type().shape().getLast() + 15) / 16 * 16;
        turns.add(new Turn(node.id(), length));
        int inputs = node.inputTypes().getFirst().shape().getLast();
        length = Math.addExact(length, Math.multiplyExact(columns, inputs));
      }
    }
    List<Transform> transforms = new ArrayList<>();
    for (ArrangedNode node : graph.nodes()) {
      WinogradTiles tiles = graph.winograd(node).orElse(null);
      if (tiles != null) {
        transforms.add(new Transform(node.id(), tiles, length));
        length = Math.addExact(length, tiles.weightLength());
      }
    }
    return new DerivedParameters(folds, turns, transforms, length);
  }

  /**
   * The dense layer or convolution that a batch normalisation becomes a part of, or -1: one that
   * nothing else reads, whose weights no other layer uses.
   */
  private static int linear(ArrangedGraph graph, ArrangedNode norm, int[] readers) {
    ArrangedNode input = graph.node(norm.inputs().getFirst());
    Operation before = operation(input);
    boolean linear =
        before instanceof Operation.Dense
            || (before instanceof Operation.Conv2D conv && conv.groups() == 1);
    boolean alone =
        readers[input.id()] == 1
            && !graph.outputs().contains(input.id())
            && !graph.source().isShared(input.origin());
    return linear && alone ? input.id() : -1;
  }

  private static @Nullable Operation operation(ArrangedNode node) {
    return node.work() instanceof Work.Compute compute ? compute.operation() : null;
  }

  /** Where the weight of a node lies that uses another's turned around. */
  public int turnedOf(int node) {
    return turns.stream().filter(turn -> turn.node() == node).findFirst().orElseThrow().at();
  }

  /** Where the transformed weight of a convolution lies. */
  public int transformedOf(int node) {
    return transforms.stream()
        .filter(transform -> transform.node() == node)
        .findFirst()
        .orElseThrow()
        .at();
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
}

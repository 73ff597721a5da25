package dev.neurite.processor.memory;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Arrangement;
import dev.neurite.processor.arrange.WinogradTiles;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.autodiff.Step;
import dev.neurite.processor.autodiff.TrainingSteps;
import dev.neurite.processor.autodiff.TrainingSteps.Reach;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.memory.TrainingMemory.Key;
import dev.neurite.processor.memory.TrainingMemory.Slot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives everything that a training pass keeps its place. Values and gradients live until the
 * parameters' gradients are summed at the end of the pass, so no two share a place but those that
 * overwrite each other.
 */
public final class TrainingPlanner {

  private final TrainingSteps steps;
  private final ParameterLayout layout;
  private final ArrangedGraph graph;
  private final Names names;
  private final List<Slot> slots = new ArrayList<>();
  private final Map<Key, Place> places = new HashMap<>();

  private TrainingPlanner(TrainingSteps steps, ParameterLayout layout) {
    this.steps = steps;
    this.layout = layout;
    this.graph = steps.graph();
    this.names = new Names(graph);
  }

  public static TrainingMemory plan(TrainingSteps steps, ParameterLayout layout) {
    TrainingPlanner planner = new TrainingPlanner(steps, layout);
    planner.values();
    planner.gradients();
    planner.extras();
    return new TrainingMemory(planner.slots, planner.places);
  }

  private void values() {
    int[] first = Sharing.ofTraining(graph);
    int inputs = 0;
    for (ArrangedNode node : graph.nodes()) {
      if (node.inputs().isEmpty()) {
        put(node, Purpose.VALUE, new Place("input" + inputs++, "0", node.size()));
      }
    }
    for (int i = 0; i < graph.outputs().size(); i++) {
      ArrangedNode node = graph.node(graph.outputs().get(i));
      places.put(
          new Key(first[node.id()], Purpose.VALUE, 0), new Place("output" + i, "0", node.size()));
    }
    for (ArrangedNode node : graph.nodes().reversed()) {
      Key owner = new Key(first[node.id()], Purpose.VALUE, 0);
      if (!places.containsKey(owner)) {
        places.put(owner, perRow(node, Purpose.VALUE, node.size()));
      }
    }
    for (ArrangedNode node : graph.nodes()) {
      put(node, Purpose.VALUE, placeOf(first[node.id()], Purpose.VALUE));
    }
  }

  private void gradients() {
    int[] last = Sharing.ofGradients(graph);
    int inputs = 0;
    for (ArrangedNode node : graph.nodes()) {
      if (node.inputs().isEmpty()) {
        put(node, Purpose.GRADIENT, new Place("inputGradient" + inputs++, "0", node.size()));
      }
    }
    for (int i = 0; i < graph.outputs().size(); i++) {
      ArrangedNode node = graph.node(graph.outputs().get(i));
      put(node, Purpose.GRADIENT, new Place("outputGradient" + i, "0", node.size()));
    }
    for (ArrangedNode node : graph.nodes()) {
      if (steps.reach().get(node.id()) == Reach.NONE
          || places.containsKey(key(node, Purpose.GRADIENT))) {
        continue;
      }
      Key owner = new Key(last[node.id()], Purpose.GRADIENT, 0);
      if (!places.containsKey(owner)) {
        places.put(owner, perRow(graph.node(last[node.id()]), Purpose.GRADIENT, node.size()));
      }
      put(node, Purpose.GRADIENT, placeOf(last[node.id()], Purpose.GRADIENT));
    }
  }

  private void extras() {
    for (List<Step> stage : steps.forward()) {
      for (Step step : stage) {
        ArrangedNode node = graph.node(step.node());
        if (step instanceof Step.Transform) {
          winograd(node);
        } else if (step instanceof Step.Forward && node.work() instanceof Work.Compute compute) {
          forwardExtras(node, compute.operation());
        } else if (step instanceof Step.Turn && node.work() instanceof Work.Compute compute) {
          put(
              node,
              Purpose.TURNED,
              fixed(node, Purpose.TURNED, turnedLength(node, compute.operation())));
          graph
              .winogradGradient(node)
              .ifPresent(tiles -> transformed(node, Purpose.TRANSFORMED_TURNED, tiles));
        }
      }
    }
    for (List<Step> stage : steps.backward()) {
      for (Step step : stage) {
        ArrangedNode node = graph.node(step.node());
        if (step instanceof Step.InputGradients gradients) {
          backwardExtras(node, gradients);
        } else if (step instanceof Step.ParameterGradients) {
          if (node.arrangement() instanceof Arrangement.Lanes
              && node.work() instanceof Work.Compute compute
              && compute.operation() instanceof Operation.Conv2D conv) {
            put(node, Purpose.PARTIAL, fixed(node, Purpose.PARTIAL, laneSums(node, conv)));
          }
          graph.winogradWeights(node).ifPresent(tiles -> winogradWeights(node, tiles));
        } else if (step instanceof Step.PositionSums) {
          put(node, Purpose.SUMS, perRow(node, Purpose.SUMS, outputs(node)));
        } else if (step instanceof Step.WeightSums
            && node.work() instanceof Work.Compute compute
            && compute.operation() instanceof Operation.Conv2D conv) {
          ConvGeometry g = ConvGeometry.of(conv, node.inputTypes().getFirst(), node.type());
          int sums = g.inputs() * g.filters();
          put(node, Purpose.WEIGHT_SUMS, perRow(node, Purpose.WEIGHT_SUMS, sums));
        } else if (step instanceof Step.AddGradients shared) {
          int floats = layout.tensor(node.origin(), shared.leaf()).storage().length();
          places.put(sharedKey(node.id(), shared.leaf()), fixed(node, Purpose.SHARED, floats));
        }
      }
    }
  }

  /**
   * Room for a convolution's transformed weights and for the tiles of one image, those of its value
   * or of its input's gradient; each part of a batch uses the tiles of its first row.
   */
  private void winograd(ArrangedNode node) {
    WinogradTiles tiles = graph.winograd(node).orElseThrow();
    transformed(node, Purpose.TRANSFORMED, tiles);
    boolean both = steps.reach().get(node.inputs().getFirst()) != Reach.NONE;
    int floats =
        both
            ? Math.max(tiles.length(), graph.winogradGradient(node).orElseThrow().length())
            : tiles.length();
    put(node, Purpose.TILES, perRow(node, Purpose.TILES, floats));
  }

  /** Room for the gradient of transformed weights, and for the tiles of each of six parts. */
  private void winogradWeights(ArrangedNode node, WinogradTiles tiles) {
    transformed(node, Purpose.TRANSFORMED_GRADIENT, tiles);
    int floats = Math.multiplyExact(WinogradTiles.ROWS, tiles.gradientLength());
    places.put(new Key(node.id(), Purpose.TILES, 1), fixed(node, Purpose.TILES, floats));
  }

  private void transformed(ArrangedNode node, Purpose purpose, WinogradTiles tiles) {
    put(node, purpose, fixed(node, purpose, tiles.weightLength()));
  }

  private void forwardExtras(ArrangedNode node, Operation operation) {
    if (operation instanceof Operation.Conv2D conv) {
      ConvGeometry geometry = ConvGeometry.of(conv, node.inputTypes().getFirst(), node.type());
      if (geometry.isPadded()) {
        put(node, Purpose.PADDED, perRow(node, Purpose.PADDED, geometry.paddedSize()));
      }
    } else if (operation instanceof Operation.Dense && graph.readsBehindInput(node)) {
      int floats = graph.node(node.inputs().getFirst()).size();
      put(node, Purpose.PADDED, perRow(node, Purpose.PADDED, floats));
    } else if (operation instanceof Operation.Dropout) {
      put(node, Purpose.MASK, perRow(node, Purpose.MASK, node.size()));
    } else if (operation instanceof Operation.SpatialDropout) {
      put(node, Purpose.MASK, perRow(node, Purpose.MASK, node.type().shape().getFirst()));
    } else if (operation instanceof Operation.BatchNorm) {
      int channels = (node.type().shape().getFirst() + 15) / 16 * 16;
      put(node, Purpose.STATISTICS, fixed(node, Purpose.STATISTICS, 4 * channels));
    } else if (operation instanceof Operation.LayerNorm) {
      int vectors = node.size() / node.type().shape().getLast();
      put(node, Purpose.STATISTICS, perRow(node, Purpose.STATISTICS, vectors));
      places.put(
          new Key(node.id(), Purpose.STATISTICS, 1), perRow(node, Purpose.STATISTICS, vectors));
    } else if (operation instanceof Operation.LogSoftmax softmax) {
      put(
          node,
          Purpose.SCRATCH,
          perRow(node, Purpose.SCRATCH, node.type().shape().get(softmax.axis())));
    }
  }

  private void backwardExtras(ArrangedNode node, Step.InputGradients gradients) {
    if (node.work() instanceof Work.Compute compute
        && compute.operation() instanceof Operation.Conv2D conv) {
      ConvGeometry geometry = ConvGeometry.of(conv, node.inputTypes().getFirst(), node.type());
      if (!geometry.spreadsToItself()) {
        put(node, Purpose.SPREAD, perRow(node, Purpose.SPREAD, geometry.spreadSize()));
      }
    }
    for (Step.Flow flow : gradients.flows()) {
      if (flow.accumulates()) {
        int position = flow.position() + 1;
        places.put(
            new Key(node.id(), Purpose.SCRATCH, position),
            perRow(node, Purpose.SCRATCH, graph.node(flow.input()).size()));
      }
    }
  }

  /** A sum for each lane, for every weight and bias of a convolution. */
  private static int laneSums(ArrangedNode node, Operation.Conv2D conv) {
    ConvGeometry geometry = ConvGeometry.of(conv, node.inputTypes().getFirst(), node.type());
    return (geometry.inputs() + 1) * geometry.filters() * Arrangement.Lanes.ROWS;
  }

  /** Channels of an image, features of a vector. */
  private static int outputs(ArrangedNode node) {
    List<Integer> shape = node.type().shape();
    return shape.size() == 3 ? shape.getFirst() : shape.getLast();
  }

  private int turnedLength(ArrangedNode node, Operation operation) {
    if (operation instanceof Operation.Conv2D conv) {
      ConvGeometry geometry = ConvGeometry.of(conv, node.inputTypes().getFirst(), node.type());
      return Math.multiplyExact(geometry.groups(), geometry.turnedGroupLength());
    }
    int read = node.inputTypes().getFirst().shape().getLast();
    int given = node.type().shape().getLast();
    int inputs = graph.isTransposed(node) ? given : read;
    int units = graph.isTransposed(node) ? read : given;
    return Math.multiplyExact((inputs + 15) / 16 * 16, units);
  }

  private Place perRow(ArrangedNode node, Purpose purpose, int floats) {
    String field = names.of(node, purpose);
    slots.add(new Slot(field, floats, 0));
    return new Place("a", field, floats);
  }

  private Place fixed(ArrangedNode node, Purpose purpose, int floats) {
    String field = names.of(node, purpose);
    slots.add(new Slot(field, 0, floats));
    return new Place("a", field, 0);
  }

  private void put(ArrangedNode node, Purpose purpose, Place place) {
    places.put(key(node, purpose), place);
  }

  /** Where gradients of a shared weight or bias wait. */
  private static Key sharedKey(int node, String leaf) {
    return new Key(node, Purpose.SHARED, leaf.equals("weight") ? 0 : 1);
  }

  private static Key key(ArrangedNode node, Purpose purpose) {
    return new Key(node.id(), purpose, 0);
  }

  private Place placeOf(int node, Purpose purpose) {
    Place place = places.get(new Key(node, purpose, 0));
    if (place == null) {
      throw new IllegalStateException("no place for the " + purpose + " of node " + node);
    }
    return place;
  }
}

package dev.neurite.processor.memory;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.memory.InferenceMemory.Constant;
import dev.neurite.processor.memory.InferenceMemory.Fold;
import dev.neurite.processor.memory.TrainingMemory.Key;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Plans inference: how many rows pass together, and which values lie in the same place one after
 * another.
 */
public final class InferencePlanner {

  /** Floats of a workspace that lies in a second-level cache beside some weights: 512 KiB. */
  private static final int BLOCK_FLOATS = 128 * 1024;

  /** Ten tiles of ten rows: more gain nothing. */
  private static final int MOST_ROWS = 100;

  /** One tile of rows, so that the weights of dense layers are read once for ten rows. */
  private static final int FEWEST_ROWS = 10;

  /** A workspace that is too large even for ten rows holds one. */
  private static final int LARGEST_FLOATS = 4 * 1024 * 1024;

  private final ArrangedGraph graph;
  private final Names names;
  private final int[] first;
  private final int[] lastUse;
  private final Map<Key, Place> places = new HashMap<>();
  private final List<Block> blocks = new ArrayList<>();
  private final List<Fold> folds = new ArrayList<>();
  private final List<InferenceMemory.Turn> turns = new ArrayList<>();
  private int parameterLength;

  /** A place: its name, its floats for each row, and from which node to which it is in use. */
  private static final class Block {
    final Key key;
    final String name;
    final int floats;
    final int from;
    final int to;
    int start;

    Block(Key key, String name, int floats, int from, int to) {
      this.key = key;
      this.name = name;
      this.floats = floats;
      this.from = from;
      this.to = to;
    }
  }

  private InferencePlanner(ArrangedGraph graph, ParameterLayout layout) {
    this.graph = graph;
    this.parameterLength = layout.parameterLength();
    this.names = new Names(graph);
    this.first = Sharing.ofInference(graph);
    this.lastUse = new int[graph.nodes().size()];
  }

  public static InferenceMemory plan(ArrangedGraph graph, ParameterLayout layout) {
    return new InferencePlanner(graph, layout).run();
  }

  private InferenceMemory run() {
    fold();
    turn();
    Arrays.setAll(lastUse, node -> node);
    for (ArrangedNode node : graph.nodes()) {
      for (int input : node.inputs()) {
        lastUse[owner(input)] = Math.max(lastUse[owner(input)], node.id());
      }
      lastUse[owner(node.id())] = Math.max(lastUse[owner(node.id())], node.id());
    }
    assignValues();
    graph.nodes().forEach(this::assignExtras);
    int rowFloats = allocate();
    int rows = Math.clamp(BLOCK_FLOATS / Math.max(1, rowFloats), FEWEST_ROWS, MOST_ROWS);
    if ((long) rowFloats * rows > LARGEST_FLOATS) {
      rows = 1;
    }
    List<Constant> constants = new ArrayList<>();
    for (Block block : blocks) {
      constants.add(new Constant(block.name, block.start * rows));
      places.put(block.key, new Place("a", block.name, block.floats));
    }
    for (ArrangedNode node : graph.nodes()) {
      places.putIfAbsent(new Key(node.id(), Purpose.VALUE, 0), valueOf(owner(node.id())));
    }
    return new InferenceMemory(
        rows,
        constants,
        Math.multiplyExact(rowFloats, rows),
        places,
        folds,
        turns,
        parameterLength);
  }

  private Place valueOf(int node) {
    Place place = places.get(new Key(node, Purpose.VALUE, 0));
    if (place == null) {
      throw new IllegalStateException("no place for the value of node " + node);
    }
    return place;
  }

  private int owner(int node) {
    return first[node];
  }

  /**
   * A batch normalisation is a scale and a shift; one that alone reads a dense layer or convolution
   * is part of its weights.
   */
  private void fold() {
    int[] readers = graph.readers();
    for (ArrangedNode node : graph.nodes()) {
      if (operation(node) instanceof Operation.BatchNorm) {
        ArrangedNode input = graph.node(node.inputs().getFirst());
        Operation before = operation(input);
        boolean linear =
            before instanceof Operation.Dense
                || (before instanceof Operation.Conv2D conv && conv.groups() == 1);
        // Weights that another layer uses too cannot take up a scale.
        boolean alone =
            readers[input.id()] == 1
                && !graph.outputs().contains(input.id())
                && !graph.source().isShared(input.origin());
        int padded = (node.type().shape().getFirst() + 15) / 16 * 16;
        folds.add(
            new Fold(
                node.id(),
                linear && alone ? input.id() : -1,
                parameterLength,
                parameterLength + padded));
        parameterLength += 2 * padded;
        if (linear && alone) {
          int old = first[node.id()];
          for (int i = 0; i < first.length; i++) {
            if (first[i] == old) {
              first[i] = first[input.id()];
            }
          }
        }
      }
    }
  }

  private void turn() {
    for (ArrangedNode node : graph.nodes()) {
      if (graph.isTransposed(node)) {
        int columns = (node.type().shape().getLast() + 15) / 16 * 16;
        turns.add(new InferenceMemory.Turn(node.id(), parameterLength));
        parameterLength =
            Math.addExact(
                parameterLength,
                Math.multiplyExact(columns, node.inputTypes().getFirst().shape().getLast()));
      }
    }
  }

  private static @org.jspecify.annotations.Nullable Operation operation(ArrangedNode node) {
    return node.work() instanceof Work.Compute compute ? compute.operation() : null;
  }

  private void assignValues() {
    int inputs = 0;
    for (ArrangedNode node : graph.nodes()) {
      if (node.inputs().isEmpty()) {
        places.put(
            new Key(node.id(), Purpose.VALUE, 0),
            new Place("input" + inputs, "input" + inputs + "At", node.size()));
        inputs++;
      }
    }
    for (int i = 0; i < graph.outputs().size(); i++) {
      ArrangedNode node = graph.node(graph.outputs().get(i));
      places.put(
          new Key(owner(node.id()), Purpose.VALUE, 0),
          new Place("output" + i, "output" + i + "At", node.size()));
    }
    for (ArrangedNode node : graph.nodes()) {
      Key key = new Key(node.id(), Purpose.VALUE, 0);
      if (owner(node.id()) == node.id() && !places.containsKey(key)) {
        blocks.add(
            new Block(
                key, names.of(node, Purpose.VALUE), node.size(), node.id(), lastUse[node.id()]));
      }
    }
  }

  private void assignExtras(ArrangedNode node) {
    Operation operation = operation(node);
    if (operation instanceof Operation.Conv2D conv) {
      ConvGeometry geometry = ConvGeometry.of(conv, node.inputTypes().getFirst(), node.type());
      if (geometry.isPadded()) {
        // In use from the first node to the last: nothing else may write into its zero border.
        extra(node, Purpose.PADDED, 0, geometry.paddedSize(), 0, graph.nodes().size());
      }
    } else if (operation instanceof Operation.LayerNorm) {
      int vectors = node.size() / node.type().shape().getLast();
      extra(node, Purpose.STATISTICS, 0, vectors, node.id(), node.id());
      extra(node, Purpose.STATISTICS, 1, vectors, node.id(), node.id());
    } else if (operation instanceof Operation.LogSoftmax softmax) {
      extra(
          node, Purpose.SCRATCH, 0, node.type().shape().get(softmax.axis()), node.id(), node.id());
    }
  }

  private void extra(
      ArrangedNode node, Purpose purpose, int position, int floats, int from, int to) {
    blocks.add(
        new Block(
            new Key(node.id(), purpose, position), names.of(node, purpose), floats, from, to));
  }

  /** Lowest free place first; returns the floats of one row. */
  private int allocate() {
    int height = 0;
    List<Block> placed = new ArrayList<>();
    for (Block block : blocks) {
      int start = 0;
      boolean moved = true;
      while (moved) {
        moved = false;
        for (Block other : placed) {
          boolean together = other.from <= block.to && block.from <= other.to;
          boolean overlap =
              start < other.start + other.floats && other.start < start + block.floats;
          if (together && overlap) {
            start = other.start + other.floats;
            moved = true;
          }
        }
      }
      block.start = start;
      placed.add(block);
      height = Math.max(height, Math.addExact(start, block.floats));
    }
    return height;
  }
}

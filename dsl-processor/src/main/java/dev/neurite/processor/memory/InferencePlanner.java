package dev.neurite.processor.memory;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Arrangement;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.memory.DerivedParameters.Fold;
import dev.neurite.processor.memory.InferenceMemory.Constant;
import dev.neurite.processor.memory.InferenceMemory.Result;
import dev.neurite.processor.memory.InferenceMemory.Run;
import dev.neurite.processor.memory.TrainingMemory.Key;
import dev.neurite.processor.shape.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Plans inference: how many rows pass together, and which values lie in the same place one after
 * another.
 */
public final class InferencePlanner {

  /** Floats of a workspace that lies in a second-level cache beside some weights: 1 MiB. */
  private static final int BLOCK_FLOATS = 256 * 1024;

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
  private final List<Run> runs;
  private final Map<Key, Place> places = new HashMap<>();
  private final List<Block> blocks = new ArrayList<>();
  private final DerivedParameters derived;

  /** The nodes that hold the outputs that are copied to the caller's arrays. */
  private final Map<Integer, Integer> results = new TreeMap<>();

  /** A place: its name, its floats for each row, and from which node to which it is in use. */
  private static final class Block {
    final Key key;
    final int floats;
    final int from;
    final int to;

    /** Rows that it holds, or 0 for all rows of a block. */
    final int rows;

    /** Floats behind the last, for a vector that is stored whole. */
    final int room;

    int start;
    String name;

    /** Whether another plan has a constant of this name for the same place. */
    boolean named;

    Block(Key key, String name, int floats, int from, int to, int rows, int room) {
      this.key = key;
      this.name = name;
      this.floats = floats;
      this.from = from;
      this.to = to;
      this.rows = rows;
      this.room = room;
    }

    /** Floats of all rows that it holds, or of each of a block's rows, in whole cache lines. */
    int length() {
      int exact = Math.addExact(Math.multiplyExact(floats, Math.max(1, rows)), room);
      return Math.addExact(exact, 15) & -16;
    }
  }

  private InferencePlanner(ArrangedGraph graph, ParameterLayout layout) {
    this.graph = graph;
    this.derived = DerivedParameters.of(graph, layout.parameterLength());
    this.names = new Names(graph);
    this.first = Sharing.ofInference(graph);
    this.lastUse = new int[graph.nodes().size()];
    this.runs = RowRuns.of(graph);
  }

  /**
   * Plans some orders of the same network with one workspace. What few rows need has places of its
   * own in each order, since the zero borders of padded images must last; what all rows of a block
   * need shares its places.
   */
  public static List<InferenceMemory> plan(List<ArrangedGraph> graphs, ParameterLayout layout) {
    List<InferencePlanner> planners =
        graphs.stream().map(graph -> new InferencePlanner(graph, layout)).toList();
    planners.forEach(InferencePlanner::place);
    int fewFloats =
        ParameterLayout.START + planners.stream().mapToInt(planner -> planner.height(false)).sum();
    int rowFloats = planners.stream().mapToInt(planner -> planner.height(true)).max().orElse(0);
    int rows = blockRows(rowFloats, graphs.size() > 1 ? Arrangement.Lanes.ROWS : 1);
    int length = Math.addExact(fewFloats, Math.multiplyExact(rowFloats, rows));
    List<InferenceMemory> memories = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    int few = ParameterLayout.START;
    for (InferencePlanner planner : planners) {
      planner.nameAlike(planners.getFirst(), taken);
      memories.add(planner.memory(rows, few, fewFloats, length));
      few += planner.height(false);
    }
    return memories;
  }

  private static int blockRows(int rowFloats, int multiple) {
    int rows = Math.clamp(BLOCK_FLOATS / Math.max(1, rowFloats), FEWEST_ROWS, MOST_ROWS);
    int whole = (rows + multiple - 1) / multiple * multiple;
    return (long) rowFloats * whole > LARGEST_FLOATS ? 1 : whole;
  }

  private void place() {
    joinFolds();
    Arrays.setAll(lastUse, node -> node);
    for (ArrangedNode node : graph.nodes()) {
      for (int input : node.inputs()) {
        lastUse[owner(input)] = Math.max(lastUse[owner(input)], node.id());
      }
      lastUse[owner(node.id())] = Math.max(lastUse[owner(node.id())], node.id());
    }
    assignValues();
    graph.nodes().forEach(this::assignExtras);
    allocate(blocks.stream().filter(block -> block.rows > 0).toList());
    allocate(blocks.stream().filter(block -> block.rows == 0).toList());
  }

  /** Floats of all places that hold a whole block's rows, for each row, or of all others. */
  private int height(boolean blockRows) {
    return blocks.stream()
        .filter(block -> (block.rows == 0) == blockRows)
        .mapToInt(block -> Math.addExact(block.start, block.length()))
        .max()
        .orElse(0);
  }

  private List<Block> ofAllRows() {
    return blocks.stream().filter(block -> block.rows == 0).toList();
  }

  /**
   * Gives places the names that they have in the first plan, and other places names of their own.
   */
  private void nameAlike(InferencePlanner plan, Set<String> taken) {
    List<Block> own = ofAllRows();
    List<Block> theirs = plan.ofAllRows();
    for (int i = 0; i < own.size() && i < theirs.size() && plan != this; i++) {
      Block block = own.get(i);
      if (block.start == theirs.get(i).start && block.floats == theirs.get(i).floats) {
        block.name = theirs.get(i).name;
        block.named = true;
      }
    }
    for (Block block : blocks) {
      String wish = block.name;
      for (int i = 2; !block.named && taken.contains(block.name); i++) {
        block.name = wish + i;
      }
      taken.add(block.name);
    }
  }

  /**
   * The plan.
   *
   * @param rows of a block
   * @param fewAt where the places of few rows begin
   * @param rowsAt where those of all rows of a block begin
   * @param length of the workspace
   */
  private InferenceMemory memory(int rows, int fewAt, int rowsAt, int length) {
    List<Constant> constants = new ArrayList<>();
    Set<Key> withinRun = new HashSet<>();
    for (Block block : blocks) {
      if (!block.named) {
        constants.add(
            new Constant(
                block.name, block.rows > 0 ? fewAt + block.start : rowsAt + block.start * rows));
      }
      places.put(block.key, new Place("a", block.name, block.floats));
      if (block.rows > 0) {
        withinRun.add(block.key);
      }
    }
    for (ArrangedNode node : graph.nodes()) {
      Key key = new Key(node.id(), Purpose.VALUE, 0);
      Key held = new Key(owner(node.id()), Purpose.VALUE, 0);
      places.putIfAbsent(key, valueOf(held));
      if (withinRun.contains(held)) {
        withinRun.add(key);
      }
    }
    List<Result> copied =
        results.entrySet().stream()
            .map(
                entry ->
                    new Result(
                        entry.getKey(), valueOf(new Key(entry.getValue(), Purpose.VALUE, 0))))
            .toList();
    return new InferenceMemory(rows, runs, constants, length, places, withinRun, derived, copied);
  }

  private Place valueOf(Key key) {
    Place place = places.get(key);
    if (place == null) {
      throw new IllegalStateException("no place for the value of node " + key.node());
    }
    return place;
  }

  private Run runOf(int node) {
    return runs.stream().filter(run -> run.has(node)).findFirst().orElseThrow();
  }

  private int owner(int node) {
    return first[node];
  }

  /** A normalisation that is part of the weights before it writes where they do. */
  private void joinFolds() {
    for (Fold fold : derived.folds()) {
      if (fold.linear() >= 0) {
        int old = first[fold.node()];
        for (int i = 0; i < first.length; i++) {
          if (first[i] == old) {
            first[i] = first[fold.linear()];
          }
        }
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
    Set<Integer> copied = new HashSet<>();
    for (int i = 0; i < graph.outputs().size(); i++) {
      ArrangedNode node = graph.node(graph.outputs().get(i));
      int owner = owner(node.id());
      if (storesBehindRows(owner)) {
        copied.add(owner);
        results.put(i, owner);
      } else {
        places.put(
            new Key(owner, Purpose.VALUE, 0),
            new Place("output" + i, "output" + i + "At", node.size()));
      }
    }
    for (ArrangedNode node : graph.nodes()) {
      Key key = new Key(node.id(), Purpose.VALUE, 0);
      if (owner(node.id()) == node.id() && !places.containsKey(key)) {
        int to = copied.contains(node.id()) ? graph.nodes().size() : lastUse[node.id()];
        Run run = runOf(node.id());
        boolean within = run.has(to);
        blocks.add(
            new Block(
                key,
                names.of(node, Purpose.VALUE),
                node.size(),
                within || run.rows() == 0 ? node.id() : run.first(),
                within ? to : endOfUse(to),
                within ? run.rows() : 0,
                storesBehind(node.id()) ? 16 : 0));
      }
    }
  }

  /**
   * The last node beside which a value of all rows is needed: where a run passes few rows through
   * all its nodes at a time, those of later rows are read after its last node has seen the first.
   */
  private int endOfUse(int node) {
    if (node >= graph.nodes().size()) {
      return node;
    }
    Run run = runOf(node);
    return run.rows() == 0 ? node : run.end() - 1;
  }

  /**
   * Whether a dense layer or a convolution stores whole vectors behind the rows of a value, for
   * which a caller's array has no room.
   */
  private boolean storesBehindRows(int owner) {
    for (ArrangedNode node : graph.nodes()) {
      if (owner(node.id()) == owner
          && (operation(node) instanceof Operation.Dense
              || operation(node) instanceof Operation.Conv2D)
          && columns(node.type()) % 16 != 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether vectors may be read and stored whole behind the last number of some value in a place.
   */
  private boolean storesBehind(int owner) {
    return graph.nodes().stream()
        .anyMatch(node -> owner(node.id()) == owner && columns(node.type()) % 16 != 0);
  }

  /** Neighbouring values of a dense layer or a convolution: units or filters. */
  private static int columns(TensorType type) {
    return type.rank() == 3 ? type.shape().getFirst() : type.shape().getLast();
  }

  private void assignExtras(ArrangedNode node) {
    Operation operation = operation(node);
    if (operation instanceof Operation.Conv2D conv) {
      ConvGeometry geometry = ConvGeometry.of(conv, node.inputTypes().getFirst(), node.type());
      if (geometry.isPadded()) {
        // In use from the first node to the last: nothing else may write into its zero border.
        extra(node, Purpose.PADDED, 0, geometry.paddedSize(), 0, graph.nodes().size());
      }
      graph
          .winograd(node)
          .ifPresent(
              tiles ->
                  blocks.add(
                      new Block(
                          new Key(node.id(), Purpose.TILES, 0),
                          names.of(node, Purpose.TILES),
                          tiles.length(),
                          node.id(),
                          node.id(),
                          1,
                          0)));
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
            new Key(node.id(), purpose, position),
            names.of(node, purpose),
            floats,
            from,
            to,
            runOf(node.id()).rows(),
            0));
  }

  /** Lowest free place first. */
  private static void allocate(List<Block> blocks) {
    List<Block> placed = new ArrayList<>();
    for (Block block : blocks) {
      int start = 0;
      boolean moved = true;
      while (moved) {
        moved = false;
        for (Block other : placed) {
          boolean together = other.from <= block.to && block.from <= other.to;
          boolean overlap =
              start < other.start + other.length() && other.start < start + block.length();
          if (together && overlap) {
            start = other.start + other.length();
            moved = true;
          }
        }
      }
      block.start = start;
      placed.add(block);
    }
  }
}

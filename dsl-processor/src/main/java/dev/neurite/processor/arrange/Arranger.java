package dev.neurite.processor.arrange;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Arrangement.Plain;
import dev.neurite.processor.diagnostic.LayerFailure;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.shape.TensorType;
import dev.neurite.processor.shape.TypedGraph;
import dev.neurite.processor.shape.TypedGraph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives every value its order in memory: images channels last, all else plain, as few
 * rearrangements as that needs.
 */
public final class Arranger {

  private final TypedGraph graph;
  private final List<ArrangedNode> nodes = new ArrayList<>();

  /** For each typed node the arranged node that holds its value. */
  private final Map<Integer, Integer> holders = new HashMap<>();

  private final Map<Rearranged, Integer> rearranged = new HashMap<>();

  private record Rearranged(int node, Arrangement arrangement) {}

  /** Filters from which on a convolution's outputs fill the lanes of two vectors by themselves. */
  private static final int MANY_FILTERS = 32;

  private final Rows rows;

  private final boolean minimal;

  private Arranger(TypedGraph graph, Rows rows, boolean minimal) {
    this.graph = graph;
    this.rows = rows;
    this.minimal = minimal;
  }

  /** What comes together. */
  private enum Rows {
    /** One row, whose pixels may share the lanes of a vector. */
    ONE,
    /** Many rows, which may share them. */
    MANY,
    /** Rows on a GPU, which has no such lanes. */
    ON_DEVICE
  }

  /** Values of one row: 32 MiB for sixteen, far more than a near cache holds. */
  private static final long MOST_LANE_VALUES = 1 << 19;

  /**
   * For one row alone, which is to be as fast as can be; and last for many rows, where those share
   * the lanes of a vector in some layers and sixteen of them are not too large.
   *
   * @param minimal whether convolutions may be computed by Winograd's minimal filtering
   */
  public static List<ArrangedGraph> inferenceOrders(TypedGraph graph, boolean minimal) {
    ArrangedGraph row = new Arranger(PoolsFirst.of(graph), Rows.ONE, minimal).run();
    ArrangedGraph batches = arrangeBatches(graph, minimal);
    long values = batches.nodes().stream().mapToLong(ArrangedNode::size).sum();
    return batches.hasLanes() && values <= MOST_LANE_VALUES ? List.of(row, batches) : List.of(row);
  }

  /**
   * For training, where many rows come together and may share the lanes of a vector.
   *
   * @param minimal whether convolutions may be computed by Winograd's minimal filtering
   */
  public static ArrangedGraph arrangeBatches(TypedGraph graph, boolean minimal) {
    return new Arranger(PoolsFirst.of(graph), Rows.MANY, minimal).run();
  }

  /**
   * For a GPU, whose rows have no lanes to share, and where ReLU is part of the kernel of the
   * product before it.
   *
   * @param minimal whether convolutions may be computed by Winograd's minimal filtering
   */
  public static ArrangedGraph arrangeForDevice(TypedGraph graph, boolean minimal) {
    return new Arranger(graph, Rows.ON_DEVICE, minimal).run();
  }

  private ArrangedGraph run() {
    Set<Integer> live = new HashSet<>();
    graph.outputs().forEach(output -> markLive(output, live));
    for (Node node : graph.nodes()) {
      if (live.contains(node.id()) || node.operation() instanceof Operation.Input) {
        LayerFailure.naming(node.layer(), () -> place(node));
      }
    }
    List<Integer> outputs = new ArrayList<>();
    for (int output : graph.outputs()) {
      Node node = graph.node(output);
      int holder = arranged(holder(output), node, new Plain());
      boolean taken = outputs.contains(holder) || isInput(nodes.get(holder));
      outputs.add(taken ? rearrange(holder, node, new Plain()) : holder);
    }
    return new ArrangedGraph(graph, nodes, outputs, minimal);
  }

  private void markLive(int id, Set<Integer> live) {
    if (live.add(id)) {
      graph.node(id).inputs().forEach(input -> markLive(input, live));
    }
  }

  private static boolean isInput(ArrangedNode node) {
    return node.work() instanceof Work.Compute compute
        && compute.operation() instanceof Operation.Input;
  }

  private int holder(int typed) {
    return java.util.Objects.requireNonNull(holders.get(typed), "a node reads a later one");
  }

  private void place(Node node) {
    switch (node.operation()) {
      case Operation.Input ignored -> compute(node, new Plain());
      case Operation.Dense ignored -> {
        boolean vectors = graph.node(node.inputs().getFirst()).type().rank() == 1;
        // The order of a weight's inputs is that of the values read, and shared weights have one.
        if (vectors && !graph.isShared(node.id())) {
          add(node, List.of(rowByRow(node.inputs().getFirst())), new Plain());
        } else {
          computePlain(node);
        }
      }
      case Operation.Conv2D conv -> {
        int input = holder(node.inputs().getFirst());
        if (takesLanes(node, conv)) {
          computeLanes(node);
        } else if (isByChannel(input) && PixelLanes.suit(graph, node, conv)) {
          add(node, List.of(input), planes(node.type()));
        } else if (isInPlanes(input) && PixelLanes.canBeRead(inputOf(node).type(), conv)) {
          add(node, List.of(input), Arrangement.ofImage(node.type()));
        } else {
          computeImage(node);
        }
      }
      case Operation.BatchNorm ignored -> computeByChannel(node);
      case Operation.LayerNorm ignored -> computePlain(node);
      case Operation.Embedding ignored -> computePlain(node);
      case Operation.MaxPool2D pool -> {
        int input = holder(node.inputs().getFirst());
        if (isInPlanes(input) && pool.isOfPairs()) {
          add(node, List.of(input), planes(node.type()));
        } else {
          computePool(node);
        }
      }
      case Operation.AvgPool2D ignored -> computePool(node);
      case Operation.GlobalAvgPool ignored -> computeByChannel(node);
      case Operation.Pass ignored -> holders.put(node.id(), holder(node.inputs().getFirst()));
      case Operation.Flatten ignored -> holders.put(node.id(), holder(node.inputs().getFirst()));
      case Operation.Reshape ignored ->
          holders.put(
              node.id(), arranged(holder(node.inputs().getFirst()), inputOf(node), new Plain()));
      case Operation.Dropout ignored ->
          computeAll(node, nodes.get(rowByRow(node.inputs().getFirst())).arrangement());
      case Operation.SpatialDropout ignored -> computeImage(node);
      case Operation.Add ignored -> computeSame(node);
      case Operation.Multiply ignored -> computeSame(node);
      case Operation.Concat ignored -> computeByChannel(node);
      case Operation.Softmax softmax -> computeAlong(node, softmax.axis());
      case Operation.LogSoftmax softmax -> computeAlong(node, softmax.axis());
      case Operation.ReLU ignored -> computeSame(node);
      case Operation.LeakyReLU ignored -> computeSame(node);
      case Operation.ELU ignored -> computeSame(node);
      case Operation.GELU ignored -> computeSame(node);
      case Operation.SiLU ignored -> computeSame(node);
      case Operation.Sigmoid ignored -> computeSame(node);
      case Operation.Tanh ignored -> computeSame(node);
      case Operation.Softplus ignored -> computeSame(node);
      case Operation.Mish ignored -> computeSame(node);
    }
  }

  /**
   * Whether a convolution has too few filters to fill the lanes of vectors with them, and nothing
   * that keeps sixteen rows from sharing them: a batch's statistics, groups or gaps in a kernel
   * row.
   */
  private boolean takesLanes(Node node, Operation.Conv2D conv) {
    return rows == Rows.MANY
        && conv.filters() < MANY_FILTERS
        && conv.groups() == 1
        && conv.dilation().width() == 1
        && !isNormalized(graph, node);
  }

  /** Whether a batch normalisation reads a node, which inference takes up into its weights. */
  static boolean isNormalized(TypedGraph graph, Node node) {
    return graph.nodes().stream()
        .anyMatch(
            other ->
                other.operation() instanceof Operation.BatchNorm
                    && other.inputs().contains(node.id()));
  }

  /** Whether one row's channels lie one after another, as an image's do outside. */
  private boolean isByChannel(int holder) {
    return rows == Rows.ONE
        && (isInPlanes(holder) || nodes.get(holder).arrangement() instanceof Plain);
  }

  private boolean isInPlanes(int holder) {
    return nodes.get(holder).arrangement() instanceof Arrangement.Planes;
  }

  private static Arrangement planes(TensorType type) {
    return new Arrangement.Planes(type.shape().get(0), type.shape().get(1), type.shape().get(2));
  }

  private void computeLanes(Node node) {
    List<Integer> inputs = new ArrayList<>();
    for (int input : node.inputs()) {
      Node read = graph.node(input);
      inputs.add(arranged(holder(input), read, lanes(read.type())));
    }
    add(node, inputs, lanes(node.type()));
  }

  private static Arrangement lanes(TensorType type) {
    return new Arrangement.Lanes(type.shape().get(0), type.shape().get(1), type.shape().get(2));
  }

  private void computePool(Node node) {
    if (nodes.get(holder(node.inputs().getFirst())).arrangement() instanceof Arrangement.Lanes) {
      computeLanes(node);
    } else {
      computeImage(node);
    }
  }

  /**
   * The node that holds a value with each row by itself, images channels last: the order that
   * weights behind them have for one row and for many.
   */
  private int rowByRow(int typed) {
    int holder = holder(typed);
    return switch (nodes.get(holder).arrangement()) {
      case Plain ignored -> holder;
      case Arrangement.ChannelsLast ignored -> holder;
      case Arrangement.Planes planes -> arranged(holder, graph.node(typed), planes.channelsLast());
      case Arrangement.Lanes lanes -> arranged(holder, graph.node(typed), lanes.rowByRow());
    };
  }

  private Node inputOf(Node node) {
    return graph.node(node.inputs().getFirst());
  }

  /** Softmax over channels runs along neighbouring values of an image that lies channels last. */
  private void computeAlong(Node node, int axis) {
    if (node.type().rank() == 3 && axis == 0) {
      computeImage(node);
    } else {
      computePlain(node);
    }
  }

  private void computePlain(Node node) {
    computeAll(node, new Plain());
  }

  private void computeImage(Node node) {
    List<Integer> inputs = new ArrayList<>();
    for (int input : node.inputs()) {
      Node read = graph.node(input);
      inputs.add(arranged(holder(input), read, Arrangement.ofImage(read.type())));
    }
    add(node, inputs, Arrangement.ofImage(node.type()));
  }

  /** Images channels last, all else plain. */
  private void computeByChannel(Node node) {
    List<Integer> inputs = new ArrayList<>();
    for (int input : node.inputs()) {
      Node read = graph.node(input);
      Arrangement wanted = read.type().rank() == 3 ? Arrangement.ofImage(read.type()) : new Plain();
      inputs.add(arranged(holder(input), read, wanted));
    }
    add(node, inputs, node.type().rank() == 3 ? Arrangement.ofImage(node.type()) : new Plain());
  }

  /** In whatever order the first input lies. */
  private void computeSame(Node node) {
    computeAll(node, nodes.get(holder(node.inputs().getFirst())).arrangement());
  }

  private void computeAll(Node node, Arrangement arrangement) {
    List<Integer> inputs = new ArrayList<>();
    for (int input : node.inputs()) {
      inputs.add(arranged(holder(input), graph.node(input), arrangement));
    }
    add(node, inputs, arrangement);
  }

  private void compute(Node node, Arrangement arrangement) {
    add(node, List.of(), arrangement);
  }

  private void add(Node node, List<Integer> inputs, Arrangement arrangement) {
    List<TensorType> types = node.inputs().stream().map(input -> graph.node(input).type()).toList();
    holders.put(
        node.id(), append(node, new Work.Compute(node.operation()), inputs, types, arrangement));
  }

  private int arranged(int holder, Node node, Arrangement wanted) {
    if (nodes.get(holder).arrangement().equals(wanted)) {
      return holder;
    }
    return rearranged.computeIfAbsent(
        new Rearranged(holder, wanted), ignored -> rearrange(holder, node, wanted));
  }

  private int rearrange(int holder, Node node, Arrangement wanted) {
    Arrangement from = nodes.get(holder).arrangement();
    return append(
        node, new Work.Rearrange(from, wanted), List.of(holder), List.of(node.type()), wanted);
  }

  private int append(
      Node node, Work work, List<Integer> inputs, List<TensorType> types, Arrangement arrangement) {
    int id = nodes.size();
    nodes.add(
        new ArrangedNode(
            id, node.id(), node.layer(), work, inputs, types, node.type(), arrangement));
    return id;
  }
}

package dev.neurite.processor.cuda;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.memory.ConvGeometry;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is computed together: chains, and activations that the product before them does. */
final class Fusion {

  /** How a node becomes device steps. */
  enum Way {
    /** One product with the node's input as it is. */
    PRODUCT,
    /** Several such products, one for each group. */
    GROUPED_PRODUCT,
    /** Products with the columns of its input, in chunks of rows. */
    COLUMNS,
    /** A kernel that reads the input in place. */
    DIRECT,
    /** No sum of products. */
    NONE
  }

  /** Inputs of an output up to which a convolution is computed directly. */
  private static final int FEW_INPUTS = 32;

  /** Inputs or outputs of a group from which on a product is worth it. */
  private static final int MANY = 8;

  private final ArrangedGraph graph;
  private final boolean inference;
  private final Map<Integer, Chain> chains;

  /** For a node that one other reads, and that is no output, the node that reads it. */
  private final Map<Integer, ArrangedNode> onlyReaders = new HashMap<>();

  /** For the node that computed a ReLU the reader that does its derivative too. */
  private final Map<Integer, ArrangedNode> maskingReaders = new HashMap<>();

  Fusion(ArrangedGraph graph, boolean inference) {
    this.graph = graph;
    this.inference = inference;
    this.chains = Chain.of(graph);
    int[] readers = graph.readers();
    for (ArrangedNode reader : graph.nodes()) {
      for (int input : reader.inputs()) {
        if (readers[input] == 1 && !graph.outputs().contains(input)) {
          onlyReaders.put(input, reader);
        }
      }
    }
    for (ArrangedNode reader : graph.nodes()) {
      ArrangedNode source = masked(reader);
      if (source != null) {
        maskingReaders.put(source.id(), reader);
      }
    }
  }

  @Nullable Chain chain(int node) {
    return chains.get(node);
  }

  /** Whether a node is computed with the head of its chain. */
  boolean isInside(ArrangedNode node) {
    Chain chain = chains.get(node.id());
    return chain != null && chain.head().id() != node.id();
  }

  static Way way(ArrangedNode node) {
    if (!(node.work() instanceof Work.Compute compute)) {
      return Way.NONE;
    }
    if (compute.operation() instanceof Operation.Dense) {
      return Way.PRODUCT;
    }
    if (!(compute.operation() instanceof Operation.Conv2D)) {
      return Way.NONE;
    }
    ConvGeometry geometry = geometry(node);
    Operation.Conv2D conv = geometry.conv();
    boolean inPlace =
        geometry.taps() == 1
            && conv.stride().height() == 1
            && conv.stride().width() == 1
            && conv.padding().isZero();
    if (inPlace && geometry.groups() == 1) {
      return Way.PRODUCT;
    }
    if (inPlace && geometry.groupChannels() >= MANY && geometry.groupFilters() >= MANY) {
      return Way.GROUPED_PRODUCT;
    }
    return geometry.inputs() <= FEW_INPUTS ? Way.DIRECT : Way.COLUMNS;
  }

  static ConvGeometry geometry(ArrangedNode node) {
    return ConvGeometry.of(
        (Operation.Conv2D) Chain.operationOf(node), node.inputTypes().getFirst(), node.type());
  }

  /** Whether a bias is added to a node's sums of products. */
  static boolean hasBias(ArrangedNode node) {
    return switch (Chain.operationOf(node)) {
      case Operation.Dense dense -> dense.bias();
      case Operation.Conv2D conv -> conv.bias();
      case Operation other -> false;
    };
  }

  /** The activation that the step which computes a node's sums does too, or null. */
  @Nullable ArrangedNode absorbed(ArrangedNode node) {
    Way way = way(node);
    ArrangedNode reader = onlyReaders.get(node.id());
    if (way == Way.NONE || reader == null) {
      return null;
    }
    if (!(reader.work() instanceof Work.Compute compute)) {
      return null;
    }
    boolean single = way == Way.PRODUCT || (way == Way.COLUMNS && geometry(node).groups() == 1);
    boolean rectifies =
        compute.operation() instanceof Operation.ReLU && (way == Way.DIRECT || hasBias(node));
    boolean gelu =
        inference
            && single
            && hasBias(node)
            && compute.operation() instanceof Operation.GELU function
            && function.tanh();
    return rectifies || gelu ? reader : null;
  }

  /** How many operations of a chain have been done when it begins: 0 or 1. */
  int done(Chain chain) {
    ArrangedNode before =
        chain.head().inputs().isEmpty() ? null : graph.node(chain.head().inputs().getFirst());
    ArrangedNode absorbed = before == null ? null : absorbed(before);
    return absorbed != null && absorbed.id() == chain.head().id() ? 1 : 0;
  }

  /** The step's value: the node's own, or that of the activation that it does too. */
  ArrangedNode written(ArrangedNode node) {
    ArrangedNode absorbed = absorbed(node);
    return absorbed == null ? node : absorbed;
  }

  /**
   * The node whose ReLU's derivative the input gradient of {@code reader} does too: the one that
   * computed the ReLU, which then writes a mask. Both are products of the same rows and columns.
   */
  @Nullable ArrangedNode masked(ArrangedNode reader) {
    ArrangedNode source = way(reader) == Way.PRODUCT ? rectifier(reader) : null;
    if (source == null || way(source) != Way.PRODUCT) {
      return null;
    }
    boolean same =
        rowsOf(source) == rowsOf(reader)
            && columnsOf(source) == reader.inputTypes().getFirst().size() / rowsOf(reader);
    return same ? source : null;
  }

  /**
   * The node whose ReLU's derivative the input gradient of {@code reader} does too, by the ReLU's
   * value: that of a kernel which writes each value of the gradient once.
   */
  @Nullable ArrangedNode rectified(ArrangedNode reader) {
    boolean writesOnce =
        way(reader) == Way.COLUMNS
            || (reader.work() instanceof Work.Compute compute
                && compute.operation() instanceof Operation.MaxPool2D);
    return writesOnce ? rectifier(reader) : null;
  }

  /** The node that computed the ReLU which {@code reader} alone reads, or null. */
  private @Nullable ArrangedNode rectifier(ArrangedNode reader) {
    if (inference) {
      return null;
    }
    ArrangedNode relu = graph.node(reader.inputs().getFirst());
    Chain chain = chains.get(relu.id());
    boolean alone =
        chain != null
            && chain.nodes().size() == 1
            && onlyReaders.containsKey(relu.id())
            && done(chain) == 1;
    return alone ? graph.node(relu.inputs().getFirst()) : null;
  }

  /** Whether the reader of a node's ReLU does its derivative. */
  boolean readerRectifies(ArrangedNode node) {
    ArrangedNode relu = absorbed(node);
    ArrangedNode reader = relu == null ? null : onlyReaders.get(relu.id());
    return maskingReaders.containsKey(node.id()) || (reader != null && rectified(reader) != null);
  }

  /** The reader whose input gradient does the derivative of a node's ReLU by a mask, or null. */
  @Nullable ArrangedNode masking(ArrangedNode node) {
    return maskingReaders.get(node.id());
  }

  /** Rows of a product's matrix for each row of the batch. */
  static int rowsOf(ArrangedNode node) {
    return node.size() / columnsOf(node);
  }

  /** Columns of a product's matrix: units or filters. */
  static int columnsOf(ArrangedNode node) {
    return switch (Chain.operationOf(node)) {
      case Operation.Dense dense -> dense.units();
      case Operation.Conv2D conv -> conv.filters();
      case Operation other -> throw new IllegalStateException("no sums of products in " + other);
    };
  }
}

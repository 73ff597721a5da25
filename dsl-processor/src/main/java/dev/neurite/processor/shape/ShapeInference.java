package dev.neurite.processor.shape;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.frontend.ModelDeclaration;
import dev.neurite.processor.graph.Graph;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.shape.TypedGraph.LayerNodes;
import dev.neurite.processor.shape.TypedGraph.ModelName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives every node its type. A node that reads a value of unknown type stays unknown in silence:
 * the mistake behind it has been reported where it is.
 */
public final class ShapeInference {

  /**
   * Values of all layers in one row. Training keeps each with its gradient, a convolution both with
   * borders of zeros too: four times this is the longest array.
   */
  private static final long MOST_VALUES = Integer.MAX_VALUE / 4;

  private final Graph graph;
  private final Diagnostics diagnostics;
  private final @Nullable TensorType[] types;
  private final List<TypedGraph.Node> typed = new ArrayList<>();
  private final ShapeRules rules;
  private final SharedParameters sharing;
  private final Set<String> wrong = new HashSet<>();
  private long stored;
  private long values;

  private ShapeInference(Graph graph, Diagnostics diagnostics) {
    this.graph = graph;
    this.diagnostics = diagnostics;
    this.types = new TensorType[graph.nodes().size()];
    Trace trace = new Trace(graph, types);
    this.rules = new ShapeRules(trace, diagnostics, graph);
    this.sharing = new SharedParameters(trace, diagnostics, graph, types);
  }

  /**
   * The typed graph, or nothing if the graph or a shape has a mistake, or if it is that of a block:
   * of that, what does not depend on a place of use is checked.
   */
  public static Optional<TypedGraph> infer(Graph graph, Diagnostics diagnostics) {
    return new ShapeInference(graph, diagnostics).infer();
  }

  private Optional<TypedGraph> infer() {
    for (Graph.Node node : graph.nodes()) {
      infer(node);
    }
    boolean complete = typed.size() == graph.nodes().size();
    if (diagnostics.hasErrors()
        || !complete
        || !(graph.declaration() instanceof ModelDeclaration declaration)) {
      return Optional.empty();
    }
    return Optional.of(
        new TypedGraph(
            new ModelName(
                declaration.packageName(),
                declaration.interfaceName(),
                declaration.prefix(),
                declaration.isPublic()),
            graph.layers().stream()
                .map(layer -> new LayerNodes(layer.name(), layer.nodes(), layer.description()))
                .toList(),
            typed,
            graph.outputs().stream().map(layer -> graph.layers().get(layer).last()).toList()));
  }

  private void infer(Graph.Node node) {
    Operation operation = node.operation();
    List<TensorType> inputs = new ArrayList<>();
    for (int input : node.inputs()) {
      TensorType type = types[input];
      if (type != null) {
        inputs.add(type);
      }
    }
    if (operation == null || inputs.size() < node.inputs().size() || isRepeated(node)) {
      return;
    }
    ShapeRules.Result result = rules.apply(node, operation, inputs);
    if (result == null) {
      wrong.add(inAnyApplication(node));
      return;
    }
    TypedGraph.Share share = null;
    if (node.owner() != Graph.NONE) {
      TypedGraph.Node owner = owner(node.owner());
      share = owner == null ? null : sharing.share(node, result.operation(), inputs, owner);
      if (share == null) {
        wrong.add(inAnyApplication(node));
        return;
      }
    }
    types[node.id()] = result.type();
    if (count(node, Costs.of(result.operation(), inputs, result.type(), share))) {
      countValues(node, result.type().size());
    }
    typed.add(
        new TypedGraph.Node(
            node.id(),
            graph.layerOf(node).name(),
            result.operation(),
            node.inputs(),
            result.type(),
            share));
  }

  /**
   * Whether a layer of a block was wrong at an earlier application of the same {@code @Stack}: that
   * is one mistake, at one place.
   */
  private boolean isRepeated(Graph.Node node) {
    return !wrong.isEmpty() && wrong.contains(inAnyApplication(node));
  }

  /** {@code stage.0.conv} and {@code stage.1.conv} are one layer applied twice. */
  private String inAnyApplication(Graph.Node node) {
    return graph.layerOf(node).name().replaceAll("\\.\\d+\\.", ".");
  }

  /** The typed node of a number, or null if that node is unknown. */
  private TypedGraph.@Nullable Node owner(int id) {
    return typed.stream().filter(node -> node.id() == id).findFirst().orElse(null);
  }

  /**
   * All parameters lie in one array: reports the layer that makes it too long, once.
   *
   * @return whether they fit
   */
  private boolean count(Graph.Node node, Costs costs) {
    boolean before = stored > Integer.MAX_VALUE;
    stored += costs.stored();
    if (stored > Integer.MAX_VALUE && !before) {
      diagnostics.report(
          Message.PARAMETERS_OVERFLOW,
          node.use().atValue(),
          node.use().written(),
          graph.layerOf(node).name(),
          stored);
    }
    stored = Math.min(stored, Long.MAX_VALUE / 2);
    return stored <= Integer.MAX_VALUE;
  }

  /** All values of one row lie in one array: reports the layer that makes it too long, once. */
  private void countValues(Graph.Node node, int size) {
    boolean before = values > MOST_VALUES;
    values += size;
    if (values > MOST_VALUES && !before) {
      diagnostics.report(
          Message.WORKSPACE_OVERFLOW,
          node.use().atValue(),
          node.use().written(),
          graph.layerOf(node).name(),
          values,
          String.format(Locale.ROOT, "%.0f", 4.0 * values * Float.BYTES / (1 << 30)));
    }
  }
}

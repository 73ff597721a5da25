package dev.neurite.processor.graph;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.diagnostic.Position;
import dev.neurite.processor.frontend.AnnotationUse;
import dev.neurite.processor.frontend.ModelDeclaration;
import dev.neurite.processor.graph.Graph.Layer;
import dev.neurite.processor.graph.Graph.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Warns of what is allowed but hardly meant. For graphs without mistakes. */
public final class Advice {

  private final Graph graph;
  private final Diagnostics diagnostics;

  private Advice(Graph graph, Diagnostics diagnostics) {
    this.graph = graph;
    this.diagnostics = diagnostics;
  }

  /** Reports every warning about a graph. */
  public static void give(Graph graph, Diagnostics diagnostics) {
    Advice advice = new Advice(graph, diagnostics);
    if (advice.isIncomplete()) {
      return;
    }
    advice.unreadLayers();
    advice.dropoutOnOutputs();
    advice.softmaxInTheMiddle();
  }

  /** Whether an operation is unknown because of a mistake in a block. */
  private boolean isIncomplete() {
    return graph.nodes().stream()
        .anyMatch(node -> node.operation() == null && !node.use().name().equals("Input"));
  }

  private void unreadLayers() {
    Set<Integer> read = new HashSet<>();
    graph.nodes().forEach(node -> read.addAll(node.inputs()));
    for (int i = 0; i < graph.layers().size(); i++) {
      Layer layer = graph.layers().get(i);
      if (!layer.isInBlock() && !read.contains(layer.last()) && !graph.outputs().contains(i)) {
        diagnostics.report(Message.UNREAD_LAYER, layer.position(), layer.name());
      }
    }
  }

  /** What a block gives is what a network makes of it: its dropout is judged there. */
  private void dropoutOnOutputs() {
    if (!(graph.declaration() instanceof ModelDeclaration)) {
      return;
    }
    for (int output : graph.outputs()) {
      Node last = source(graph.layers().get(output).last()).getLast();
      if (last.operation() instanceof Operation.Dropout
          || last.operation() instanceof Operation.SpatialDropout) {
        AnnotationUse use = last.use();
        diagnostics.report(
            Message.DROPOUT_ON_OUTPUT, use.atValue(), use.written(), graph.layerOf(last).name());
      }
    }
  }

  private void softmaxInTheMiddle() {
    Set<Position> reported = new HashSet<>();
    for (Node reader : graph.nodes()) {
      Operation operation = reader.operation();
      boolean expectsAnyNumbers =
          operation instanceof Operation.Parametric
              || operation instanceof Operation.Activation
              || isSoftmax(operation);
      if (!expectsAnyNumbers) {
        continue;
      }
      for (int input : reader.inputs()) {
        List<Node> road = source(input);
        Node source = road.getLast();
        if (isSoftmax(source.operation())
            && road.stream().noneMatch(this::isOutput)
            && !isWithinOneBlock(source, reader)
            && reported.add(source.use().position())) {
          diagnostics.report(
              Message.SOFTMAX_IN_THE_MIDDLE,
              source.use().position(),
              source.use().written(),
              graph.layerOf(source).name(),
              reader.use().written(),
              graph.layerOf(reader).name());
        }
      }
    }
  }

  /** A node, and those behind it whose value it passes on: out of a block, or into one. */
  private List<Node> source(int id) {
    List<Node> road = new ArrayList<>(List.of(graph.nodes().get(id)));
    while (road.getLast().operation() instanceof Operation.Pass) {
      road.add(graph.nodes().get(road.getLast().inputs().getFirst()));
    }
    return road;
  }

  private boolean isOutput(Node node) {
    return graph.outputs().contains(node.layer()) && graph.layerOf(node).last() == node.id();
  }

  /** Whether both stand in the same application of a block, for which the block is judged. */
  private boolean isWithinOneBlock(Node one, Node other) {
    String application = application(graph.layerOf(one));
    return !application.isEmpty() && application.equals(application(graph.layerOf(other)));
  }

  /** The outermost place of use: {@code stage1.0} of {@code stage1.0.inner.2.conv}. */
  private static String application(Layer layer) {
    String[] names = layer.name().split("[.]", 3);
    return layer.isInBlock() ? names[0] + "." + names[1] : "";
  }

  private static boolean isSoftmax(@Nullable Operation operation) {
    return operation instanceof Operation.Softmax || operation instanceof Operation.LogSoftmax;
  }
}

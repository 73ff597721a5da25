package dev.neurite.processor.graph;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.frontend.AnnotationUse;
import dev.neurite.processor.graph.Graph.Layer;
import dev.neurite.processor.graph.Graph.Node;
import java.util.HashSet;
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

  private void dropoutOnOutputs() {
    for (int output : graph.outputs()) {
      Node last = graph.nodes().get(graph.layers().get(output).last());
      if (last.operation() instanceof Operation.Dropout
          || last.operation() instanceof Operation.SpatialDropout) {
        AnnotationUse use = last.use();
        diagnostics.report(
            Message.DROPOUT_ON_OUTPUT, use.atValue(), use.written(), graph.layerOf(last).name());
      }
    }
  }

  private void softmaxInTheMiddle() {
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
        Node source = graph.nodes().get(input);
        boolean output =
            graph.outputs().contains(source.layer()) && graph.layerOf(source).last() == source.id();
        boolean inBlock = graph.layerOf(source).isInBlock() || graph.layerOf(reader).isInBlock();
        if (isSoftmax(source.operation()) && !output && !inBlock) {
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

  private static boolean isSoftmax(@Nullable Operation operation) {
    return operation instanceof Operation.Softmax || operation instanceof Operation.LogSoftmax;
  }
}

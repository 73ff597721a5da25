package dev.neurite.processor.shape;

import dev.neurite.processor.graph.Graph;
import dev.neurite.processor.graph.Graph.Layer;
import dev.neurite.processor.graph.Graph.Node;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ways from the inputs to a node as one line each: {@code image [1, 28, 28] -> conv1 [6, 24,
 * 24] -> conv2 ?}.
 */
final class Trace {

  /** Layers shown at the end of a long line; before them stand the input and three dots. */
  private static final int SHOWN = 6;

  private final Graph graph;
  private final @Nullable TensorType[] types;

  Trace(Graph graph, @Nullable TensorType[] types) {
    this.graph = graph;
    this.types = types;
  }

  /**
   * One line for each different node that the node's layer reads, and where in a block it stands.
   */
  List<String> to(Node node) {
    Layer layer = graph.layerOf(node);
    List<String> lines = new ArrayList<>();
    for (int source :
        graph.nodes().get(layer.nodes().getFirst()).inputs().stream().distinct().toList()) {
      lines.add(line(source) + " -> " + layer.name() + " ?");
    }
    lines.addAll(block(layer));
    return lines;
  }

  /** Which method of which block a layer is, in a line of its own; none outside blocks. */
  private static List<String> block(Layer layer) {
    if (!layer.isInBlock()) {
      return List.of();
    }
    String method = layer.name().substring(layer.name().lastIndexOf('.') + 1);
    return List.of(layer.name() + " is " + method + "() of " + layer.block() + ".");
  }

  /** The way to the layer of a node, that layer included. */
  String line(int source) {
    Deque<String> steps = new ArrayDeque<>();
    Node node = graph.nodes().get(source);
    while (true) {
      Layer layer = graph.layerOf(node);
      TensorType type = types[node.id()];
      steps.addFirst(layer.name() + " " + (type == null ? "?" : type.shape()));
      List<Integer> inputs = graph.nodes().get(layer.nodes().getFirst()).inputs();
      if (inputs.isEmpty()) {
        break;
      }
      node = graph.nodes().get(inputs.getFirst());
    }
    List<String> shown = new ArrayList<>(steps);
    if (shown.size() > SHOWN + 2) {
      shown.subList(1, shown.size() - SHOWN).clear();
      shown.add(1, "...");
    }
    return String.join(" -> ", shown);
  }

  /** Who gives a node its value, in words: {@code pool2()}, or the annotation before it. */
  String giver(Node reader, int input) {
    Node source = graph.nodes().get(reader.inputs().get(input));
    return source.layer() == reader.layer()
        ? "the " + source.use().written() + " before it"
        : graph.layerOf(source).name() + "()";
  }
}

package dev.neurite.processor.emit;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.shape.TensorType;
import dev.neurite.processor.shape.TensorType.Element;
import dev.neurite.processor.shape.TypedGraph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a network takes and gives, in the order declared.
 *
 * @param inputs of the network
 * @param outputs of the network
 */
record Signature(List<Tensor> inputs, List<Tensor> outputs) {

  Signature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * One input or output.
   *
   * @param name the layer's name
   * @param type of one row
   * @param vocabulary for indices how many there are, else 0
   * @param last what the last operation makes of an output's values, as the runtime names it
   */
  record Tensor(String name, TensorType type, int vocabulary, String last) {
    int size() {
      return type.size();
    }

    boolean isIndex() {
      return type.element() == Element.INDEX;
    }

    /** The name of its parameter in generated methods, which have variables of their own. */
    String parameter() {
      return TAKEN.contains(name) ? name + "Values" : name;
    }

    /** {@code float[]} or {@code int[]}. */
    String javaType() {
      return isIndex() ? "int[]" : "float[]";
    }
  }

  static Signature of(ArrangedGraph graph) {
    List<Tensor> inputs = new ArrayList<>();
    for (ArrangedNode node : graph.nodes()) {
      if (node.inputs().isEmpty()) {
        int vocabulary = node.type().element() == Element.INDEX ? vocabulary(graph, node) : 0;
        inputs.add(new Tensor(node.layer(), node.type(), vocabulary, ""));
      }
    }
    List<Tensor> outputs = new ArrayList<>();
    for (int output : graph.source().outputs()) {
      Node node = graph.source().node(output);
      outputs.add(new Tensor(node.layer(), node.type(), 0, values(graph, node)));
    }
    return new Signature(inputs, outputs);
  }

  /** The name of an output's parameter; a network may give what it takes. */
  String outputParameter(Tensor output) {
    return inputs.stream().anyMatch(input -> input.name().equals(output.name()))
        ? output.name() + "Output"
        : output.parameter();
  }

  private static final Set<String> TAKEN =
      Set.of(
          "rows",
          "row",
          "from",
          "to",
          "i",
          "k",
          "a",
          "p",
          "threads",
          "choice",
          "team",
          "members",
          "member",
          "left",
          "next",
          "call",
          "failure",
          "inputs",
          "outputs",
          "model",
          "busy",
          "workspace",
          "BLOCK_ROWS",
          "LockSupport",
          "Math",
          "Thread");

  /** The smallest table that the input's indices are looked up in. */
  private static int vocabulary(ArrangedGraph graph, ArrangedNode input) {
    int smallest = Integer.MAX_VALUE;
    for (ArrangedNode node : graph.nodes()) {
      if (node.inputs().contains(input.id())
          && node.work() instanceof Work.Compute compute
          && compute.operation() instanceof Operation.Embedding embedding) {
        smallest = Math.min(smallest, embedding.vocabulary());
      }
    }
    return smallest;
  }

  private static String values(ArrangedGraph graph, Node node) {
    return switch (node.operation()) {
      case Operation.Activation activation ->
          activation instanceof Operation.Sigmoid ? "SIGMOID" : "OTHER";
      case Operation.Softmax ignored -> "SOFTMAX";
      case Operation.LogSoftmax ignored -> "LOG_SOFTMAX";
      case Operation.Dropout ignored ->
          values(graph, graph.source().node(node.inputs().getFirst()));
      case Operation.SpatialDropout ignored ->
          values(graph, graph.source().node(node.inputs().getFirst()));
      case Operation.Pass ignored -> values(graph, graph.source().node(node.inputs().getFirst()));
      case Operation.Flatten ignored ->
          values(graph, graph.source().node(node.inputs().getFirst()));
      case Operation.Reshape ignored ->
          values(graph, graph.source().node(node.inputs().getFirst()));
      case Operation.Parametric ignored -> "UNBOUNDED";
      case Operation.Input ignored -> "UNBOUNDED";
      case Operation.MaxPool2D ignored -> "OTHER";
      case Operation.AvgPool2D ignored -> "OTHER";
      case Operation.GlobalAvgPool ignored -> "UNBOUNDED";
      case Operation.Add ignored -> "UNBOUNDED";
      case Operation.Multiply ignored -> "UNBOUNDED";
      case Operation.Concat ignored -> "UNBOUNDED";
    };
  }
}

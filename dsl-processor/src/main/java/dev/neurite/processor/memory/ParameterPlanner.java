package dev.neurite.processor.memory;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Arrangement;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.graph.Initial;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.memory.ParameterLayout.Role;
import dev.neurite.processor.memory.ParameterLayout.Start;
import dev.neurite.processor.memory.ParameterLayout.Storage;
import dev.neurite.processor.memory.ParameterLayout.Tensor;
import dev.neurite.processor.memory.ParameterLayout.Use;
import dev.neurite.processor.shape.TypedGraph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives every parameter and every piece of state its place: weights in panels of 16 outputs, padded
 * there only.
 */
public final class ParameterPlanner {

  private final ArrangedGraph graph;
  private final List<Tensor> tensors = new ArrayList<>();
  private final Map<Use, Tensor> shared = new HashMap<>();
  private int parameterLength = ParameterLayout.START;
  private int stateLength;

  private ParameterPlanner(ArrangedGraph graph) {
    this.graph = graph;
  }

  public static ParameterLayout plan(ArrangedGraph graph) {
    ParameterPlanner planner = new ParameterPlanner(graph);
    Map<Integer, Arrangement> read = new HashMap<>();
    for (ArrangedNode node : graph.nodes()) {
      if (node.work() instanceof Work.Compute && !node.inputs().isEmpty()) {
        read.put(node.origin(), graph.node(node.inputs().getFirst()).arrangement());
      }
    }
    for (Node node : graph.source().nodes()) {
      planner.add(node, read.getOrDefault(node.id(), new Arrangement.Plain()));
    }
    return new ParameterLayout(
        planner.tensors, planner.shared, planner.parameterLength, planner.stateLength);
  }

  private void add(Node node, Arrangement input) {
    switch (node.operation()) {
      case Operation.Parametric parametric -> {
        switch (parametric) {
          case Operation.Dense dense -> addDense(node, dense, input);
          case Operation.Conv2D conv -> addConv(node, conv);
          case Operation.BatchNorm norm -> addBatchNorm(node, norm);
          case Operation.LayerNorm norm -> {
            if (norm.affine()) {
              addAffine(node, node.type().shape().getLast());
            }
          }
          case Operation.Embedding embedding -> addEmbedding(node, embedding);
        }
      }
      case Operation other -> {}
    }
  }

  private void addDense(Node node, Operation.Dense dense, Arrangement input) {
    int inputs = graph.source().node(node.inputs().getFirst()).type().shape().getLast();
    int units = dense.units();
    Storage.Panels weight =
        switch (input) {
          case Arrangement.Plain ignored ->
              new Storage.Panels(parameterLength, 1, units, inputs, 1, 1);
          case Arrangement.ChannelsLast image ->
              new Storage.Panels(
                  parameterLength, 1, units, image.channels(), image.height(), image.width());
          case Arrangement.Planes planes ->
              throw new IllegalStateException(
                  "a dense layer reads images channels last, not " + planes);
          case Arrangement.Lanes lanes ->
              throw new IllegalStateException("a dense layer reads rows one by one, not " + lanes);
        };
    parameter(node, "weight", List.of(units, inputs), weight, start(dense.weight(), inputs, units));
    if (dense.bias()) {
      parameter(
          node,
          "bias",
          List.of(units),
          new Storage.Panels(parameterLength, 1, units, 1, 1, 1),
          biasStart(dense.biasValue(), inputs));
    }
  }

  private void addConv(Node node, Operation.Conv2D conv) {
    int channels =
        graph.source().node(node.inputs().getFirst()).type().shape().getFirst() / conv.groups();
    int height = conv.kernel().height();
    int width = conv.kernel().width();
    int inputs = channels * height * width;
    parameter(
        node,
        "weight",
        List.of(conv.filters(), channels, height, width),
        new Storage.Panels(
            parameterLength,
            conv.groups(),
            conv.filters() / conv.groups(),
            channels,
            height,
            width),
        start(conv.weight(), inputs, conv.filters() * height * width));
    if (conv.bias()) {
      parameter(
          node,
          "bias",
          List.of(conv.filters()),
          new Storage.Panels(
              parameterLength, conv.groups(), conv.filters() / conv.groups(), 1, 1, 1),
          biasStart(conv.biasValue(), inputs));
    }
  }

  private void addAffine(Node node, int features) {
    parameter(
        node,
        "weight",
        List.of(features),
        new Storage.Panels(parameterLength, 1, features, 1, 1, 1),
        new Start.Constant(1));
    parameter(
        node,
        "bias",
        List.of(features),
        new Storage.Panels(parameterLength, 1, features, 1, 1, 1),
        new Start.Constant(0));
  }

  private void addBatchNorm(Node node, Operation.BatchNorm norm) {
    int features = node.type().shape().getFirst();
    if (norm.affine()) {
      addAffine(node, features);
    }
    state(node, "running_mean", features, Role.STATE, 0);
    state(node, "running_var", features, Role.STATE, 1);
    state(node, "num_batches_tracked", 1, Role.COUNTER, 0);
  }

  private void addEmbedding(Node node, Operation.Embedding embedding) {
    int stride = (embedding.size() + 15) / 16 * 16;
    Start start =
        embedding.weight() == Initial.DEFAULT
            ? new Start.Normal(0, 1)
            : start(embedding.weight(), embedding.size(), embedding.vocabulary());
    parameter(
        node,
        "weight",
        List.of(embedding.vocabulary(), embedding.size()),
        new Storage.Rows(parameterLength, embedding.vocabulary(), embedding.size(), stride),
        start);
  }

  private void parameter(
      Node node, String leaf, List<Integer> shape, Storage storage, Start start) {
    if (isShared(node, leaf)) {
      return;
    }
    tensors.add(new Tensor(node.id(), node.layer(), leaf, shape, Role.PARAMETER, storage, start));
    parameterLength = Math.addExact(parameterLength, storage.length());
  }

  /** Whether the tensor is another node's, which has it already. */
  private boolean isShared(Node node, String leaf) {
    if (!node.shares(leaf)) {
      return false;
    }
    int owner = graph.source().owner(node, leaf);
    tensors.stream()
        .filter(tensor -> tensor.node() == owner && tensor.leaf().equals(leaf))
        .forEach(tensor -> shared.put(new Use(node.id(), leaf), tensor));
    return true;
  }

  private void state(Node node, String leaf, int features, Role role, double value) {
    if (isShared(node, leaf)) {
      return;
    }
    Storage storage = new Storage.Panels(stateLength, 1, features, 1, 1, 1);
    List<Integer> shape = role == Role.COUNTER ? List.of() : List.of(features);
    tensors.add(
        new Tensor(node.id(), node.layer(), leaf, shape, role, storage, new Start.Constant(value)));
    stateLength = Math.addExact(stateLength, storage.length());
  }

  /**
   * PyTorch's default for dense and convolutional layers: uniform within 1 / sqrt(inputs), for
   * weight and bias.
   */
  private static Start start(Initial initial, int inputs, int outputs) {
    double in = inputs;
    double out = outputs;
    return switch (initial) {
      case DEFAULT -> uniform(Math.sqrt(1 / in));
      case XAVIER_UNIFORM -> uniform(Math.sqrt(6 / (in + out)));
      case XAVIER_NORMAL -> new Start.Normal(0, Math.sqrt(2 / (in + out)));
      case HE_UNIFORM -> uniform(Math.sqrt(6 / in));
      case HE_NORMAL -> new Start.Normal(0, Math.sqrt(2 / in));
      case LECUN_UNIFORM -> uniform(Math.sqrt(3 / in));
      case LECUN_NORMAL -> new Start.Normal(0, Math.sqrt(1 / in));
      case NORMAL -> new Start.Normal(0, 0.05);
      case UNIFORM -> uniform(0.05);
      case ZEROS -> new Start.Constant(0);
      case ONES -> new Start.Constant(1);
      case ORTHOGONAL -> new Start.Orthogonal(1);
    };
  }

  private static Start biasStart(Initial initial, int inputs) {
    return start(initial, inputs, inputs);
  }

  private static Start uniform(double bound) {
    return new Start.Uniform(-bound, bound);
  }
}

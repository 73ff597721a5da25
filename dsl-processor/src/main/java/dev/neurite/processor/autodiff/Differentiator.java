package dev.neurite.processor.autodiff;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Arrangement;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.autodiff.Step.Flow;
import dev.neurite.processor.autodiff.TrainingSteps.Reach;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.shape.TensorType.Element;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Derives the backward pass by reverse accumulation and puts both passes into stages. */
public final class Differentiator {

  /** Names of trained parameters. */
  private static final List<String> LEAVES = List.of("weight", "bias");

  /** Numbers of a weight that is worth keeping in place: a quarter of a cache of 1 MiB. */
  private static final long LARGE_WEIGHT = 1 << 16;

  /** Columns that two threads can share in tiles of two vectors of 16. */
  private static final int MOST_COLUMNS_ALONE = 64;

  private final ArrangedGraph graph;
  private final List<Reach> reach = new ArrayList<>();

  private Differentiator(ArrangedGraph graph) {
    this.graph = graph;
  }

  public static TrainingSteps differentiate(ArrangedGraph graph) {
    return new Differentiator(graph).run();
  }

  private TrainingSteps run() {
    for (ArrangedNode node : graph.nodes()) {
      reach.add(reachOf(node));
    }
    return new TrainingSteps(graph, reach, forward(), backward());
  }

  private Reach reachOf(ArrangedNode node) {
    if (hasParameters(node)) {
      return Reach.PARAMETERS;
    }
    if (node.work() instanceof Work.Compute compute
        && compute.operation() instanceof Operation.Input) {
      return node.type().element() == Element.FLOAT ? Reach.INPUTS : Reach.NONE;
    }
    Reach most = Reach.NONE;
    for (int input : node.inputs()) {
      Reach other = reach.get(input);
      most = other.compareTo(most) > 0 ? other : most;
    }
    return most;
  }

  /** Whether the node has parameters that training changes. */
  public static boolean hasParameters(ArrangedNode node) {
    return node.work() instanceof Work.Compute compute && hasParameters(compute.operation());
  }

  private static boolean hasParameters(Operation operation) {
    return switch (operation) {
      case Operation.Parametric parametric ->
          switch (parametric) {
            case Operation.Dense ignored -> true;
            case Operation.Conv2D ignored -> true;
            case Operation.BatchNorm norm -> norm.affine();
            case Operation.LayerNorm norm -> norm.affine();
            case Operation.Embedding ignored -> true;
          };
      case Operation other -> false;
    };
  }

  /** Whether the node adds a bias at several positions of a row. */
  public static boolean sumsPositions(ArrangedNode node) {
    return node.work() instanceof Work.Compute compute
        && switch (compute.operation()) {
          case Operation.Conv2D conv -> conv.bias();
          case Operation.Dense dense -> dense.bias() && node.type().rank() == 2;
          case Operation other -> false;
        };
  }

  /**
   * Whether threads share a dense layer's columns rather than its rows: each then reads and changes
   * the same part of the weight in all steps, which stays in its own cache, where the whole would
   * go to and fro between their processors.
   */
  public static boolean sharesColumns(ArrangedGraph graph, ArrangedNode node) {
    return node.work() instanceof Work.Compute compute
        && compute.operation() instanceof Operation.Dense dense
        && !graph.isTransposed(node)
        && dense.units() >= MOST_COLUMNS_ALONE
        && (long) node.inputTypes().getFirst().shape().getLast() * dense.units() >= LARGE_WEIGHT;
  }

  /**
   * Whether a convolution sums its weight's gradient for each sixteen images first: those sums are
   * at most half as many numbers as its output gradient.
   */
  public static boolean sumsWeights(ArrangedNode node) {
    return node.work() instanceof Work.Compute compute
        && compute.operation() instanceof Operation.Conv2D conv
        && node.arrangement() instanceof Arrangement.Lanes
        && 2L * weights(node, conv) <= node.size();
  }

  private static int weights(ArrangedNode node, Operation.Conv2D conv) {
    int channels = node.inputTypes().getFirst().shape().getFirst() / conv.groups();
    return channels * conv.kernel().height() * conv.kernel().width() * conv.filters();
  }

  private static boolean isBatchNorm(ArrangedNode node) {
    return node.work() instanceof Work.Compute compute
        && compute.operation() instanceof Operation.BatchNorm;
  }

  private static boolean turnsWeights(ArrangedNode node) {
    return node.work() instanceof Work.Compute compute
        && (compute.operation() instanceof Operation.Dense
            || compute.operation() instanceof Operation.Conv2D);
  }

  private List<List<Step>> forward() {
    Stages stages = new Stages();
    graph.nodes().stream()
        .filter(graph::isTransposed)
        .forEach(node -> stages.add(new Step.Turn(node.id(), false)));
    graph.nodes().stream()
        .filter(node -> graph.winograd(node).isPresent())
        .forEach(node -> stages.add(new Step.Transform(node.id())));
    // The forward pass reads these whole, the others are for the backward pass.
    stages.breakHere();
    for (ArrangedNode node : graph.nodes()) {
      if (!graph.isTransposed(node)
          && turnsWeights(node)
          && reach.get(node.inputs().getFirst()) != Reach.NONE) {
        stages.add(new Step.Turn(node.id(), reach.get(node.inputs().getFirst()) == Reach.INPUTS));
      }
    }
    for (ArrangedNode node : graph.nodes()) {
      if (node.inputs().isEmpty()) {
        continue;
      }
      if (isBatchNorm(node)) {
        stages.addAlone(new Step.Statistics(node.id()));
      }
      if (sharesColumns(graph, node)) {
        stages.breakAfterRows();
        stages.add(new Step.Forward(node.id()));
        stages.breakHere();
      } else {
        stages.add(new Step.Forward(node.id()));
      }
    }
    return stages.list();
  }

  private List<List<Step>> backward() {
    Stages stages = new Stages();
    boolean[] written = new boolean[graph.nodes().size()];
    graph.outputs().forEach(output -> written[output] = true);
    List<ArrangedNode> parametric = new ArrayList<>();
    for (ArrangedNode node : graph.nodes().reversed()) {
      if (!written[node.id()] || reach.get(node.id()) == Reach.NONE || node.inputs().isEmpty()) {
        continue;
      }
      if (isBatchNorm(node)) {
        stages.addAlone(new Step.GradientSums(node.id()));
      }
      if (hasParameters(node)) {
        parametric.add(node);
        if (sumsPositions(node)) {
          stages.add(new Step.PositionSums(node.id()));
        }
        if (sumsWeights(node)) {
          stages.add(new Step.WeightSums(node.id()));
        }
      }
      List<Flow> flows = new ArrayList<>();
      for (int position = 0; position < node.inputs().size(); position++) {
        int input = node.inputs().get(position);
        if (reach.get(input) != Reach.NONE) {
          flows.add(new Flow(position, input, written[input], reach.get(input) == Reach.INPUTS));
          written[input] = true;
        }
      }
      if (!flows.isEmpty()) {
        stages.add(new Step.InputGradients(node.id(), flows));
      }
    }
    stages.breakHere();
    addParameterGradients(parametric, stages);
    return stages.list();
  }

  /**
   * Gradients of all parameters. Of a shared one the use declared first writes, and those of the
   * others are added in the order declared once all are complete.
   */
  private void addParameterGradients(List<ArrangedNode> lastFirst, Stages stages) {
    Set<Shared> written = new HashSet<>();
    Map<Integer, Set<String>> added = new HashMap<>();
    List<Step> additions = new ArrayList<>();
    for (ArrangedNode node : lastFirst.reversed()) {
      Set<String> waiting = new HashSet<>();
      for (String leaf : LEAVES) {
        int owner = graph.owner(node, leaf);
        if (!written.add(new Shared(owner, leaf)) && owner != node.origin()) {
          waiting.add(leaf);
          additions.add(new Step.AddGradients(node.id(), leaf));
        }
      }
      added.put(node.id(), waiting);
    }
    for (ArrangedNode node : lastFirst) {
      stages.add(new Step.ParameterGradients(node.id(), added.getOrDefault(node.id(), Set.of())));
    }
    stages.breakHere();
    for (ArrangedNode node : lastFirst) {
      if (graph.winogradWeights(node).isPresent()) {
        stages.add(new Step.TransformBack(node.id(), added.getOrDefault(node.id(), Set.of())));
      }
    }
    stages.breakHere();
    additions.forEach(stages::add);
  }

  /** A parameter by the typed node that has it. */
  private record Shared(int owner, String leaf) {}

  /** Steps as they come, a new stage where one needs all of those before. */
  private static final class Stages {

    private final List<List<Step>> stages = new ArrayList<>();
    private List<Step> current = new ArrayList<>();

    void add(Step step) {
      current.add(step);
    }

    void addAlone(Step step) {
      breakHere();
      current.add(step);
      breakHere();
    }

    /** A new stage unless this one has made no values of rows so far. */
    void breakAfterRows() {
      if (current.stream().anyMatch(Step.Forward.class::isInstance)) {
        breakHere();
      }
    }

    void breakHere() {
      if (!current.isEmpty()) {
        stages.add(current);
        current = new ArrayList<>();
      }
    }

    List<List<Step>> list() {
      breakHere();
      return stages;
    }
  }
}

package dev.neurite.processor.cuda;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.autodiff.BackwardRules;
import dev.neurite.processor.autodiff.BackwardRules.OutputUse;
import dev.neurite.processor.graph.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Nodes of which each maps values to values in the same place, so that one kernel computes them
 * all: a sum, a product or a batch normalisation with what follows, or activations and dropouts
 * alone.
 *
 * @param nodes one after another; nobody else reads any but the last
 */
record Chain(List<ArrangedNode> nodes) {

  /** Longer chains are cut: their backward kernels compute all values again. */
  private static final int LONGEST = 8;

  Chain {
    nodes = List.copyOf(nodes);
  }

  ArrangedNode head() {
    return nodes.getFirst();
  }

  ArrangedNode last() {
    return nodes.getLast();
  }

  Operation operation(int index) {
    return operationOf(nodes.get(index));
  }

  static Operation operationOf(ArrangedNode node) {
    if (node.work() instanceof Work.Compute compute) {
      return compute.operation();
    }
    throw new IllegalStateException("a rearrangement computes nothing: " + node);
  }

  /** Whether some operations leave a share of the values out, so that training differs. */
  boolean drops() {
    return nodes.stream().map(Chain::operationOf).anyMatch(Chain::drops);
  }

  /** Whether all operations from there on leave values out, so that inference does nothing. */
  boolean onlyDrops(int from) {
    return nodes.stream().skip(from).map(Chain::operationOf).allMatch(Chain::drops);
  }

  private static boolean drops(Operation operation) {
    return operation instanceof Operation.Dropout || operation instanceof Operation.SpatialDropout;
  }

  /** Whether any gradient reads values. */
  boolean gradientReadsValues() {
    return nodes.stream()
        .map(Chain::operationOf)
        .anyMatch(
            operation ->
                BackwardRules.readsInput(operation)
                    || BackwardRules.outputUse(operation) != OutputUse.NONE);
  }

  /** Whether of all values the gradient reads the last one only. */
  boolean gradientReadsLastOnly() {
    for (int i = 0; i < nodes.size(); i++) {
      boolean last = i == nodes.size() - 1;
      if (BackwardRules.readsInput(operation(i))
          || (BackwardRules.outputUse(operation(i)) != OutputUse.NONE) != last) {
        return false;
      }
    }
    return true;
  }

  /** The chains of a graph, by every node that is in one. */
  static Map<Integer, Chain> of(ArrangedGraph graph) {
    int[] readers = graph.readers();
    Map<Integer, List<ArrangedNode>> open = new HashMap<>();
    for (ArrangedNode node : graph.nodes()) {
      if (!(node.work() instanceof Work.Compute compute)) {
        continue;
      }
      if (BackwardRules.isElementwise(compute.operation())) {
        int input = node.inputs().getFirst();
        List<ArrangedNode> before = open.get(input);
        if (before != null
            && before.size() < LONGEST
            && readers[input] == 1
            && !graph.outputs().contains(input)) {
          before.add(node);
          open.put(node.id(), before);
        } else {
          open.put(node.id(), new ArrayList<>(List.of(node)));
        }
      } else if (compute.operation() instanceof Operation.Add
          || compute.operation() instanceof Operation.Multiply
          || compute.operation() instanceof Operation.BatchNorm) {
        open.put(node.id(), new ArrayList<>(List.of(node)));
      }
    }
    Map<Integer, Chain> chains = new HashMap<>();
    for (List<ArrangedNode> nodes : open.values()) {
      Chain chain = new Chain(nodes);
      nodes.forEach(node -> chains.put(node.id(), chain));
    }
    return chains;
  }
}

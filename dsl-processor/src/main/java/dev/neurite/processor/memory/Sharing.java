package dev.neurite.processor.memory;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.autodiff.BackwardRules;
import dev.neurite.processor.autodiff.BackwardRules.OutputUse;
import dev.neurite.processor.graph.Operation;

/** Which nodes overwrite their input instead of having a place of their own. */
final class Sharing {

  private Sharing() {}

  /**
   * For each node the first of the chain that it shares its value's place with: itself where it has
   * its own.
   */
  static int[] ofTraining(ArrangedGraph graph) {
    return share(graph, true);
  }

  /** The same where nothing has to be kept for a backward pass. */
  static int[] ofInference(ArrangedGraph graph) {
    return share(graph, false);
  }

  private static int[] share(ArrangedGraph graph, boolean training) {
    int[] readers = graph.readers();
    int[] first = new int[graph.nodes().size()];
    // What gradients read of the values that have been in a node's place up to its own.
    OutputUse[] read = new OutputUse[first.length];
    for (ArrangedNode node : graph.nodes()) {
      first[node.id()] = node.id();
      read[node.id()] =
          node.work() instanceof Work.Compute compute
              ? BackwardRules.outputUse(compute.operation())
              : OutputUse.NONE;
      if (node.work() instanceof Work.Compute compute
          && BackwardRules.isElementwise(compute.operation())) {
        ArrangedNode input = graph.node(node.inputs().getFirst());
        if (readers[input.id()] == 1
            && !input.inputs().isEmpty()
            && !graph.outputs().contains(input.id())
            && (!training || mayOverwrite(compute.operation(), read[input.id()]))) {
          first[node.id()] = first[input.id()];
          if (read[node.id()] == OutputUse.NONE) {
            read[node.id()] = read[input.id()];
          }
        }
      }
    }
    return first;
  }

  private static boolean mayOverwrite(Operation operation, OutputUse read) {
    if (BackwardRules.readsInput(operation)) {
      return false;
    }
    boolean keepsSign =
        operation instanceof Operation.Dropout || operation instanceof Operation.SpatialDropout;
    return read == OutputUse.NONE || (read == OutputUse.SIGN && keepsSign);
  }

  /** For each node the last of the chain that it shares its gradient's place with. */
  static int[] ofGradients(ArrangedGraph graph) {
    int[] readers = graph.readers();
    int[] last = new int[graph.nodes().size()];
    for (int i = 0; i < last.length; i++) {
      last[i] = i;
    }
    for (ArrangedNode node : graph.nodes().reversed()) {
      if (node.work() instanceof Work.Compute compute
          && BackwardRules.isElementwise(compute.operation())) {
        ArrangedNode input = graph.node(node.inputs().getFirst());
        if (readers[input.id()] == 1
            && !input.inputs().isEmpty()
            && !graph.outputs().contains(input.id())) {
          last[input.id()] = last[node.id()];
        }
      }
    }
    return last;
  }
}

package dev.neurite.processor.arrange;

import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.shape.TypedGraph;
import dev.neurite.processor.shape.TypedGraph.Node;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the largest values of windows before ReLU where the network declares ReLU first: it never
 * turns an order around, so the values are the same, and there are fewer of them. The gradients are
 * the same too, since a window without a value above 0 passes none on either way.
 */
final class PoolsFirst {

  private final TypedGraph graph;

  private PoolsFirst(TypedGraph graph) {
    this.graph = graph;
  }

  static TypedGraph of(TypedGraph graph) {
    return new PoolsFirst(graph).changed();
  }

  /** The nodes keep their places: what was a ReLU becomes the pool, and the pool the ReLU. */
  private TypedGraph changed() {
    List<Node> nodes = new ArrayList<>(graph.nodes());
    for (Node pool : graph.nodes()) {
      Node relu = reluBefore(pool);
      if (relu != null) {
        nodes.set(relu.id(), at(relu.id(), pool, pool.operation(), relu.inputs()));
        nodes.set(pool.id(), at(pool.id(), pool, relu.operation(), pool.inputs()));
      }
    }
    return new TypedGraph(graph.model(), graph.layers(), nodes, graph.outputs());
  }

  private static Node at(int id, Node pool, Operation operation, List<Integer> inputs) {
    return new Node(id, pool.layer(), operation, inputs, pool.type(), null);
  }

  /**
   * The ReLU whose values a pool of largest values reads and nobody else; null if there is none.
   */
  private @Nullable Node reluBefore(Node pool) {
    if (!(pool.operation() instanceof Operation.MaxPool2D)) {
      return null;
    }
    Node before = graph.node(pool.inputs().getFirst());
    boolean onlyReader =
        !graph.outputs().contains(before.id())
            && graph.nodes().stream()
                .noneMatch(
                    other -> other.id() != pool.id() && other.inputs().contains(before.id()));
    return before.operation() instanceof Operation.ReLU && onlyReader ? before : null;
  }
}

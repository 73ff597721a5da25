package dev.neurite.processor.shape;

import dev.neurite.processor.shape.TypedGraph.LayerNodes;
import java.util.List;

/**
 * What one layer is and costs: a line of every table of layers.
 *
 * @param name the layer's
 * @param operation its annotations as a reader would write them
 * @param shape of its value, without the batch
 * @param counts whether it has costs of its own; a stack has those of the layers in it, which have
 *     lines of their own
 * @param parameters trained values, without padding
 * @param multiplyAdds of one row's forward pass, biases not counted
 * @param bytes of its value in one row
 */
public record LayerCosts(
    String name,
    String operation,
    List<Integer> shape,
    boolean counts,
    long parameters,
    long multiplyAdds,
    long bytes) {

  /** A line with an unmodifiable shape. */
  public LayerCosts {
    shape = List.copyOf(shape);
  }

  /** A line for each layer of a network, in order. */
  public static List<LayerCosts> of(TypedGraph graph) {
    return graph.layers().stream().map(layer -> of(graph, layer)).toList();
  }

  private static LayerCosts of(TypedGraph graph, LayerNodes layer) {
    boolean counts = !graph.isStack(layer);
    long parameters = 0;
    long multiplyAdds = 0;
    if (counts) {
      for (int id : layer.nodes()) {
        Costs costs = graph.costs(graph.node(id));
        parameters += costs.parameters();
        multiplyAdds += costs.multiplyAdds();
      }
    }
    TensorType type = graph.node(layer.last()).type();
    return new LayerCosts(
        layer.name(),
        layer.description(),
        type.shape(),
        counts,
        parameters,
        multiplyAdds,
        (long) Float.BYTES * type.size());
  }
}

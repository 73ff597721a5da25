package dev.neurite.processor.shape;

import dev.neurite.processor.graph.Operation;
import java.util.List;

/**
 * A network whose every value has a type: what the second half of the processor works on.
 *
 * @param model what it is generated for
 * @param layers the declared layers in order
 * @param nodes all operations in order of evaluation; a node reads earlier ones only
 * @param outputs the nodes whose values the network gives, in the order declared
 */
public record TypedGraph(
    ModelName model, List<LayerNodes> layers, List<Node> nodes, List<Integer> outputs) {

  public TypedGraph {
    layers = List.copyOf(layers);
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
  }

  /**
   * Where the generated classes go.
   *
   * @param packageName empty for the unnamed package
   * @param interfaceName as it is written in source: {@code Digits}, {@code Outer.Digits}
   * @param prefix of the generated classes: {@code Digits}, {@code Outer_Digits}
   * @param isPublic whether the interface and all around it are public
   */
  public record ModelName(
      String packageName, String interfaceName, String prefix, boolean isPublic) {}

  /**
   * One declared layer: its annotations one after another.
   *
   * @param name the method's name
   * @param nodes the nodes its annotations became, at least one, in order; the last one's value is
   *     the layer's
   * @param description its annotations as a reader would write them: {@code Conv2D 32 3x3, ReLU}
   */
  public record LayerNodes(String name, List<Integer> nodes, String description) {
    public LayerNodes {
      nodes = List.copyOf(nodes);
    }

    public int last() {
      return nodes.getLast();
    }
  }

  /**
   * One operation.
   *
   * @param id its place in {@link TypedGraph#nodes}
   * @param layer the declared layer it belongs to
   * @param operation what it computes
   * @param inputs the nodes it reads
   * @param type of its value
   */
  public record Node(
      int id, String layer, Operation operation, List<Integer> inputs, TensorType type) {
    public Node {
      inputs = List.copyOf(inputs);
    }
  }

  public Node node(int id) {
    return nodes.get(id);
  }
}

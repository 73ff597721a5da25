package dev.neurite.processor.shape;

import dev.neurite.processor.graph.Operation;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
   * One layer: its annotations one after another.
   *
   * @param name the method's name; in a block after those of the places of use: {@code
   *     stage1.0.conv1}
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

    /** Whether it is a method of the model's interface, not of a block's. */
    public boolean isDeclared() {
      return name.indexOf('.') < 0;
    }
  }

  /** Whether a layer applies blocks, whose layers stand after it. */
  public boolean isStack(LayerNodes layer) {
    return layers.stream().anyMatch(other -> other.name().startsWith(layer.name() + "."));
  }

  /**
   * One operation.
   *
   * @param id its place in {@link TypedGraph#nodes}
   * @param layer the declared layer it belongs to
   * @param operation what it computes
   * @param inputs the nodes it reads
   * @param type of its value
   * @param share of another node's parameters, or null where it has its own only
   */
  public record Node(
      int id,
      String layer,
      Operation operation,
      List<Integer> inputs,
      TensorType type,
      @Nullable Share share) {
    public Node {
      inputs = List.copyOf(inputs);
    }

    /** Whether it uses another node's parameter of that name. */
    public boolean shares(String leaf) {
      return share != null && share.has(leaf);
    }

    /** Whether its weight is another node's, turned around. */
    public boolean isTransposed() {
      return share != null && share.transposed();
    }
  }

  /**
   * Parameters that a node uses and others have.
   *
   * @param owners by a parameter's name, such as {@code weight}, the node that stores it: of a
   *     layer that itself shares its weight only, the bias is its own
   * @param transposed whether the weight is used turned around
   */
  public record Share(Map<String, Integer> owners, boolean transposed) {
    public Share {
      owners = Map.copyOf(owners);
    }

    /** Whether another node has the parameter of that name. */
    public boolean has(String leaf) {
      return owners.containsKey(leaf);
    }
  }

  /** The node that stores what another one uses as its parameter of that name. */
  public int owner(Node node, String leaf) {
    Share share = node.share();
    return share == null ? node.id() : share.owners().getOrDefault(leaf, node.id());
  }

  /** Whether parameters of a node are used by several nodes. */
  public boolean isShared(int id) {
    return node(id).share() != null
        || nodes.stream()
            .anyMatch(node -> node.share() != null && node.share().owners().containsValue(id));
  }

  /** What one node costs. */
  public Costs costs(Node node) {
    List<TensorType> types = node.inputs().stream().map(input -> node(input).type()).toList();
    return Costs.of(node.operation(), types, node.type(), node.share());
  }

  public Node node(int id) {
    return nodes.get(id);
  }
}

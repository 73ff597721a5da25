package dev.neurite.processor.graph;

import dev.neurite.processor.diagnostic.Position;
import dev.neurite.processor.frontend.AnnotationUse;
import dev.neurite.processor.frontend.Declaration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network as operations and edges, not yet typed.
 *
 * @param declaration what it was made from
 * @param layers in the order declared
 * @param nodes in order of evaluation; a node reads earlier ones only
 * @param outputs the layers whose values the network gives, in the order declared
 */
public record Graph(
    Declaration declaration, List<Layer> layers, List<Node> nodes, List<Integer> outputs) {

  /** A graph with unmodifiable lists. */
  public Graph {
    layers = List.copyOf(layers);
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
  }

  /** The number of no node. */
  public static final int NONE = -1;

  /**
   * One layer: a declared one, or one of a block at a place of use.
   *
   * @param name the method's name; in a block after those of the places of use: {@code
   *     stage1.0.conv1}
   * @param position of the method
   * @param nodes what its annotations became, at least one
   * @param description its annotations as a reader would write them
   * @param block the name of the block that declares it, empty for the declaration's own layers
   */
  public record Layer(
      String name, Position position, List<Integer> nodes, String description, String block) {

    /** A layer with an unmodifiable list. */
    public Layer {
      nodes = List.copyOf(nodes);
    }

    /** Whether it stands in a block. */
    public boolean isInBlock() {
      return !block.isEmpty();
    }

    /** The node whose value is the layer's. */
    public int last() {
      return nodes.getLast();
    }
  }

  /**
   * One annotation.
   *
   * @param id its place in {@link Graph#nodes}
   * @param layer its layer's place in {@link Graph#layers}
   * @param use the annotation, with positions
   * @param operation what it computes; null if that is unknown because of a mistake that has been
   *     reported
   * @param inputs the nodes it reads; empty also where they are unknown, {@code operation} being
   *     null then
   * @param stated the shape and element type stated by an input or reshape
   * @param owner the node whose parameters it uses, or {@link #NONE} where it has its own
   */
  public record Node(
      int id,
      int layer,
      AnnotationUse use,
      @Nullable Operation operation,
      List<Integer> inputs,
      Stated stated,
      int owner) {

    /** A node with an unmodifiable list. */
    public Node {
      inputs = List.copyOf(inputs);
    }
  }

  /**
   * What the declaration itself says about a value.
   *
   * @param index whether the elements are indices
   * @param shape empty where nothing is stated
   */
  public record Stated(boolean index, List<Integer> shape) {

    /** Nothing: the shape follows from what the node reads. */
    public static final Stated NOTHING = new Stated(false, List.of());

    /** A statement with an unmodifiable list. */
    public Stated {
      shape = List.copyOf(shape);
    }
  }

  /** The layer of a node. */
  public Layer layerOf(Node node) {
    return layers.get(node.layer());
  }
}

package dev.neurite.processor.arrange;

import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.shape.TensorType;
import dev.neurite.processor.shape.TypedGraph;
import java.util.List;
import java.util.Optional;

/**
 * The part of a network that its outputs depend on, with the order of every value in memory.
 * Flattening and reshaping, which move nothing, are gone; rearrangements stand where two operations
 * disagree.
 *
 * @param source what it was made from
 * @param nodes in order of evaluation
 * @param outputs the nodes whose values the network gives, in the order declared; no two are the
 *     same
 * @param minimal whether convolutions may be computed by Winograd's minimal filtering
 */
public record ArrangedGraph(
    TypedGraph source, List<ArrangedNode> nodes, List<Integer> outputs, boolean minimal) {

  public ArrangedGraph {
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
  }

  /**
   * One node.
   *
   * @param id its place in {@link ArrangedGraph#nodes}
   * @param origin the node of the typed graph that it computes or rearranges
   * @param layer the declared layer it belongs to
   * @param work what it does
   * @param inputs the nodes it reads
   * @param inputTypes their types as this node sees them
   * @param type of its value
   * @param arrangement of its value
   */
  public record ArrangedNode(
      int id,
      int origin,
      String layer,
      Work work,
      List<Integer> inputs,
      List<TensorType> inputTypes,
      TensorType type,
      Arrangement arrangement) {

    public ArrangedNode {
      inputs = List.copyOf(inputs);
      inputTypes = List.copyOf(inputTypes);
    }

    public int size() {
      return type.size();
    }

    /** The layer's name as a part of a Java name: {@code stage1_0_conv1}. */
    public String javaName() {
      return layer.replace('.', '_');
    }
  }

  public ArrangedNode node(int id) {
    return nodes.get(id);
  }

  /** Whether rows share lanes anywhere. */
  public boolean hasLanes() {
    return nodes.stream().anyMatch(node -> node.arrangement() instanceof Arrangement.Lanes);
  }

  /** The typed node that stores what a node uses as its parameter of that name. */
  public int owner(ArrangedNode node, String leaf) {
    return source.owner(source.node(node.origin()), leaf);
  }

  /** Whether a node's weight is another node's, turned around. */
  public boolean isTransposed(ArrangedNode node) {
    return node.work() instanceof Work.Compute && source.node(node.origin()).isTransposed();
  }

  /**
   * Whether the gradient of a node's weight reads its input in whole vectors, as that of a weight
   * turned around does, and the input is a caller's array that ends within one.
   */
  public boolean readsBehindInput(ArrangedNode node) {
    return isTransposed(node)
        && nodes.get(node.inputs().getFirst()).inputs().isEmpty()
        && node.inputTypes().getFirst().shape().getLast() % 16 != 0;
  }

  /**
   * How a node is computed by Winograd's minimal filtering, if it is a convolution that gains by
   * it.
   */
  public Optional<WinogradTiles> winograd(ArrangedNode node) {
    return isWinograd(node)
        ? Optional.of(WinogradTiles.ofOutput(node.inputTypes().getFirst(), node.type()))
        : Optional.empty();
  }

  /** The same for the gradient of its input. */
  public Optional<WinogradTiles> winogradGradient(ArrangedNode node) {
    return isWinograd(node)
        ? Optional.of(WinogradTiles.ofInputGradient(node.inputTypes().getFirst(), node.type()))
        : Optional.empty();
  }

  /** The same for the gradient of its weight. */
  public Optional<WinogradTiles> winogradWeights(ArrangedNode node) {
    return winograd(node).filter(WinogradTiles::areApart);
  }

  private boolean isWinograd(ArrangedNode node) {
    return minimal
        && node.work() instanceof Work.Compute compute
        && compute.operation() instanceof Operation.Conv2D conv
        && node.arrangement() instanceof Arrangement.ChannelsLast
        && WinogradTiles.suits(conv, node.inputTypes().getFirst(), node.type());
  }

  /** How often each node is read by others. */
  public int[] readers() {
    int[] readers = new int[nodes.size()];
    for (ArrangedNode node : nodes) {
      node.inputs().forEach(input -> readers[input]++);
    }
    return readers;
  }
}

package dev.neurite.processor.arrange;

import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.shape.TensorType;
import dev.neurite.processor.shape.TypedGraph;
import dev.neurite.processor.shape.TypedGraph.Node;
import java.util.List;

/**
 * Which convolutions of one image have neighbouring pixels in the lanes of a vector: those with so
 * few filters that these would leave many lanes empty. LeNet-5's six filters fill six of sixteen;
 * its 24 pixels fill three quarters of two vectors.
 */
final class PixelLanes {

  /** Lanes of the widest vector. */
  private static final int LANES = 16;

  /** Positions of a kernel that a tile takes in one call. */
  private static final int MOST_TAPS = 512;

  /** Channels that a tile of neighbouring pixels writes out. */
  private static final int MOST_CHANNELS = 4;

  /** The same of a tile whose vectors hold filters. */
  private static final int MOST_CHANNELS_OF_PANEL = 12;

  private PixelLanes() {}

  /**
   * Whether a convolution of an image whose channels lie one after another suits: its vectors of
   * pixels are at most three quarters of those of filters, and pools make its results fewer before
   * something else reads them, since those that are read channels last have to be moved.
   */
  static boolean suit(TypedGraph graph, Node node, Operation.Conv2D conv) {
    TensorType input = graph.node(node.inputs().getFirst()).type();
    int width = node.type().shape().get(2);
    int vectors = (width + LANES - 1) / LANES;
    return isDense(conv)
        && conv.stride().width() == 1
        && input.shape().getFirst() <= MOST_CHANNELS
        && width >= LANES
        && 4 * conv.filters() * vectors <= 3 * width
        && !Arranger.isNormalized(graph, node)
        && isPooled(graph, node);
  }

  /** Whether a convolution whose vectors hold filters can read an image that lies so. */
  static boolean canBeRead(TensorType input, Operation.Conv2D conv) {
    return isDense(conv)
        && conv.filters() <= LANES
        && input.shape().getFirst() <= MOST_CHANNELS_OF_PANEL;
  }

  private static boolean isDense(Operation.Conv2D conv) {
    return conv.groups() == 1
        && conv.dilation().width() == 1
        && conv.kernel().height() * conv.kernel().width() <= MOST_TAPS;
  }

  /** Whether pools of 2 x 2 alone read a node, perhaps behind activations. */
  private static boolean isPooled(TypedGraph graph, Node node) {
    List<Node> readers =
        graph.nodes().stream().filter(other -> other.inputs().contains(node.id())).toList();
    return !readers.isEmpty()
        && !graph.outputs().contains(node.id())
        && readers.stream()
            .allMatch(
                reader ->
                    (reader.operation() instanceof Operation.MaxPool2D pool && pool.isOfPairs())
                        || (reader.operation() instanceof Operation.Activation
                            && isPooled(graph, reader)));
  }
}

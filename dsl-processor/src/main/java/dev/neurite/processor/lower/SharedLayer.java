package dev.neurite.processor.lower;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Arrangement;
import dev.neurite.processor.arrange.WinogradTiles;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.lower.LayerMethod.Split;
import dev.neurite.processor.memory.ConvGeometry;
import dev.neurite.processor.memory.InferenceMemory;
import dev.neurite.processor.memory.Place;
import dev.neurite.processor.memory.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A large node of one row, lowered so that threads can share it: its units, which are rows of an
 * image, panels of columns or vectors of numbers, {@code from} to {@code to}.
 *
 * @param before what is done before the units, by one thread
 * @param units how many there are
 * @param lines the units from {@code from} to {@code to}; what they need for themselves lies in the
 *     array {@code t}
 */
record SharedLayer(List<Line> before, Split.Units units, List<Line> lines) {

  /** Multiply-adds of a node that pay for handing it over: 10 us of work, 1 us of waiting. */
  private static final long MANY_PRODUCTS = 1 << 19;

  /** The same for numbers of an activation. */
  private static final int MANY_NUMBERS = 1 << 15;

  /** Columns that lie side by side in a panel, and numbers of a vector of any width. */
  static final int VECTOR = 16;

  /** Pixels that the tiles of a product take at once, of which 12 and 6 are the largest. */
  private static final int PIXELS = 12;

  SharedLayer {
    before = List.copyOf(before);
    lines = List.copyOf(lines);
  }

  /** The frame of one row, alone. */
  static Frame frame(Frame frame) {
    Frame.Places places =
        (node, purpose, position) -> {
          Place place = frame.places().of(node, purpose, position);
          return purpose == Purpose.TILES ? new Place("t", place.base(), place.rowSize()) : place;
        };
    return new Frame(frame.graph(), frame.layout(), frame.kernels(), "0", "1", "1", places);
  }

  /** A node in parts, if it is large and its parts write nothing behind their last number. */
  static Optional<SharedLayer> of(ArrangedNode node, Frame frame, InferenceMemory memory) {
    if (!(node.work() instanceof Work.Compute compute)
        || node.arrangement() instanceof Arrangement.Lanes) {
      return Optional.empty();
    }
    Split.Units units = null;
    if (compute.operation() instanceof Operation.Dense dense) {
      units = panels(node, dense);
    } else if (compute.operation() instanceof Operation.Conv2D conv) {
      units = pixels(node, conv, frame);
    } else if (compute.operation() instanceof Operation.Activation) {
      units = node.size() >= MANY_NUMBERS ? vectors(node.size()) : null;
    }
    if (units == null) {
      return Optional.empty();
    }
    List<Line> before = new ArrayList<>();
    List<Line> lines = new ArrayList<>();
    ForwardLowering.lowerParts(node, frame, memory, before, lines);
    return Optional.of(new SharedLayer(before, units, lines));
  }

  /** Columns of one row's product, two vectors of 16 or more at a time. */
  private static Split.@Nullable Units panels(ArrangedNode node, Operation.Dense dense) {
    int inputs = node.inputTypes().getFirst().size();
    boolean oneRow = node.inputTypes().getFirst().shape().size() == 1;
    boolean large = (long) inputs * dense.units() >= MANY_PRODUCTS;
    return oneRow && large && dense.units() % (2 * VECTOR) == 0
        ? new Split.Units(dense.units() / VECTOR, 2)
        : null;
  }

  /** Pixels, rows of pixels or rows of tiles. */
  private static Split.@Nullable Units pixels(
      ArrangedNode node, Operation.Conv2D conv, Frame frame) {
    ConvGeometry g = ConvGeometry.of(conv, node.inputTypes().getFirst(), node.type());
    long pixels = (long) g.outHeight() * g.outWidth();
    if (pixels * g.inputs() * g.filters() < MANY_PRODUCTS
        || g.groups() > 1
        || g.filters() % VECTOR != 0) {
      return null;
    }
    if (g.isPointwise()) {
      return new Split.Units((int) pixels, PIXELS);
    }
    return frame
        .graph()
        .winograd(node)
        .map(SharedLayer::tiles)
        .orElse(new Split.Units(g.outHeight(), 1));
  }

  /**
   * Where the last tiles lie over the ones before, what both compute is rounded in two ways and the
   * last one counts: one thread has both, in order.
   */
  private static Split.Units tiles(WinogradTiles tiles) {
    int down = tiles.down();
    boolean overlap = tiles.height() % WinogradTiles.SIDE != 0;
    int multiple = 1;
    while (overlap && multiple < down && (down - 1) % multiple == 0) {
      multiple++;
    }
    return new Split.Units(down, multiple);
  }

  private static Split.@Nullable Units vectors(int numbers) {
    return numbers % VECTOR == 0 ? new Split.Units(numbers / VECTOR, 1) : null;
  }
}

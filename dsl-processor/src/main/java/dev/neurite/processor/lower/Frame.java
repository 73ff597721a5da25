package dev.neurite.processor.lower;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.Arrangement;
import dev.neurite.processor.kernel.IndexText;
import dev.neurite.processor.memory.ParameterLayout;
import dev.neurite.processor.memory.Place;
import dev.neurite.processor.memory.Purpose;
import java.util.regex.Pattern;

/**
 * Where a method's rows and places are.
 *
 * @param graph what is lowered
 * @param layout of the parameters
 * @param kernels what the class calls
 * @param from the first row
 * @param to the row after the last
 * @param count how many rows
 * @param places by node and purpose
 */
record Frame(
    ArrangedGraph graph,
    ParameterLayout layout,
    KernelSet kernels,
    String from,
    String to,
    String count,
    Places places) {

  /** What stands in a product without brackets. */
  private static final Pattern FACTOR = Pattern.compile("[a-z]+|1");

  /** Places by node and purpose; {@code position} tells those of one node and purpose apart. */
  interface Places {
    Place of(int node, Purpose purpose, int position);
  }

  /** The frame of a node: sixteen rows at once where they share lanes, even beyond the last. */
  Frame of(ArrangedGraph.ArrangedNode node) {
    return node.arrangement() instanceof Arrangement.Lanes
        ? new Frame(
            graph, layout, kernels, from, to, "(" + to + " - " + from + " + 15) & -16", places)
        : this;
  }

  /** Rows that lie side by side in a node's value. */
  static int lanes(ArrangedGraph.ArrangedNode node) {
    return node.arrangement() instanceof Arrangement.Lanes ? Arrangement.Lanes.ROWS : 1;
  }

  Place value(int node) {
    return places.of(node, Purpose.VALUE, 0);
  }

  Place place(int node, Purpose purpose) {
    return places.of(node, purpose, 0);
  }

  Place place(int node, Purpose purpose, int position) {
    return places.of(node, purpose, position);
  }

  /**
   * A place that is needed for one block of rows at a time: each block of a part of the batch uses
   * the rows where the part begins, {@code home}, so that it stays in a near cache.
   */
  Place atHome(int node, Purpose purpose) {
    Place place = place(node, purpose);
    String home = IndexText.product("home - " + from, Integer.toString(place.rowSize()));
    return new Place(place.array(), IndexText.sum(place.base(), home), place.rowSize());
  }

  /**
   * A place that is needed for one row at a time: each part of a batch uses that of its first row.
   * In inference a block is one part.
   */
  Place ofPart(int node, Purpose purpose) {
    Place place = place(node, purpose);
    String home =
        from.equals("0") ? "0" : IndexText.product("home", Integer.toString(place.rowSize()));
    return new Place(place.array(), IndexText.sum(place.base(), home), 0);
  }

  ParameterLayout.Storage storage(int typedNode, String leaf) {
    return layout.tensor(typedNode, leaf).storage();
  }

  ParameterLayout.Storage.Panels panels(int typedNode, String leaf) {
    return (ParameterLayout.Storage.Panels) storage(typedNode, leaf);
  }

  /** The number of elements in all rows of the range. */
  String elements(int rowSize) {
    return IndexText.product(
        FACTOR.matcher(count).matches() ? count : "(" + count + ")", Integer.toString(rowSize));
  }
}

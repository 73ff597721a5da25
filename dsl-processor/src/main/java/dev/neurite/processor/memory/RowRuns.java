package dev.neurite.processor.memory;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Arrangement;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.graph.Operation;
import java.util.ArrayList;
import java.util.List;

/**
 * Divides the nodes of inference into runs. Layers of images pass one image after another through
 * the whole run, so that what one layer writes is still in a near cache when the next reads it; a
 * dense layer takes all rows of a block at once, so that its weights are read once for all of them.
 */
final class RowRuns {

  private RowRuns() {}

  /** The runs, in order; every node belongs to one. */
  static List<InferenceMemory.Run> of(ArrangedGraph graph) {
    List<InferenceMemory.Run> runs = new ArrayList<>();
    List<ArrangedNode> nodes = graph.nodes();
    int first = 0;
    while (first < nodes.size()) {
      boolean dense = isDense(nodes.get(first));
      int end = first;
      int rows = 0;
      while (end < nodes.size() && isDense(nodes.get(end)) == dense) {
        rows = Math.max(rows, rows(nodes.get(end)));
        end++;
      }
      InferenceMemory.Run last = runs.isEmpty() ? null : runs.getLast();
      if (rows == 0 && last != null && last.rows() == 0) {
        runs.removeLast();
        runs.add(new InferenceMemory.Run(last.first(), end, 0));
      } else {
        runs.add(new InferenceMemory.Run(first, end, rows));
      }
      first = end;
    }
    return runs;
  }

  private static boolean isDense(ArrangedNode node) {
    return node.work() instanceof Work.Compute compute
        && compute.operation() instanceof Operation.Dense;
  }

  /** Rows that a layer of images takes at once; 0 for other nodes. */
  private static int rows(ArrangedNode node) {
    boolean image =
        node.work() instanceof Work.Compute compute
            && (compute.operation() instanceof Operation.Conv2D
                || compute.operation() instanceof Operation.MaxPool2D
                || compute.operation() instanceof Operation.AvgPool2D
                || compute.operation() instanceof Operation.GlobalAvgPool);
    if (!image) {
      return 0;
    }
    return node.arrangement() instanceof Arrangement.Lanes ? Arrangement.Lanes.ROWS : 1;
  }
}

package dev.neurite.processor.shape;

import dev.neurite.processor.shape.TypedGraph.LayerNodes;
import java.util.Locale;

/** A network as a table: a line for each layer with its shape, parameters and multiply-adds. */
public final class SummaryTable {

  private SummaryTable() {}

  /** The table of a network, with a line of sums. */
  public static String of(TypedGraph graph) {
    StringBuilder table = new StringBuilder(graph.model().interfaceName()).append('\n');
    table.append(row("layer", "operation", "shape", "parameters", "multiply-adds"));
    long parameters = 0;
    long multiplyAdds = 0;
    for (LayerNodes layer : graph.layers()) {
      long ownParameters = 0;
      long ownMultiplyAdds = 0;
      for (int id : layer.nodes()) {
        Costs costs = graph.costs(graph.node(id));
        ownParameters += costs.parameters();
        ownMultiplyAdds += costs.multiplyAdds();
      }
      boolean counts = !graph.isStack(layer);
      table.append(
          row(
              layer.name(),
              layer.description(),
              graph.node(layer.last()).type().shape().toString(),
              counts ? grouped(ownParameters) : "",
              counts ? grouped(ownMultiplyAdds) : ""));
      parameters += ownParameters;
      multiplyAdds += ownMultiplyAdds;
    }
    return table.append(row("", "", "", grouped(parameters), grouped(multiplyAdds))).toString();
  }

  private static String row(Object... cells) {
    return String.format(Locale.ROOT, "  %-16s %-40s %-16s %14s %16s", cells).stripTrailing()
        + "\n";
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}

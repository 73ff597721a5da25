package dev.neurite.processor.shape;

import dev.neurite.processor.shape.TypedGraph.LayerNodes;
import java.util.ArrayList;
import java.util.List;
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
      for (Costs costs : costs(graph, layer)) {
        ownParameters += costs.parameters();
        ownMultiplyAdds += costs.multiplyAdds();
      }
      table.append(
          row(
              layer.name(),
              layer.description(),
              graph.node(layer.last()).type().shape().toString(),
              grouped(ownParameters),
              grouped(ownMultiplyAdds)));
      parameters += ownParameters;
      multiplyAdds += ownMultiplyAdds;
    }
    return table.append(row("", "", "", grouped(parameters), grouped(multiplyAdds))).toString();
  }

  private static List<Costs> costs(TypedGraph graph, LayerNodes layer) {
    List<Costs> costs = new ArrayList<>();
    for (int id : layer.nodes()) {
      TypedGraph.Node node = graph.node(id);
      List<TensorType> inputs = node.inputs().stream().map(i -> graph.node(i).type()).toList();
      costs.add(Costs.of(node.operation(), inputs, node.type()));
    }
    return costs;
  }

  private static String row(Object... cells) {
    return String.format(Locale.ROOT, "  %-16s %-40s %-16s %14s %16s", cells).stripTrailing()
        + "\n";
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}

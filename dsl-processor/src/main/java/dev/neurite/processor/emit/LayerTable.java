package dev.neurite.processor.emit;

import dev.neurite.processor.memory.ParameterLayout;
import dev.neurite.processor.memory.ParameterLayout.Role;
import dev.neurite.processor.shape.TypedGraph;
import dev.neurite.processor.shape.TypedGraph.LayerNodes;
import java.util.List;
import java.util.Locale;

/** The table of layers in the Javadoc of generated classes. */
final class LayerTable {

  private LayerTable() {}

  static String of(TypedGraph graph, ParameterLayout layout) {
    StringBuilder text = new StringBuilder();
    text.append("<table>\n<caption>Layers; multiply-adds of one row's forward pass</caption>\n");
    text.append(
        "<tr><th>layer</th><th>operation</th><th>shape</th><th>parameters</th><th>multiply-adds</th></tr>\n");
    for (LayerNodes layer : graph.layers()) {
      long parameters =
          layout.tensors().stream()
              .filter(
                  tensor ->
                      tensor.role() == Role.PARAMETER && layer.nodes().contains(tensor.node()))
              .mapToLong(tensor -> elements(tensor.shape()))
              .sum();
      long multiplyAdds =
          layer.nodes().stream()
              .mapToLong(id -> ModelClassWriter.multiplyAdds(graph, graph.node(id)))
              .sum();
      boolean counts = !graph.isStack(layer);
      text.append(
          "<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n"
              .formatted(
                  layer.name(),
                  layer.description().replace("->", "to").replace("&", "and").replace("<", "below"),
                  graph.node(layer.last()).type().shape(),
                  counts ? grouped(parameters) : "",
                  counts ? grouped(multiplyAdds) : ""));
    }
    return text.append("</table>\n").toString();
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static long elements(List<Integer> shape) {
    return shape.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
  }
}

package dev.neurite.processor.emit;

import dev.neurite.processor.shape.LayerCosts;
import dev.neurite.processor.shape.TypedGraph;
import dev.neurite.processor.shape.TypedGraph.Node;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The layers in the Javadoc of generated classes: a table, and a diagram where the network is more
 * than a chain.
 */
final class LayerTable {

  private LayerTable() {}

  static String of(TypedGraph graph) {
    StringBuilder text = new StringBuilder();
    text.append("<table>\n<caption>Layers; multiply-adds of one row's forward pass</caption>\n");
    text.append(
        "<tr><th>layer</th><th>operation</th><th>shape</th><th>parameters</th><th>multiply-adds</th>"
            + "<th>bytes per row</th></tr>\n");
    for (LayerCosts layer : LayerCosts.of(graph)) {
      text.append(
          "<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n"
              .formatted(
                  layer.name(),
                  layer.operation().replace("->", "to").replace("&", "and").replace("<", "below"),
                  layer.shape(),
                  layer.counts() ? grouped(layer.parameters()) : "",
                  layer.counts() ? grouped(layer.multiplyAdds()) : "",
                  layer.counts() ? grouped(layer.bytes()) : ""));
    }
    return text.append("</table>\n").append(diagram(graph)).toString();
  }

  /** The graph for Mermaid; empty for a chain of layers. */
  private static String diagram(TypedGraph graph) {
    Map<String, List<Integer>> shapes = new LinkedHashMap<>();
    Set<List<String>> edges = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      shapes.put(node.layer(), node.type().shape());
      for (int input : node.inputs()) {
        String from = graph.node(input).layer();
        if (!from.equals(node.layer())) {
          edges.add(List.of(from, node.layer()));
        }
      }
    }
    List<String> names = List.copyOf(shapes.keySet());
    boolean chain =
        edges.stream()
            .allMatch(edge -> names.indexOf(edge.getFirst()) + 1 == names.indexOf(edge.getLast()));
    if (chain && edges.size() == names.size() - 1) {
      return "";
    }
    StringBuilder text = new StringBuilder("<pre class=\"mermaid\">\ngraph TD\n");
    shapes.forEach(
        (name, shape) ->
            text.append("  l%d[\"%s %s\"]\n".formatted(names.indexOf(name), name, shape)));
    for (List<String> edge : edges) {
      text.append(
          "  l%d --&gt; l%d\n"
              .formatted(names.indexOf(edge.getFirst()), names.indexOf(edge.getLast())));
    }
    return text.append("</pre>\n").toString();
  }

  /** A number that is not negative, with a comma before each three digits. */
  private static String grouped(long number) {
    StringBuilder text = new StringBuilder(Long.toString(number));
    for (int at = text.length() - 3; at > 0; at -= 3) {
      text.insert(at, ',');
    }
    return text.toString();
  }
}

package dev.neurite.processor.shape;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A network as a table, a line for each layer: the text that the model's {@code summary()} gives at
 * run time.
 */
public final class SummaryTable {

  /** Columns from here on hold numbers and are aligned to the right. */
  private static final int NUMBERS = 3;

  private static final String GAP = "  ";

  private SummaryTable() {}

  /** The table of a network, with a line of sums. */
  public static String of(TypedGraph graph) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of("layer", "operation", "output", "parameters", "multiply-adds", "bytes per row"));
    List<LayerCosts> layers = LayerCosts.of(graph);
    for (LayerCosts layer : layers) {
      rows.add(
          List.of(
              layer.name(),
              layer.operation(),
              layer.shape().toString(),
              layer.counts() ? grouped(layer.parameters()) : "",
              layer.counts() ? grouped(layer.multiplyAdds()) : "",
              layer.counts() ? grouped(layer.bytes()) : ""));
    }
    rows.add(
        List.of(
            "total",
            "",
            "",
            grouped(layers.stream().mapToLong(LayerCosts::parameters).sum()),
            grouped(layers.stream().mapToLong(LayerCosts::multiplyAdds).sum()),
            grouped(
                layers.stream().filter(LayerCosts::counts).mapToLong(LayerCosts::bytes).sum())));
    String name = graph.model().interfaceName();
    return name.substring(name.lastIndexOf('.') + 1) + "\n" + table(rows);
  }

  private static String table(List<List<String>> rows) {
    List<Integer> widths =
        IntStream.range(0, rows.getFirst().size())
            .mapToObj(i -> Collections.max(rows.stream().map(row -> row.get(i).length()).toList()))
            .toList();
    int wide = widths.stream().mapToInt(width -> width + GAP.length()).sum() - GAP.length();
    String rule = "-".repeat(wide) + "\n";
    StringBuilder table = new StringBuilder(rule);
    for (int i = 0; i < rows.size(); i++) {
      table.append(line(rows.get(i), widths));
      if (i == 0 || i == rows.size() - 2) {
        table.append(rule);
      }
    }
    return table.toString();
  }

  private static String line(List<String> cells, List<Integer> widths) {
    return IntStream.range(0, cells.size())
            .mapToObj(
                i -> {
                  String blanks = " ".repeat(widths.get(i) - cells.get(i).length());
                  return i < NUMBERS ? cells.get(i) + blanks : blanks + cells.get(i);
                })
            .collect(Collectors.joining(GAP))
            .stripTrailing()
        + "\n";
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}

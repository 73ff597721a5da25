package dev.neurite.processor.shape;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.frontend.AnnotationUse;
import dev.neurite.processor.frontend.ModelDeclaration;
import dev.neurite.processor.shape.TypedGraph.Node;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** Compares what a network costs with what {@code @Model} allows. */
public final class Budgets {

  private static final List<String> ALL =
      List.of("maxParameters", "maxWorkspaceBytes", "maxMultiplyAdds");

  /** Layers shown when a budget is exceeded: those beyond have little to give. */
  private static final int SHOWN = 12;

  private final ModelDeclaration declaration;
  private final AnnotationUse model;
  private final Diagnostics diagnostics;

  /** The budgets of one declaration. */
  public Budgets(ModelDeclaration declaration, Diagnostics diagnostics) {
    this.declaration = declaration;
    this.model = declaration.model();
    this.diagnostics = diagnostics;
  }

  /** Reports budgets that no network can keep. */
  public void checkDeclared() {
    for (String budget : ALL) {
      long allowed = model.longInteger(budget);
      if (allowed < 1) {
        diagnostics.report(
            Message.BUDGET_NOT_POSITIVE,
            model.at(budget),
            declaration.interfaceName(),
            budget,
            allowed);
      }
    }
  }

  /** Reports the budgets of parameters and multiply-adds that a network exceeds. */
  public void check(TypedGraph graph) {
    compare(graph, "maxParameters", Message.PARAMETERS_OVER_BUDGET, Costs::parameters);
    compare(graph, "maxMultiplyAdds", Message.MULTIPLY_ADDS_OVER_BUDGET, Costs::multiplyAdds);
  }

  /**
   * Reports a workspace that exceeds its budget.
   *
   * @param bytes what one thread of inference needs, known once the memory is planned
   */
  public void checkWorkspace(TypedGraph graph, long bytes) {
    long allowed = model.longInteger("maxWorkspaceBytes");
    if (bytes > allowed) {
      Map<String, Long> valueBytes = new TreeMap<>();
      for (Node node : graph.nodes()) {
        valueBytes.merge(node.layer(), (long) node.type().size() * Float.BYTES, Long::sum);
      }
      diagnostics.reportTraced(
          Message.WORKSPACE_OVER_BUDGET,
          model.at("maxWorkspaceBytes"),
          largestFirst(valueBytes),
          declaration.interfaceName(),
          grouped(bytes),
          grouped(allowed));
    }
  }

  private void compare(
      TypedGraph graph, String budget, Message message, ToLongFunction<Costs> cost) {
    long allowed = model.longInteger(budget);
    Map<String, Long> byLayer = new TreeMap<>();
    for (Node node : graph.nodes()) {
      long own = cost.applyAsLong(graph.costs(node));
      byLayer.merge(node.layer(), own, Long::sum);
    }
    long all = byLayer.values().stream().mapToLong(Long::longValue).sum();
    if (all > allowed) {
      Map.Entry<String, Long> largest =
          byLayer.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
      diagnostics.reportTraced(
          message,
          model.at(budget),
          largestFirst(byLayer),
          declaration.interfaceName(),
          grouped(all),
          grouped(allowed),
          largest.getKey(),
          grouped(largest.getValue()));
    }
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** A line for each layer that costs something, the costliest first. */
  private static List<String> largestFirst(Map<String, Long> byLayer) {
    long all = byLayer.values().stream().mapToLong(Long::longValue).sum();
    int width = byLayer.keySet().stream().mapToInt(String::length).max().orElse(1);
    return byLayer.entrySet().stream()
        .filter(layer -> layer.getValue() > 0)
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(SHOWN)
        .map(
            layer ->
                layer.getKey()
                    + " ".repeat(width - layer.getKey().length())
                    + String.format(
                        Locale.ROOT,
                        "%,16d %5.1f %%",
                        layer.getValue(),
                        100.0 * layer.getValue() / all))
        .toList();
  }
}

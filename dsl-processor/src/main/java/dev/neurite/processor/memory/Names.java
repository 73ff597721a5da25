package dev.neurite.processor.memory;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Work;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Names for places from the names of layers: {@code conv1}, {@code hiddenDense} for what is not a
 * layer's last value.
 */
final class Names {

  private final ArrangedGraph graph;
  private final Set<String> taken = new HashSet<>();

  Names(ArrangedGraph graph) {
    this.graph = graph;
  }

  /** A name for a node's place that no other place has. */
  String of(ArrangedNode node, Purpose purpose) {
    boolean last =
        graph.source().layers().stream().anyMatch(layer -> layer.last() == node.origin());
    String detail =
        switch (node.work()) {
          case Work.Compute compute -> last ? "" : compute.operation().getClass().getSimpleName();
          case Work.Rearrange ignored -> "Rearranged";
        };
    String wish = node.javaName() + detail + purpose.suffix();
    String name = "at" + wish.substring(0, 1).toUpperCase(Locale.ROOT) + wish.substring(1);
    String free = name;
    for (int i = 2; !taken.add(free); i++) {
      free = name + i;
    }
    return free;
  }
}

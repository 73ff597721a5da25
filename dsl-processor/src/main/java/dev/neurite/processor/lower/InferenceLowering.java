package dev.neurite.processor.lower;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.diagnostic.LayerFailure;
import dev.neurite.processor.lower.LayerMethod.Split;
import dev.neurite.processor.memory.InferenceMemory;
import dev.neurite.processor.memory.ParameterLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Lowers inference: a method for each layer, on the rows of one block. */
public final class InferenceLowering {

  /**
   * Inference as methods, to be called in order.
   *
   * @param methods one for each layer that does anything
   * @param kernels what they call
   */
  public record InferenceCode(List<LayerMethod> methods, KernelSet kernels) {
    public InferenceCode {
      methods = List.copyOf(methods);
    }
  }

  private InferenceLowering() {}

  public static InferenceCode lower(
      ArrangedGraph graph, ParameterLayout layout, InferenceMemory memory) {
    KernelSet kernels = new KernelSet();
    Frame frame = new Frame(graph, layout, kernels, "0", "rows", "rows", memory::place);
    List<LayerMethod> methods = new ArrayList<>();
    Set<String> names = new HashSet<>();
    List<Line> lines = new ArrayList<>();
    String layer = "";
    for (ArrangedNode node : graph.nodes()) {
      if (!layer.equals(node.javaName())) {
        finish(layer, lines, methods, names);
        layer = node.javaName();
      }
      LayerFailure.naming(
          node.layer(), () -> lines.addAll(ForwardLowering.lower(node, frame, memory)));
    }
    finish(layer, lines, methods, names);
    return new InferenceCode(methods, kernels);
  }

  private static void finish(
      String layer, List<Line> lines, List<LayerMethod> methods, Set<String> names) {
    if (!lines.isEmpty()) {
      String name = layer + "Forward";
      for (int i = 2; !names.add(name); i++) {
        name = layer + "Forward" + i;
      }
      methods.add(
          new LayerMethod(
              name, "This layer, for a block of rows.", new Split.Rows(), false, 0, lines));
      lines.clear();
    }
  }
}

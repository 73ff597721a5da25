package dev.neurite.processor.cuda;

import static dev.neurite.processor.cuda.ElementText.real;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Arrangement;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.graph.Operation.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The lines of CUDA C that compute a chain for one element, and its gradient. Before them stand
 * {@code i}, the element among all rows, and what its inputs are.
 */
final class ChainText {

  private final Chain chain;
  private final int size;

  /** Distinct inputs of the head, and for each of its positions which of them it is. */
  private final List<Integer> inputs;

  /** How many operations a product before has done already. */
  private final int done;

  ChainText(Chain chain, int done) {
    this.chain = chain;
    this.done = done;
    this.size = chain.last().size();
    this.inputs = chain.head().inputs().stream().distinct().toList();
  }

  /** The distinct nodes that the head reads. */
  List<Integer> inputs() {
    return inputs;
  }

  private boolean isNormalization() {
    return chain.operation(0) instanceof Operation.BatchNorm;
  }

  private int channels() {
    return chain.head().type().shape().getFirst();
  }

  /** Pointers that the lines use, beside inputs and outputs. */
  String parameters(boolean values, boolean dropping) {
    StringBuilder text = new StringBuilder();
    if (isNormalization() && values) {
      text.append("const float* __restrict__ mean, const float* __restrict__ deviation, ");
    }
    if (chain.operation(0) instanceof Operation.BatchNorm norm && norm.affine() && values) {
      text.append("const float* __restrict__ weight, const float* __restrict__ bias, ");
    }
    if (dropping && chain.drops()) {
      text.append("const NeuriteStep* __restrict__ step, int training, ");
    }
    return text.toString();
  }

  /**
   * Lines that compute {@code v0}, the head's value, to the last.
   *
   * @param input what the head's distinct inputs are, with their number in place of {@code #}
   * @param to the number of the last value wanted
   * @param dropping whether dropouts count; if not they are left out, as in inference
   */
  List<String> values(String input, int to, boolean dropping) {
    List<String> lines = new ArrayList<>();
    for (int index = 0; index <= to; index++) {
      if (index < done) {
        lines.add("const float v%d = %s;".formatted(index, input.replace("#", "0")));
        continue;
      }
      String before = index == 0 ? input.replace("#", "0") : "v" + (index - 1);
      Operation operation = chain.operation(index);
      if (operation instanceof Operation.BatchNorm norm) {
        lines.add("const float n = (%s - mean[c]) * deviation[c];".formatted(before));
        lines.add(
            "const float v0 = %s;".formatted(norm.affine() ? "n * weight[c] + bias[c]" : "n"));
      } else {
        lines.add(
            "const float v%d = %s;"
                .formatted(index, value(operation, index, before, input, dropping)));
      }
    }
    return lines;
  }

  private String value(
      Operation operation, int index, String before, String input, boolean dropping) {
    if (operation instanceof Activation activation) {
      return ElementText.value(activation, before);
    }
    if (operation instanceof Operation.Add || operation instanceof Operation.Multiply) {
      String sign = operation instanceof Operation.Add ? " + " : " * ";
      return chain.head().inputs().stream()
          .map(node -> input.replace("#", Integer.toString(inputs.indexOf(node))))
          .collect(Collectors.joining(sign));
    }
    return dropping ? before + " * f" + index : before;
  }

  /** Lines that say where the element lies in its row, if the lines after them ask for it. */
  List<String> place(boolean dropping) {
    List<String> lines = new ArrayList<>();
    if (isNormalization()) {
      lines.add("const int c = i %% %d;".formatted(channels()));
    }
    if (dropping && chain.drops()) {
      for (int index = 0; index < chain.nodes().size(); index++) {
        factor(index, lines);
      }
    }
    return lines;
  }

  private void factor(int index, List<String> lines) {
    ArrangedNode node = chain.nodes().get(index);
    if (chain.operation(index) instanceof Operation.Dropout dropout) {
      String element =
          node.arrangement() instanceof Arrangement.ChannelsLast image
              ? "i %% %d %% %d * %d + i %% %d / %d"
                  .formatted(
                      size,
                      image.channels(),
                      image.height() * image.width(),
                      size,
                      image.channels())
              : "i %% %d".formatted(size);
      lines.add(factor(index, node, element, dropout.share()));
    } else if (chain.operation(index) instanceof Operation.SpatialDropout dropout) {
      String channel = "i %% %d".formatted(node.type().shape().getFirst());
      if (node.type().shape().getFirst() == 1) {
        channel = "0";
      }
      lines.add(factor(index, node, channel, dropout.share()));
    }
  }

  private String factor(int index, ArrangedNode node, String element, double share) {
    float rounded = (float) share;
    return "const float f%d = training ? dropout(step, %du, i / %d, %s, %s, %s) : 1.0f;"
        .formatted(index, node.origin(), size, element, real(rounded), real(1 / (1 - rounded)));
  }

  /**
   * Lines that turn {@code g}, the gradient of the last value, into that of the head's value, or of
   * the head's input where the head is itself an activation or a dropout.
   */
  List<String> gradient(String input) {
    List<String> lines = new ArrayList<>();
    for (int index = chain.nodes().size() - 1; index >= 0; index--) {
      String x = index == 0 ? input.replace("#", "0") : "v" + (index - 1);
      String y = "v" + index;
      Operation operation = chain.operation(index);
      if (operation instanceof Activation activation) {
        lines.add("g = %s;".formatted(ElementText.gradient(activation, "g", x, y)));
      } else if (operation instanceof Operation.Dropout
          || operation instanceof Operation.SpatialDropout) {
        lines.add("g *= f%d;".formatted(index));
      }
    }
    return lines;
  }

  /** The gradient of the head's distinct input {@code which}, {@code g} being that of its value. */
  String inputGradient(int which, String input) {
    int node = inputs.get(which);
    long times = chain.head().inputs().stream().filter(other -> other == node).count();
    if (chain.operation(0) instanceof Operation.Multiply) {
      List<String> terms = new ArrayList<>();
      List<Integer> positions = chain.head().inputs();
      for (int position = 0; position < positions.size(); position++) {
        if (positions.get(position) == node) {
          int left = position;
          terms.add(
              IntStream.range(0, positions.size())
                  .filter(other -> other != left)
                  .mapToObj(
                      other ->
                          input.replace(
                              "#", Integer.toString(inputs.indexOf(positions.get(other)))))
                  .collect(Collectors.joining(" * ")));
        }
      }
      return "g * (" + String.join(" + ", terms) + ")";
    }
    if (chain.operation(0) instanceof Operation.BatchNorm norm) {
      return "%sdeviation[c] * (g - share[c] - n * share[%d + c])"
          .formatted(norm.affine() ? "weight[c] * " : "", channels());
    }
    return times == 1 ? "g" : "%s * g".formatted(real((double) times));
  }
}

package dev.neurite.processor.generated;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Turns a reference case's network into the source of a model interface of the same layers. */
final class OracleNetwork {

  private OracleNetwork() {}

  /** The annotations and the method of each layer. */
  static String body(List<?> network) {
    StringBuilder body = new StringBuilder();
    for (Object layer : network) {
      Map<?, ?> attributes = (Map<?, ?>) layer;
      if (attributes.get("inputs") instanceof List<?> inputs) {
        body.append("  @From(").append(names(inputs)).append(")\n");
      }
      body.append("  ").append(annotation(attributes));
      body.append(" Layer ").append(attributes.get("name")).append("();\n");
    }
    return body.toString();
  }

  private static String annotation(Map<?, ?> layer) {
    String operation = text(layer, "op");
    return switch (operation) {
      case "input" ->
          text(layer, "dtype").equals("int64")
              ? "@Input(value = %s, type = InputType.INDEX)".formatted(sizes(layer, "shape"))
              : "@Input(%s)".formatted(sizes(layer, "shape"));
      case "dense" ->
          "@Dense(value = %d, bias = %s)".formatted(size(layer, "out"), layer.get("bias"));
      case "conv2d" ->
          "@Conv2D(filters = %d, kernel = %s, stride = %s, %sdilation = %s, groups = %d, bias = %s)"
              .formatted(
                  size(layer, "out_channels"),
                  sizes(layer, "kernel"),
                  sizes(layer, "stride"),
                  padding(layer),
                  sizes(layer, "dilation"),
                  size(layer, "groups"),
                  layer.get("bias"));
      case "maxpool2d" ->
          "@MaxPool2D(value = %s, stride = %s, padding = %s)"
              .formatted(sizes(layer, "kernel"), sizes(layer, "stride"), sizes(layer, "padding"));
      case "avgpool2d" ->
          "@AvgPool2D(value = %s, stride = %s, padding = %s, countPadding = %s)"
              .formatted(
                  sizes(layer, "kernel"),
                  sizes(layer, "stride"),
                  sizes(layer, "padding"),
                  layer.get("count_include_pad"));
      case "globalavgpool" -> "@GlobalAvgPool";
      case "flatten" -> "@Flatten";
      case "relu" -> "@ReLU";
      case "leakyrelu" -> "@LeakyReLU(%s)".formatted(layer.get("slope"));
      case "elu" -> "@ELU(%s)".formatted(layer.get("alpha"));
      case "gelu" -> "@GELU";
      case "gelu_tanh" -> "@GELU(approximate = GELU.Approximation.TANH)";
      case "silu" -> "@SiLU";
      case "sigmoid" -> "@Sigmoid";
      case "tanh" -> "@Tanh";
      case "softplus" ->
          "@Softplus(beta = %s, threshold = %s)"
              .formatted(layer.get("beta"), layer.get("threshold"));
      case "softmax" -> "@Softmax(axis = %d)".formatted(axis(layer));
      case "logsoftmax" -> "@LogSoftmax(axis = %d)".formatted(axis(layer));
      case "dropout" -> "@Dropout(%s)".formatted(layer.get("p"));
      case "batchnorm" ->
          "@BatchNorm(epsilon = %s, momentum = %s, affine = %s)"
              .formatted(layer.get("eps"), layer.get("momentum"), layer.get("affine"));
      case "layernorm" ->
          "@LayerNorm(epsilon = %s, affine = %s)".formatted(layer.get("eps"), layer.get("affine"));
      case "add" -> "@Add";
      case "multiply" -> "@Multiply";
      case "concat" -> "@Concat(axis = %d)".formatted(axis(layer));
      case "embedding" ->
          "@Embedding(vocabulary = %d, size = %d)"
              .formatted(size(layer, "num"), size(layer, "dim"));
      default -> throw new IllegalArgumentException("no annotation for " + operation);
    };
  }

  /** Axes count the batch there and do not here; negative ones count from the end in both. */
  private static int axis(Map<?, ?> layer) {
    int axis = size(layer, "axis");
    return axis > 0 ? axis - 1 : axis;
  }

  private static String padding(Map<?, ?> layer) {
    Object padding = attribute(layer, "padding");
    if (padding.equals("valid")) {
      return "";
    }
    return padding.equals("same") ? "same = true, " : "padding = " + sizes(layer, "padding") + ", ";
  }

  private static String names(List<?> names) {
    return names.stream()
        .map(name -> "\"" + name + "\"")
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static String sizes(Map<?, ?> layer, String key) {
    return ((List<?>) attribute(layer, key))
        .stream()
            .map(size -> String.format(Locale.ROOT, "%.0f", (Double) size))
            .collect(Collectors.joining(", ", "{", "}"));
  }

  private static int size(Map<?, ?> layer, String key) {
    return ((Double) attribute(layer, key)).intValue();
  }

  private static String text(Map<?, ?> layer, String key) {
    return (String) attribute(layer, key);
  }

  private static Object attribute(Map<?, ?> layer, String key) {
    return Objects.requireNonNull(layer.get(key), key);
  }
}

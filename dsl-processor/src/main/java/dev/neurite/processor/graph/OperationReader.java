package dev.neurite.processor.graph;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.frontend.AnnotationUse;
import dev.neurite.processor.graph.Operation.Padding;
import dev.neurite.processor.graph.Operation.Size;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns one annotation into the operation it stands for. Every number is checked here that can be
 * judged without shapes.
 */
final class OperationReader {

  /** More axes than those of an image have no operation that reads them. */
  private static final int MOST_AXES = 3;

  private final Diagnostics diagnostics;
  private final boolean inBlock;

  /**
   * A reader.
   *
   * @param inBlock whether inputs without a shape take that of a place of use
   */
  OperationReader(Diagnostics diagnostics, boolean inBlock) {
    this.diagnostics = diagnostics;
    this.inBlock = inBlock;
  }

  /**
   * Reads an annotation of a layer.
   *
   * @param initial how its parameters start, where the layer says so
   * @return null if a mistake has been reported, or if the operation depends on a place of use
   */
  @Nullable Operation read(AnnotationUse use, String layer, Optional<AnnotationUse> initial) {
    Attributes attributes = new Attributes(use, layer, diagnostics);
    Initial weight =
        initial.map(init -> Initial.valueOf(init.word("value"))).orElse(Initial.DEFAULT);
    Initial bias = initial.map(init -> Initial.valueOf(init.word("bias"))).orElse(Initial.DEFAULT);
    Operation operation =
        switch (use.name()) {
          case "Input" -> input(use, layer, attributes);
          case "Dense" ->
              new Operation.Dense(attributes.positive("value"), use.flag("bias"), weight, bias);
          case "Conv2D" -> convolution(use, attributes, weight, bias);
          case "MaxPool2D" -> {
            Window window = window(use, attributes);
            yield new Operation.MaxPool2D(window.size(), window.stride(), window.padding());
          }
          case "AvgPool2D" -> {
            Window window = window(use, attributes);
            yield new Operation.AvgPool2D(
                window.size(), window.stride(), window.padding(), use.flag("countPadding"));
          }
          case "GlobalAvgPool" -> new Operation.GlobalAvgPool();
          case "Flatten" -> new Operation.Flatten();
          case "Reshape" -> reshape(attributes);
          case "Dropout" -> new Operation.Dropout(attributes.share());
          case "SpatialDropout" -> new Operation.SpatialDropout(attributes.share());
          case "BatchNorm" ->
              new Operation.BatchNorm(
                  epsilon(attributes),
                  attributes.number("momentum", x -> x >= 0 && x <= 1, "from 0 to 1", "0.1"),
                  use.flag("affine"));
          case "LayerNorm" -> new Operation.LayerNorm(epsilon(attributes), use.flag("affine"));
          case "Embedding" ->
              new Operation.Embedding(
                  attributes.positive("vocabulary"), attributes.positive("size"), weight);
          case "Add" -> new Operation.Add();
          case "Multiply" -> new Operation.Multiply();
          case "Concat" -> new Operation.Concat(use.integer("axis"));
          case "ReLU" -> new Operation.ReLU();
          case "LeakyReLU" ->
              new Operation.LeakyReLU(
                  attributes.number("value", x -> x >= 0, "finite and at least 0", "0.01"));
          case "ELU" ->
              new Operation.ELU(
                  attributes.number("value", x -> x > 0, "finite and greater than 0", "1"));
          case "GELU" -> new Operation.GELU(use.word("approximate").equals("TANH"));
          case "SiLU" -> new Operation.SiLU();
          case "Sigmoid" -> new Operation.Sigmoid();
          case "Tanh" -> new Operation.Tanh();
          case "Softplus" ->
              new Operation.Softplus(
                  attributes.number("beta", x -> x > 0, "finite and greater than 0", "1"),
                  attributes.number("threshold", x -> true, "finite", "20"));
          case "Mish" -> new Operation.Mish();
          case "Softmax" -> new Operation.Softmax(use.integer("axis"));
          case "LogSoftmax" -> new Operation.LogSoftmax(use.integer("axis"));
          default -> throw new IllegalArgumentException(use.written() + " stands for no operation");
        };
    return attributes.valid() ? operation : null;
  }

  /**
   * Whether it looks like height, width and channels, the order of other libraries: a square image
   * with 1 channel, 3 or 4.
   */
  private static boolean isChannelsLast(List<Integer> shape) {
    return shape.size() == 3
        && shape.get(0) > 4
        && shape.get(0).equals(shape.get(1))
        && List.of(1, 3, 4).contains(shape.get(2));
  }

  private Operation input(AnnotationUse use, String layer, Attributes attributes) {
    List<Integer> shape = attributes.positives("value");
    boolean index = use.word("type").equals("INDEX");
    if (isChannelsLast(shape)) {
      int channels = shape.get(2);
      diagnostics.report(
          Message.CHANNELS_LAST,
          use.at("value"),
          layer,
          shape,
          shape.get(0),
          shape.get(1),
          channels,
          channels == 1 ? "1 channel" : channels + " channels");
    }
    if (shape.isEmpty() && inBlock) {
      // Known at the place of use.
      attributes.invalidate();
    } else if (shape.isEmpty() && !index) {
      diagnostics.report(Message.INPUT_WITHOUT_SHAPE, use.position(), layer);
      attributes.invalidate();
    }
    if (index && shape.size() > 1) {
      attributes.reject(
          Message.TOO_MANY_SIZES,
          "value",
          shape.size(),
          "an input of indices has at most one",
          "State the number of steps, or nothing for one single index.");
    } else if (shape.size() > MOST_AXES) {
      tooManySizes(attributes, shape);
    }
    return new Operation.Input();
  }

  private static Operation reshape(Attributes attributes) {
    List<Integer> shape = attributes.positives("value");
    if (shape.size() > MOST_AXES) {
      tooManySizes(attributes, shape);
    }
    if (shape.isEmpty()) {
      attributes.reject(
          Message.TOO_MANY_SIZES, "value", "no", "it needs at least one", "State the new sizes.");
    }
    return new Operation.Reshape();
  }

  private static void tooManySizes(Attributes attributes, List<Integer> shape) {
    attributes.reject(
        Message.TOO_MANY_SIZES,
        "value",
        shape.size(),
        "no operation reads more than " + MOST_AXES,
        "State sizes without the batch: [F], [T, F] or [C, H, W].");
  }

  private static double epsilon(Attributes attributes) {
    return attributes.number("epsilon", x -> x > 0, "finite and greater than 0", "1e-5");
  }

  private static Operation convolution(
      AnnotationUse use, Attributes attributes, Initial weight, Initial bias) {
    int filters = attributes.positive("filters");
    Size kernel = attributes.positivePair("kernel");
    Size stride = attributes.positivePair("stride");
    Size padding = attributes.padding("padding");
    Size dilation = attributes.positivePair("dilation");
    int groups = attributes.positive("groups");
    if (attributes.valid() && filters % groups != 0) {
      attributes.reject(Message.GROUPS_AND_FILTERS, "groups", filters, groups, filters % groups);
    }
    Padding resolved =
        new Padding(padding.height(), padding.width(), padding.height(), padding.width());
    if (use.flag("same") && attributes.valid()) {
      int high = same(kernel.height(), dilation.height());
      int wide = same(kernel.width(), dilation.width());
      if (stride.height() != 1 || stride.width() != 1) {
        attributes.reject(
            Message.SAME_WITH_STRIDE,
            "stride",
            Attributes.pair(stride),
            Attributes.pair(new Size(high / 2, wide / 2)));
      }
      if (padding.height() != 0 || padding.width() != 0) {
        attributes.reject(Message.SAME_WITH_PADDING, "padding", Attributes.pair(padding));
      }
      resolved = new Padding(high / 2, wide / 2, high - high / 2, wide - wide / 2);
    }
    return new Operation.Conv2D(
        filters, kernel, stride, resolved, dilation, groups, use.flag("bias"), weight, bias);
  }

  /**
   * Rows or columns that must be added for the size to stay. A kernel that overflows is too large
   * for any image.
   */
  private static int same(int kernel, int dilation) {
    return (int) Math.min((long) dilation * (kernel - 1), Integer.MAX_VALUE);
  }

  private record Window(Size size, Size stride, Size padding) {}

  private static Window window(AnnotationUse use, Attributes attributes) {
    Size size = attributes.positivePair("value");
    Size stride = use.integers("stride").isEmpty() ? size : attributes.positivePair("stride");
    Size padding = attributes.padding("padding");
    Size most = new Size(size.height() / 2, size.width() / 2);
    if (attributes.valid()
        && (padding.height() > most.height() || padding.width() > most.width())) {
      attributes.reject(
          Message.PADDING_TOO_LARGE,
          "padding",
          Attributes.pair(padding),
          size.height() + "x" + size.width(),
          Attributes.pair(most));
    }
    return new Window(size, stride, padding);
  }
}

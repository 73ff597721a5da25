package dev.neurite.processor.shape;

import dev.neurite.processor.diagnostic.Diagnostics;
import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.diagnostic.Position;
import dev.neurite.processor.graph.Graph;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.graph.Operation.Padding;
import dev.neurite.processor.graph.Operation.Size;
import dev.neurite.processor.shape.TensorType.Element;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The shape rule of each operation. A rule that is broken is reported and gives null. */
final class ShapeRules {

  /**
   * A node's operation and type.
   *
   * @param operation the node's, axes counted from the front
   */
  record Result(Operation operation, TensorType type) {}

  private final Trace trace;
  private final Diagnostics diagnostics;
  private final Graph graph;

  ShapeRules(Trace trace, Diagnostics diagnostics, Graph graph) {
    this.trace = trace;
    this.diagnostics = diagnostics;
    this.graph = graph;
  }

  @Nullable Result apply(Graph.Node node, Operation operation, List<TensorType> inputs) {
    Context context = new Context(node, operation, inputs);
    if (!(operation instanceof Operation.Embedding || operation instanceof Operation.Pass)) {
      for (int i = 0; i < inputs.size(); i++) {
        if (inputs.get(i).element() == Element.INDEX) {
          return context.reject(
              Message.INDEX_WITHOUT_EMBEDDING, node.use().atValue(), trace.giver(node, i));
        }
      }
    }
    return switch (operation) {
      case Operation.Input ignored -> input(context);
      case Operation.Pass ignored -> pass(context);
      case Operation.Dense dense -> dense(context, dense);
      case Operation.Conv2D convolution -> convolution(context, convolution);
      case Operation.BatchNorm ignored ->
          context.rank() == 2
              ? context.reject(
                  Message.BATCH_NORM_SHAPE, node.use().position(), context.giver(), context.shape())
              : context.unchanged();
      case Operation.LayerNorm ignored -> layerNorm(context);
      case Operation.Embedding embedding -> embedding(context, embedding);
      case Operation.MaxPool2D pool -> pool(context, pool.kernel(), pool.stride(), pool.padding());
      case Operation.AvgPool2D pool -> pool(context, pool.kernel(), pool.stride(), pool.padding());
      case Operation.GlobalAvgPool ignored -> globalPool(context);
      case Operation.Flatten ignored -> flatten(context);
      case Operation.Reshape ignored -> reshape(context);
      case Operation.Dropout ignored -> context.unchanged();
      case Operation.SpatialDropout ignored ->
          context.isImage() ? context.unchanged() : context.rejectNoImage("Use @Dropout.");
      case Operation.Add ignored -> equalShapes(context);
      case Operation.Multiply ignored -> equalShapes(context);
      case Operation.Concat concat -> concat(context, concat.axis());
      case Operation.Activation ignored -> context.unchanged();
      case Operation.Softmax softmax -> {
        Integer axis = context.axis(softmax.axis());
        yield axis == null ? null : context.shares(axis, new Operation.Softmax(axis), 1);
      }
      case Operation.LogSoftmax softmax -> {
        Integer axis = context.axis(softmax.axis());
        yield axis == null ? null : context.shares(axis, new Operation.LogSoftmax(axis), 0);
      }
    };
  }

  private static @Nullable Result input(Context context) {
    Graph.Stated stated = context.node.stated();
    Element element = stated.index() ? Element.INDEX : Element.FLOAT;
    return context.give(element, stated.shape().stream().map(Integer::longValue).toList());
  }

  private static @Nullable Result pass(Context context) {
    List<Integer> stated = context.node.stated().shape();
    return stated.isEmpty() || stated.equals(context.shape())
        ? context.unchanged()
        : context.reject(
            Message.BLOCK_INPUT_SHAPE,
            context.node.use().position(),
            stated,
            context.giver(),
            context.shape());
  }

  private static @Nullable Result dense(Context context, Operation.Dense dense) {
    List<Integer> shape = context.shape();
    if (context.isImage()) {
      return context.reject(
          Message.DENSE_ON_IMAGE,
          context.node.use().atValue(),
          context.giver(),
          shape,
          context.type().size(),
          shape.getFirst());
    }
    List<Long> units = context.longShape();
    units.set(units.size() - 1, (long) dense.units());
    return context.give(units);
  }

  private static Result layerNorm(Context context) {
    if (context.shape().getLast() == 1) {
      context.warn(Message.LAYER_NORM_OF_ONE, context.giver(), context.shape());
    }
    return context.unchanged();
  }

  private static @Nullable Result embedding(Context context, Operation.Embedding embedding) {
    if (context.type().element() != Element.INDEX) {
      return context.reject(
          Message.EMBEDDING_NEEDS_INDEX,
          context.node.use().position(),
          context.giver(),
          context.shape(),
          context.rank() == 1
              ? "@Input(value = " + context.shape().getFirst() + ", type = InputType.INDEX)"
              : "@Input(type = InputType.INDEX)");
    }
    List<Long> vectors = context.longShape();
    vectors.add((long) embedding.size());
    return context.give(vectors);
  }

  private static @Nullable Result convolution(Context context, Operation.Conv2D convolution) {
    if (!context.isImage()) {
      return context.rejectNoImage();
    }
    int channels = context.shape().getFirst();
    int groups = convolution.groups();
    if (channels % groups != 0) {
      String fitting =
          String.join(
              " or ",
              IntStream.rangeClosed(1, Math.min(channels, convolution.filters()))
                  .filter(g -> channels % g == 0 && convolution.filters() % g == 0)
                  .mapToObj(Integer::toString)
                  .toList());
      return context.reject(
          Message.GROUPS_AND_CHANNELS,
          context.node.use().at("groups"),
          groups,
          context.giver(),
          context.shape(),
          channels,
          fitting);
    }
    return slide(
        context,
        convolution.filters(),
        new Slide(
            "kernel",
            convolution.kernel(),
            convolution.stride(),
            convolution.padding(),
            convolution.dilation()));
  }

  private static @Nullable Result pool(Context context, Size kernel, Size stride, Size padding) {
    if (!context.isImage()) {
      return context.rejectNoImage();
    }
    Padding sides =
        new Padding(padding.height(), padding.width(), padding.height(), padding.width());
    return slide(
        context,
        context.shape().getFirst(),
        new Slide("window", kernel, stride, sides, new Size(1, 1)));
  }

  private static @Nullable Result slide(Context context, int channels, Slide slide) {
    int height = context.shape().get(1);
    int width = context.shape().get(2);
    if (slide.rows(height) < 1 || slide.columns(width) < 1) {
      return context.reject(
          Message.KERNEL_TOO_LARGE,
          context.node.use().at(slide.word().equals("kernel") ? "kernel" : "value"),
          slide.kernelInWords(),
          slide.word(),
          context.giver(),
          context.shape(),
          slide.remedy(height, width));
    }
    return context.give(List.of((long) channels, slide.rows(height), slide.columns(width)));
  }

  private static @Nullable Result globalPool(Context context) {
    if (context.rank() < 2) {
      return context.reject(
          Message.GLOBAL_POOL_SHAPE,
          context.node.use().position(),
          context.giver(),
          context.shape());
    }
    int kept = context.isImage() ? context.shape().getFirst() : context.shape().getLast();
    return context.give(List.of((long) kept));
  }

  private static @Nullable Result flatten(Context context) {
    if (context.rank() < 2) {
      context.warn(Message.NOTHING_TO_FLATTEN, context.giver(), context.shape());
    }
    return context.give(List.of((long) context.type().size()));
  }

  private static @Nullable Result reshape(Context context) {
    List<Integer> stated = context.node.stated().shape();
    long values = product(stated.stream().map(Integer::longValue).toList());
    if (values != context.type().size()) {
      return context.reject(
          Message.RESHAPE_SIZE,
          context.node.use().at("value"),
          stated,
          values,
          context.giver(),
          context.shape(),
          context.type().size());
    }
    return context.give(stated.stream().map(Integer::longValue).toList());
  }

  private static @Nullable Result equalShapes(Context context) {
    for (int i = 1; i < context.inputs.size(); i++) {
      List<Integer> other = context.inputs.get(i).shape();
      if (!other.equals(context.shape())) {
        return context.reject(
            Message.MISMATCHED_SHAPES,
            context.node.use().position(),
            context.giver(),
            context.shape(),
            context.giver(i),
            other,
            remedy(context.shape(), other));
      }
    }
    return context.unchanged();
  }

  private static String remedy(List<Integer> first, List<Integer> second) {
    if (first.size() == 3 && second.size() == 3) {
      return first.subList(1, 3).equals(second.subList(1, 3))
          ? "Bring both to the same number of channels by a @Conv2D with kernel = 1, or join them by"
              + " @Concat."
          : "Bring both to the same height and width, by padding = 1 or same = true before or by the"
              + " same stride on both ways.";
    }
    if (first.size() == second.size()) {
      return "Bring both to the same size by a @Dense, or join them by @Concat.";
    }
    return "Bring both to the same number of axes, such as by @Flatten or @GlobalAvgPool.";
  }

  private static @Nullable Result concat(Context context, int declaredAxis) {
    Integer axis = context.axis(declaredAxis);
    if (axis == null) {
      return null;
    }
    List<Long> joined = context.longShape();
    for (int i = 1; i < context.inputs.size(); i++) {
      List<Integer> other = context.inputs.get(i).shape();
      boolean fits = other.size() == joined.size();
      for (int k = 0; fits && k < joined.size(); k++) {
        fits = k == axis || other.get(k).equals(context.shape().get(k));
      }
      if (!fits) {
        return context.reject(
            Message.CONCAT_SHAPES,
            context.node.use().isWritten("axis")
                ? context.node.use().at("axis")
                : context.node.use().position(),
            axis,
            context.giver(),
            context.shape(),
            context.giver(i),
            other);
      }
      joined.set(axis, joined.get(axis) + other.get(axis));
    }
    return context.give(new Operation.Concat(axis), Element.FLOAT, joined);
  }

  /** The product, or the largest long where it is larger. */
  private static long product(List<Long> sizes) {
    long product = 1;
    for (long size : sizes) {
      product = Math.multiplyHigh(product, size) != 0 ? Long.MAX_VALUE : product * size;
      if (product < 0) {
        return Long.MAX_VALUE;
      }
    }
    return product;
  }

  /** One node with what it reads. */
  private final class Context {

    private final Graph.Node node;
    private final Operation operation;
    private final List<TensorType> inputs;

    Context(Graph.Node node, Operation operation, List<TensorType> inputs) {
      this.node = node;
      this.operation = operation;
      this.inputs = inputs;
    }

    TensorType type() {
      return inputs.getFirst();
    }

    List<Integer> shape() {
      return type().shape();
    }

    List<Long> longShape() {
      List<Long> sizes = new ArrayList<>();
      Collections.addAll(sizes, shape().stream().map(Integer::longValue).toArray(Long[]::new));
      return sizes;
    }

    int rank() {
      return type().rank();
    }

    boolean isImage() {
      return rank() == 3;
    }

    String giver() {
      return giver(0);
    }

    String giver(int input) {
      return trace.giver(node, input);
    }

    Result unchanged() {
      return unchanged(operation);
    }

    Result unchanged(Operation resolved) {
      return new Result(resolved, type());
    }

    /** A softmax; of one value it is a constant. */
    Result shares(int axis, Operation softmax, int constant) {
      if (shape().get(axis) == 1) {
        warn(Message.SOFTMAX_OF_ONE, giver(), shape(), axis, constant);
      }
      return unchanged(softmax);
    }

    @Nullable Result give(List<Long> sizes) {
      return give(operation, Element.FLOAT, sizes);
    }

    @Nullable Result give(Element element, List<Long> sizes) {
      return give(operation, element, sizes);
    }

    @Nullable Result give(Operation resolved, Element element, List<Long> sizes) {
      long values = product(sizes);
      if (values > Integer.MAX_VALUE) {
        return reject(
            Message.SIZE_OVERFLOW,
            node.use().atValue(),
            sizes,
            values == Long.MAX_VALUE ? "more than 9 * 10^18" : values);
      }
      List<Integer> shape = sizes.stream().map(Math::toIntExact).toList();
      return new Result(resolved, new TensorType(element, shape));
    }

    /** The axis counted from the front, or null if there is none such. */
    @Nullable Integer axis(int declared) {
      int axis = declared < 0 ? declared + rank() : declared;
      if (axis >= 0 && axis < rank()) {
        return axis;
      }
      reject(
          Message.AXIS_OUT_OF_RANGE,
          node.use().at("axis"),
          declared,
          giver(),
          shape(),
          -rank(),
          rank() - 1);
      return null;
    }

    @Nullable Result rejectNoImage() {
      String remedy =
          rank() == 2
              ? "For one channel use {1, "
                  + shape().getFirst()
                  + ", "
                  + shape().getLast()
                  + "}: in @Input, or by @Reshape before "
                  + node.use().written()
                  + "."
              : "Put @Reshape({channels, height, width}) before " + node.use().written() + ".";
      return rejectNoImage(remedy);
    }

    @Nullable Result rejectNoImage(String remedy) {
      return reject(Message.NEEDS_IMAGE, node.use().position(), giver(), shape(), remedy);
    }

    @Nullable Result reject(Message message, Position position, Object... values) {
      diagnostics.reportTraced(message, position, trace.to(node), named(values));
      return null;
    }

    /** What is needless at one place of use of a block is not so at another. */
    void warn(Message message, Object... values) {
      if (graph.layerOf(node).isInBlock()) {
        return;
      }
      diagnostics.report(message, node.use().position(), named(values));
    }

    private Object[] named(Object... values) {
      Object[] all = new Object[values.length + 2];
      all[0] = node.use().written();
      all[1] = graph.layerOf(node).name();
      System.arraycopy(values, 0, all, 2, values.length);
      return all;
    }
  }
}

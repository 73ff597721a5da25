package dev.neurite.processor.lower;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Arrangement;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.kernel.Elementwise;
import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.Movement;
import dev.neurite.processor.kernel.Normalization;
import dev.neurite.processor.kernel.Pooling;
import dev.neurite.processor.kernel.Products;
import dev.neurite.processor.kernel.Softmaxes;
import dev.neurite.processor.memory.ConvGeometry;
import dev.neurite.processor.memory.InferenceMemory;
import dev.neurite.processor.memory.ParameterLayout.Storage;
import dev.neurite.processor.memory.Place;
import dev.neurite.processor.memory.Purpose;
import dev.neurite.processor.shape.TensorType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lowers the forward pass of one node to calls of kernels, for training and for inference. */
final class ForwardLowering {

  private final Frame frame;
  private final @Nullable InferenceMemory inference;
  private final List<Line> lines = new ArrayList<>();

  /** Rows that one turn of a loop over rows takes. */
  private final int lanes;

  private ForwardLowering(ArrangedNode node, Frame frame, @Nullable InferenceMemory inference) {
    this.frame = frame.of(node);
    this.lanes = Frame.lanes(node);
    this.inference = inference;
  }

  /**
   * The lines of a node.
   *
   * @param inference the plan of inference, or null in training
   */
  static List<Line> lower(ArrangedNode node, Frame frame, @Nullable InferenceMemory inference) {
    ForwardLowering lowering = new ForwardLowering(node, frame, inference);
    switch (node.work()) {
      case Work.Compute compute -> lowering.compute(node, compute.operation());
      case Work.Rearrange rearrange -> lowering.rearrange(node, rearrange);
    }
    return lowering.lines;
  }

  private void compute(ArrangedNode node, Operation operation) {
    switch (operation) {
      case Operation.Input ignored -> {}
      case Operation.Dense dense -> dense(node, dense);
      case Operation.Conv2D conv -> conv(node, conv);
      case Operation.BatchNorm norm -> batchNorm(node, norm);
      case Operation.LayerNorm norm -> layerNorm(node, norm);
      case Operation.Embedding ignored -> embedding(node);
      case Operation.MaxPool2D pool -> maxPool(node, pool);
      case Operation.AvgPool2D pool -> averagePool(node, pool);
      case Operation.GlobalAvgPool ignored -> mean(node);
      case Operation.Pass ignored -> throw gone(node);
      case Operation.Flatten ignored -> throw gone(node);
      case Operation.Reshape ignored -> throw gone(node);
      case Operation.Dropout dropout -> dropout(node, dropout.share());
      case Operation.SpatialDropout dropout -> spatialDropout(node, dropout.share());
      case Operation.Add ignored -> combine(node, Elementwise.add());
      case Operation.Multiply ignored -> combine(node, Elementwise.multiply());
      case Operation.Concat concat -> concat(node, concat.axis());
      case Operation.ReLU ignored -> activation(node, Elementwise.relu());
      case Operation.LeakyReLU leaky ->
          activation(node, Elementwise.leakyRelu(), real(leaky.slope()));
      case Operation.ELU elu -> activation(node, Elementwise.elu(), real(elu.alpha()));
      case Operation.GELU gelu ->
          activation(node, gelu.tanh() ? Elementwise.geluTanh() : Elementwise.gelu());
      case Operation.SiLU ignored -> activation(node, Elementwise.silu());
      case Operation.Sigmoid ignored -> activation(node, Elementwise.sigmoid());
      case Operation.Tanh ignored -> activation(node, Elementwise.tanh());
      case Operation.Softplus softplus ->
          activation(
              node, Elementwise.softplus(), real(softplus.beta()), real(softplus.threshold()));
      case Operation.Mish ignored -> activation(node, Elementwise.mish());
      case Operation.Softmax softmax -> softmax(node, softmax.axis(), false);
      case Operation.LogSoftmax softmax -> softmax(node, softmax.axis(), true);
    }
  }

  static IllegalStateException gone(ArrangedNode node) {
    return new IllegalStateException("an operation that moves nothing was lowered: " + node);
  }

  /** A number as a Java literal that is exact in float and in double. */
  static String real(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e6
        ? Long.toString((long) value)
        : "(real) " + value;
  }

  private void call(Kernel kernel, String... arguments) {
    lines.add(frame.kernels().call(kernel, arguments));
  }

  private Line.Call callOf(Kernel kernel, String... arguments) {
    return frame.kernels().call(kernel, arguments);
  }

  private void forRows(List<Line> body) {
    lines.add(new Line.Loop("row", frame.from(), frame.to(), lanes, body));
  }

  private Place input(ArrangedNode node, int position) {
    return frame.value(node.inputs().get(position));
  }

  private static String text(int number) {
    return Integer.toString(number);
  }

  /** Whether whole vectors may be stored behind the last number of a value. */
  private boolean room(Place place) {
    return inference != null && place.array().equals("a");
  }

  /** Where the bias lies, or -1. */
  private String bias(ArrangedNode node, boolean declared) {
    int own = declared ? frame.panels(node.origin(), "bias").offset() : -1;
    return text(inference == null ? own : inference.biasOf(node.id(), own));
  }

  /** A dense layer's weight, which another layer may own that uses it the other way around. */
  private Place weight(ArrangedNode node) {
    if (!frame.graph().isTransposed(node)) {
      return new Place("p", text(frame.panels(node.origin(), "weight").offset()), 0);
    }
    return inference == null
        ? frame.place(node.id(), Purpose.TURNED)
        : new Place("p", text(inference.turnedOf(node.id())), 0);
  }

  private void dense(ArrangedNode node, Operation.Dense dense) {
    Place x = input(node, 0);
    Place y = frame.value(node.id());
    int inputs = node.inputTypes().getFirst().shape().getLast();
    int steps = x.rowSize() / inputs;
    Place weight = weight(node);
    String bias = bias(node, dense.bias());
    call(
        Products.product(dense.units(), room(y)),
        frame.elements(steps),
        "1",
        "0",
        "1",
        "0",
        text(inputs),
        x.array(),
        x.at(frame.from()),
        text(inputs),
        weight.array(),
        weight.base(),
        text(inputs * 16),
        text(dense.units()),
        "p",
        bias,
        y.array(),
        y.at(frame.from()),
        text(dense.units()));
  }

  private void conv(ArrangedNode node, Operation.Conv2D conv) {
    ConvGeometry g = ConvGeometry.of(conv, node.inputTypes().getFirst(), node.type());
    Place x = input(node, 0);
    Place y = frame.value(node.id());
    Storage.Panels weight = frame.panels(node.origin(), "weight");
    String bias = bias(node, conv.bias());
    if (lanes > 1) {
      forRows(new LaneConvolution(frame, node, conv).forward(bias));
      return;
    }
    if (g.isPointwise()) {
      call(
          Products.product(g.filters(), room(y)),
          frame.elements(g.height() * g.width()),
          "1",
          "0",
          "1",
          "0",
          text(g.channels()),
          x.array(),
          x.at(frame.from()),
          text(g.channels()),
          "p",
          text(weight.offset()),
          text(g.channels() * 16),
          text(g.filters()),
          "p",
          bias,
          y.array(),
          y.at(frame.from()),
          text(g.filters()));
      return;
    }
    forRows(new ImageConvolution(frame, node, conv).forward(bias, room(y)));
  }

  /** Positions that share their statistics, and how many there are of each: [C, H, W] or [F]. */
  static int positions(TensorType type) {
    return type.size() / type.shape().getFirst();
  }

  private void batchNorm(ArrangedNode node, Operation.BatchNorm norm) {
    Place x = input(node, 0);
    Place y = frame.value(node.id());
    if (inference != null) {
      scale(node, inference.foldOf(node.id()), x, y);
      return;
    }
    Place statistics = frame.place(node.id(), Purpose.STATISTICS);
    int channels = node.type().shape().getFirst();
    int padded = (channels + 15) / 16 * 16;
    List<String> arguments =
        new ArrayList<>(
            List.of(
                frame.elements(positions(node.type())),
                text(channels),
                x.array(),
                x.at(frame.from()),
                statistics.array(),
                statistics.base(),
                statistics.base(padded)));
    if (norm.affine()) {
      arguments.add("p");
      arguments.add(text(frame.storage(node.origin(), "weight").offset()));
      arguments.add(text(frame.storage(node.origin(), "bias").offset()));
    }
    arguments.add(y.array());
    arguments.add(y.at(frame.from()));
    call(Normalization.normalize(norm.affine()), arguments.toArray(String[]::new));
  }

  private void scale(ArrangedNode node, InferenceMemory.Fold fold, Place x, Place y) {
    if (fold.linear() < 0) {
      call(
          Normalization.scale(),
          frame.elements(positions(node.type())),
          text(node.type().shape().getFirst()),
          x.array(),
          x.at(frame.from()),
          "p",
          text(fold.scaleAt()),
          text(fold.shiftAt()),
          y.array(),
          y.at(frame.from()));
    }
  }

  private void layerNorm(ArrangedNode node, Operation.LayerNorm norm) {
    Place x = input(node, 0);
    Place y = frame.value(node.id());
    int n = node.type().shape().getLast();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                frame.elements(node.size() / n),
                text(n),
                real(norm.epsilon()),
                x.array(),
                x.at(frame.from())));
    if (norm.affine()) {
      arguments.add("p");
      arguments.add(text(frame.storage(node.origin(), "weight").offset()));
      arguments.add(text(frame.storage(node.origin(), "bias").offset()));
    }
    Place mean = frame.place(node.id(), Purpose.STATISTICS);
    Place deviation = frame.place(node.id(), Purpose.STATISTICS, 1);
    arguments.add(y.array());
    arguments.add(y.at(frame.from()));
    arguments.add(mean.array());
    arguments.add(mean.at(frame.from()));
    arguments.add(deviation.at(frame.from()));
    call(Normalization.layerNorm(norm.affine()), arguments.toArray(String[]::new));
  }

  private void embedding(ArrangedNode node) {
    Place x = input(node, 0);
    Place y = frame.value(node.id());
    Storage.Rows table = (Storage.Rows) frame.storage(node.origin(), "weight");
    call(
        Movement.gather(),
        frame.elements(x.rowSize()),
        x.array(),
        x.at(frame.from()),
        "p",
        text(table.offset()),
        text(table.stride()),
        text(table.columns()),
        y.array(),
        y.at(frame.from()));
  }

  private void maxPool(ArrangedNode node, Operation.MaxPool2D pool) {
    Place x = input(node, 0);
    Place y = frame.value(node.id());
    List<String> arguments =
        inPairs(pool) ? pairs(node) : window(node, pool.kernel(), pool.stride(), pool.padding());
    arguments.addAll(List.of(x.array(), x.at("row"), y.array(), y.at("row")));
    Kernel kernel = inPairs(pool) ? Pooling.maxPool2() : Pooling.maxPool();
    forRows(List.of(callOf(kernel, arguments.toArray(String[]::new))));
  }

  /** Whether a pooling's windows are 2 x 2 and lie side by side inside the image. */
  static boolean inPairs(Operation.MaxPool2D pool) {
    Operation.Size two = new Operation.Size(2, 2);
    return pool.kernel().equals(two)
        && pool.stride().equals(two)
        && pool.padding().equals(new Operation.Size(0, 0));
  }

  static List<String> pairs(ArrangedNode node) {
    List<Integer> in = node.inputTypes().getFirst().shape();
    List<Integer> out = node.type().shape();
    return new ArrayList<>(
        List.of(
            text(in.get(2)),
            text(in.get(0) * Frame.lanes(node)),
            text(out.get(1)),
            text(out.get(2))));
  }

  private void averagePool(ArrangedNode node, Operation.AvgPool2D pool) {
    Place x = input(node, 0);
    Place y = frame.value(node.id());
    List<String> arguments = window(node, pool.kernel(), pool.stride(), pool.padding());
    arguments.add(averageArea(pool));
    arguments.addAll(List.of(x.array(), x.at("row"), y.array(), y.at("row")));
    forRows(List.of(callOf(Pooling.averagePool(), arguments.toArray(String[]::new))));
  }

  static String averageArea(Operation.AvgPool2D pool) {
    return pool.countPadding() ? text(pool.kernel().height() * pool.kernel().width()) : "0";
  }

  static List<String> window(
      ArrangedNode node, Operation.Size kernel, Operation.Size stride, Operation.Size padding) {
    List<Integer> in = node.inputTypes().getFirst().shape();
    List<Integer> out = node.type().shape();
    List<String> arguments = new ArrayList<>();
    for (int number :
        new int[] {
          in.get(1),
          in.get(2),
          in.get(0) * Frame.lanes(node),
          kernel.height(),
          kernel.width(),
          stride.height(),
          stride.width(),
          padding.height(),
          padding.width(),
          out.get(1),
          out.get(2)
        }) {
      arguments.add(text(number));
    }
    return arguments;
  }

  private void mean(ArrangedNode node) {
    Place x = input(node, 0);
    Place y = frame.value(node.id());
    int channels = node.size();
    forRows(
        List.of(
            callOf(
                Pooling.mean(),
                text(x.rowSize() / channels),
                text(channels),
                x.array(),
                x.at("row"),
                y.array(),
                y.at("row"))));
  }

  private void dropout(ArrangedNode node, double share) {
    Place x = input(node, 0);
    Place y = frame.value(node.id());
    if (inference != null) {
      copyUnlessShared(node, x, y);
      return;
    }
    Place mask = frame.place(node.id(), Purpose.MASK);
    lines.add(draw(node, mask, share, drawOrder(node.arrangement(), node.size())));
    call(
        Elementwise.multiply(),
        frame.elements(node.size()),
        x.array(),
        x.at(frame.from()),
        mask.array(),
        mask.at(frame.from()),
        y.array(),
        y.at(frame.from()));
  }

  private void copyUnlessShared(ArrangedNode node, Place x, Place y) {
    if (!x.equals(y)) {
      call(
          Elementwise.copy(),
          frame.elements(node.size()),
          x.array(),
          x.at(frame.from()),
          y.array(),
          y.at(frame.from()));
    }
  }

  private static int[] drawOrder(Arrangement arrangement, int size) {
    return switch (arrangement) {
      case Arrangement.Plain ignored -> new int[] {1, size};
      case Arrangement.ChannelsLast image ->
          new int[] {image.channels(), image.height() * image.width()};
      case Arrangement.Lanes lanes ->
          throw new IllegalStateException("masks are drawn row by row, not for " + lanes);
    };
  }

  private Line draw(ArrangedNode node, Place mask, double share, int[] order) {
    return new Line.Statement(
        "draw(%s, %s, %s, %s, %d, %d, %d, %s);"
            .formatted(
                mask.array(),
                mask.base(),
                frame.from(),
                frame.to(),
                node.origin(),
                order[0],
                order[1],
                "(real) " + share));
  }

  private void spatialDropout(ArrangedNode node, double share) {
    Place x = input(node, 0);
    Place y = frame.value(node.id());
    if (inference != null) {
      copyUnlessShared(node, x, y);
      return;
    }
    Place mask = frame.place(node.id(), Purpose.MASK);
    int channels = node.type().shape().getFirst();
    lines.add(draw(node, mask, share, new int[] {1, channels}));
    forRows(
        List.of(
            callOf(
                Elementwise.multiplyChannels(),
                text(node.size() / channels),
                text(channels),
                x.array(),
                x.at("row"),
                mask.array(),
                mask.at("row"),
                y.array(),
                y.at("row"))));
  }

  /** x0 op x1 into y, then y op x2 and so on. */
  private void combine(ArrangedNode node, Kernel kernel) {
    Place y = frame.value(node.id());
    Place left = input(node, 0);
    for (int i = 1; i < node.inputs().size(); i++) {
      Place right = input(node, i);
      call(
          kernel,
          frame.elements(node.size()),
          left.array(),
          left.at(frame.from()),
          right.array(),
          right.at(frame.from()),
          y.array(),
          y.at(frame.from()));
      left = y;
    }
  }

  private void concat(ArrangedNode node, int axis) {
    Place y = frame.value(node.id());
    int start = 0;
    for (int i = 0; i < node.inputs().size(); i++) {
      Blocks blocks = Blocks.of(node.inputTypes().get(i), node.type(), axis);
      Place x = input(node, i);
      forRows(
          List.of(
              callOf(
                  Movement.copyBlocks(),
                  text(blocks.count()),
                  text(blocks.length()),
                  x.array(),
                  x.at("row"),
                  text(blocks.length()),
                  y.array(),
                  y.at("row", text(start)),
                  text(blocks.step()))));
      start += blocks.length();
    }
  }

  /**
   * An operand of a concatenation as blocks of the result, both in the order in which they lie in
   * memory: an image's channels innermost.
   *
   * @param count how many blocks
   * @param length of one block
   * @param step from one block's place in the result to the next
   */
  record Blocks(int count, int length, int step) {

    static Blocks of(TensorType operand, TensorType result, int axis) {
      List<Integer> from = stored(operand.shape());
      List<Integer> into = stored(result.shape());
      int place = from.size() == 3 ? (axis + 2) % 3 : axis;
      int count = 1;
      for (int size : from.subList(0, place)) {
        count *= size;
      }
      int length = 1;
      for (int size : from.subList(place, from.size())) {
        length *= size;
      }
      int step = 1;
      for (int size : into.subList(place, into.size())) {
        step *= size;
      }
      return new Blocks(count, length, step);
    }

    private static List<Integer> stored(List<Integer> shape) {
      return shape.size() == 3 ? List.of(shape.get(1), shape.get(2), shape.get(0)) : shape;
    }
  }

  private void activation(ArrangedNode node, Kernel kernel, String... numbers) {
    Place x = input(node, 0);
    Place y = frame.value(node.id());
    List<String> arguments =
        new ArrayList<>(
            List.of(
                frame.elements(node.size()),
                x.array(),
                x.at(frame.from()),
                y.array(),
                y.at(frame.from())));
    arguments.addAll(List.of(numbers));
    call(kernel, arguments.toArray(String[]::new));
  }

  private void softmax(ArrangedNode node, int axis, boolean logarithm) {
    Place x = input(node, 0);
    Place y = frame.value(node.id());
    Axis vectors = Axis.of(node, axis);
    if (vectors.inner() == 1) {
      String count = frame.elements(vectors.outer());
      if (logarithm) {
        Place scratch = frame.place(node.id(), Purpose.SCRATCH);
        call(
            Softmaxes.logSoftmax(),
            count,
            text(vectors.n()),
            x.array(),
            x.at(frame.from()),
            scratch.array(),
            scratch.at(frame.from()),
            y.array(),
            y.at(frame.from()));
      } else {
        call(
            Softmaxes.softmax(),
            count,
            text(vectors.n()),
            x.array(),
            x.at(frame.from()),
            y.array(),
            y.at(frame.from()));
      }
    } else {
      call(
          logarithm ? Softmaxes.logSoftmaxAcross() : Softmaxes.softmaxAcross(),
          frame.elements(vectors.outer()),
          text(vectors.n()),
          text(vectors.inner()),
          x.array(),
          x.at(frame.from()),
          y.array(),
          y.at(frame.from()));
    }
  }

  /**
   * An axis of a value as it lies in memory: {@code outer} x {@code n} x {@code inner} elements of
   * one row.
   */
  record Axis(int outer, int n, int inner) {

    static Axis of(ArrangedNode node, int axis) {
      List<Integer> shape = node.type().shape();
      int n = shape.get(axis);
      if (shape.size() == 3 && axis == 0) {
        return new Axis(node.size() / n, n, 1);
      }
      int inner = 1;
      for (int size : shape.subList(axis + 1, shape.size())) {
        inner *= size;
      }
      return new Axis(node.size() / n / inner, n, inner);
    }
  }

  private void rearrange(ArrangedNode node, Work.Rearrange rearrange) {
    Place x = input(node, 0);
    Place y = frame.value(node.id());
    Rearrangement rearrangement = Rearrangement.of(rearrange.from(), rearrange.to());
    if (rearrangement instanceof Rearrangement.None) {
      copyUnlessShared(node, x, y);
    } else {
      lines.add(rearrangement.lines(frame, x, y));
    }
  }
}

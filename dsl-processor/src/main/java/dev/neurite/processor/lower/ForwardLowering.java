package dev.neurite.processor.lower;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Arrangement;
import dev.neurite.processor.arrange.WinogradTiles;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.kernel.Elementwise;
import dev.neurite.processor.kernel.IndexText;
import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.Movement;
import dev.neurite.processor.kernel.Products;
import dev.neurite.processor.memory.ConvGeometry;
import dev.neurite.processor.memory.InferenceMemory;
import dev.neurite.processor.memory.ParameterLayout.Storage;
import dev.neurite.processor.memory.Place;
import dev.neurite.processor.memory.Purpose;
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

  /** Where the lines before the parts of a node go; null where there are none. */
  private final @Nullable List<Line> before;

  /** The units of a part; null where a node is lowered as a whole. */
  private final @Nullable Units units;

  private ForwardLowering(
      ArrangedNode node,
      Frame frame,
      @Nullable InferenceMemory inference,
      @Nullable List<Line> before,
      @Nullable Units units) {
    this.frame = frame.of(node);
    this.lanes = Frame.lanes(node);
    this.inference = inference;
    this.before = before;
    this.units = units;
  }

  /**
   * The units of a part.
   *
   * @param from the first
   * @param to the one after the last
   * @param inVector how many are a vector or panel of 16
   */
  private record Units(String from, String to, int inVector) {

    /** As {@link SharedLayer} counts them. */
    static final Units OF_SHARED_LAYER = new Units("from", "to", 1);

    /** Columns of a dense layer. */
    static final Units COLUMNS = new Units("first", "last", SharedLayer.VECTOR);
  }

  /**
   * The lines of a node.
   *
   * @param inference the plan of inference, or null in training
   */
  static List<Line> lower(ArrangedNode node, Frame frame, @Nullable InferenceMemory inference) {
    ForwardLowering lowering = new ForwardLowering(node, frame, inference, null, null);
    lowering.lower(node);
    return lowering.lines;
  }

  /** The lines of a dense node in training, its columns {@code first} to {@code last}. */
  static List<Line> lowerColumns(ArrangedNode node, Frame frame) {
    ForwardLowering lowering = new ForwardLowering(node, frame, null, null, Units.COLUMNS);
    lowering.lower(node);
    return lowering.lines;
  }

  /**
   * The lines of a node in the units of {@link SharedLayer}, from {@code from} to {@code to}.
   *
   * @param before receives what is done once, before them
   * @param lines receives theirs
   */
  static void lowerParts(
      ArrangedNode node,
      Frame frame,
      InferenceMemory inference,
      List<Line> before,
      List<Line> lines) {
    ForwardLowering lowering =
        new ForwardLowering(node, frame, inference, before, Units.OF_SHARED_LAYER);
    lowering.lower(node);
    lines.addAll(lowering.lines);
  }

  private void lower(ArrangedNode node) {
    switch (node.work()) {
      case Work.Compute compute -> compute(node, compute.operation());
      case Work.Rearrange rearrange -> rearrange(node, rearrange);
    }
  }

  /** What many units have, or those of a part; {@code each} of one. */
  private String count(String all, int each) {
    return units == null
        ? all
        : IndexText.product(units.to() + " - " + units.from(), text(each / units.inVector()));
  }

  /** Where the first unit lies, or that of a part; {@code each} of one. */
  private String first(String place, int each) {
    return units == null
        ? place
        : IndexText.sum(place, IndexText.product(units.from(), text(each / units.inVector())));
  }

  /** A convolution's weights, transformed, panels {@code from} to {@code to}. */
  static List<Line> transform(ArrangedNode node, WinogradTiles tiles, Frame frame) {
    Place weight = new Place("p", text(frame.panels(node.origin(), "weight").offset()), 0);
    Place transformed = frame.place(node.id(), Purpose.TRANSFORMED);
    return List.of(
        WinogradConvolution.weights(frame.kernels(), tiles, "from", "to", weight, transformed));
  }

  private void compute(ArrangedNode node, Operation operation) {
    switch (operation) {
      case Operation.Input ignored -> {}
      case Operation.Dense dense -> dense(node, dense);
      case Operation.Conv2D conv -> conv(node, conv);
      case Operation.BatchNorm norm -> batchNorm(node, norm);
      case Operation.LayerNorm norm -> lines.add(normalization(node).layerNorm(norm));
      case Operation.Embedding ignored -> embedding(node);
      case Operation.MaxPool2D pool -> lines.addAll(pooling(node).max(pool, roomToPool(node)));
      case Operation.AvgPool2D pool -> lines.addAll(pooling(node).average(pool, roomToPool(node)));
      case Operation.GlobalAvgPool ignored -> lines.addAll(pooling(node).mean());
      case Operation.Pass ignored -> throw gone(node);
      case Operation.Flatten ignored -> throw gone(node);
      case Operation.Reshape ignored -> throw gone(node);
      case Operation.Dropout dropout -> dropout(node, dropout.share());
      case Operation.SpatialDropout dropout -> spatialDropout(node, dropout.share());
      case Operation.Add ignored -> lines.addAll(join(node).combine(Elementwise.add()));
      case Operation.Multiply ignored -> lines.addAll(join(node).combine(Elementwise.multiply()));
      case Operation.Concat concat -> lines.addAll(join(node).concat(concat.axis()));
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
      case Operation.Softmax softmax -> lines.add(softmax(node).softmax(softmax.axis(), false));
      case Operation.LogSoftmax softmax -> lines.add(softmax(node).softmax(softmax.axis(), true));
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
    return text(inference == null ? own : inference.derived().biasOf(node.id(), own));
  }

  /** A dense layer's weight, which another layer may own that uses it the other way around. */
  private Place weight(ArrangedNode node) {
    if (!frame.graph().isTransposed(node)) {
      return new Place("p", text(frame.panels(node.origin(), "weight").offset()), 0);
    }
    return inference == null
        ? frame.place(node.id(), Purpose.TURNED)
        : new Place("p", text(inference.derived().turnedOf(node.id())), 0);
  }

  /** A convolution's weight as Winograd's minimal filtering reads it; null where it is not used. */
  private @Nullable Place transformed(ArrangedNode node) {
    if (frame.graph().winograd(node).isEmpty()) {
      return null;
    }
    return inference == null
        ? frame.place(node.id(), Purpose.TRANSFORMED)
        : new Place("p", text(inference.derived().transformedOf(node.id())), 0);
  }

  private void dense(ArrangedNode node, Operation.Dense dense) {
    Place x = input(node, 0);
    Place y = frame.value(node.id());
    int inputs = node.inputTypes().getFirst().shape().getLast();
    int steps = x.rowSize() / inputs;
    if (inference == null && frame.graph().readsBehindInput(node)) {
      Place copy = frame.place(node.id(), Purpose.PADDED);
      call(
          Elementwise.copy(),
          frame.elements(x.rowSize()),
          x.array(),
          x.at(frame.from()),
          copy.array(),
          copy.at(frame.from()));
    }
    Place weight = weight(node);
    String bias = bias(node, dense.bias());
    boolean own = Products.hasOwnTiles((long) steps * inputs * dense.units());
    matmul(
        Products.matmul(inputs, dense.units(), room(y), own),
        own,
        frame.elements(steps),
        text(inputs),
        x.array(),
        x.at(frame.from()),
        text(inputs),
        weight.array(),
        first(weight.base(), inputs * SharedLayer.VECTOR),
        text(inputs * 16),
        count(text(dense.units()), SharedLayer.VECTOR),
        "p",
        bias.equals("-1") ? bias : first(bias, SharedLayer.VECTOR),
        y.array(),
        first(y.at(frame.from()), SharedLayer.VECTOR),
        text(dense.units()));
  }

  private void matmul(Kernel kernel, boolean own, String... arguments) {
    lines.add(frame.kernels().call(kernel, own ? List.of("lda", "ldc") : List.of(), arguments));
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
    if (node.arrangement() instanceof Arrangement.Planes) {
      forRows(new PlaneConvolution(frame, node, conv).forward(bias));
      return;
    }
    if (g.isPointwise()) {
      boolean own =
          Products.hasOwnTiles((long) g.height() * g.width() * g.channels() * g.filters());
      matmul(
          Products.matmul(g.channels(), g.filters(), room(y), own),
          own,
          count(frame.elements(g.height() * g.width()), 1),
          text(g.channels()),
          x.array(),
          first(x.at(frame.from()), g.channels()),
          text(g.channels()),
          "p",
          text(weight.offset()),
          text(g.channels() * 16),
          text(g.filters()),
          "p",
          bias,
          y.array(),
          first(y.at(frame.from()), g.filters()),
          text(g.filters()));
      return;
    }
    List<Line> image =
        new ImageConvolution(frame, node, conv)
            .forward(bias, room(y), transformed(node), units != null);
    if (before == null) {
      forRows(image);
      return;
    }
    // A border is written before the loop over rows of pixels or tiles, which is the last line.
    List<Line> border = image.subList(0, image.size() - 1);
    if (!border.isEmpty()) {
      before.add(new Line.Loop("row", frame.from(), frame.to(), lanes, border));
    }
    lines.add(new Line.Define("row", frame.from()));
    lines.add(image.getLast());
  }

  private void batchNorm(ArrangedNode node, Operation.BatchNorm norm) {
    if (inference == null) {
      lines.add(normalization(node).batchNorm(norm));
    } else {
      lines.addAll(normalization(node).scale(inference.derived().foldOf(node.id())));
    }
  }

  private NormalizationLowering normalization(ArrangedNode node) {
    return new NormalizationLowering(frame, node);
  }

  private PoolingLowering pooling(ArrangedNode node) {
    return new PoolingLowering(frame, node);
  }

  private boolean roomToPool(ArrangedNode node) {
    return room(input(node, 0)) && room(frame.value(node.id()));
  }

  private JoinLowering join(ArrangedNode node) {
    return new JoinLowering(frame, node);
  }

  private SoftmaxLowering softmax(ArrangedNode node) {
    return new SoftmaxLowering(frame, node);
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
      case Arrangement.Planes ignored -> new int[] {1, size};
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

  private void activation(ArrangedNode node, Kernel kernel, String... numbers) {
    Place x = input(node, 0);
    Place y = frame.value(node.id());
    List<String> arguments =
        new ArrayList<>(
            List.of(
                count(frame.elements(node.size()), SharedLayer.VECTOR),
                x.array(),
                first(x.at(frame.from()), SharedLayer.VECTOR),
                y.array(),
                first(y.at(frame.from()), SharedLayer.VECTOR)));
    arguments.addAll(List.of(numbers));
    call(kernel, arguments.toArray(String[]::new));
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

package dev.neurite.processor.lower;

import static dev.neurite.processor.kernel.IndexText.sum;
import static dev.neurite.processor.lower.ForwardLowering.gone;
import static dev.neurite.processor.lower.ForwardLowering.real;
import static dev.neurite.processor.lower.ImageConvolution.group;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.autodiff.Step.Flow;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.kernel.Elementwise;
import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.ProductGradients;
import dev.neurite.processor.kernel.Products;
import dev.neurite.processor.memory.ConvGeometry;
import dev.neurite.processor.memory.ParameterLayout.Storage;
import dev.neurite.processor.memory.Place;
import dev.neurite.processor.memory.Purpose;
import java.util.ArrayList;
import java.util.List;

/** Lowers the gradients of one node's inputs, for some rows, to calls of kernels. */
final class BackwardLowering {

  private final Frame frame;
  private final ArrangedNode node;
  private final List<Line> lines = new ArrayList<>();
  private final Place dy;

  private BackwardLowering(Frame frame, ArrangedNode node) {
    this.frame = frame.of(node);
    this.node = node;
    this.dy = frame.place(node.id(), Purpose.GRADIENT);
  }

  /** The lines for one of the gradients that flow from a node. */
  static List<Line> lower(ArrangedNode node, Flow flow, Frame frame) {
    BackwardLowering lowering = new BackwardLowering(frame, node);
    Place target = frame.place(flow.input(), Purpose.GRADIENT);
    boolean addsItself = lowering.addsItself();
    Place written =
        flow.accumulates() && !addsItself
            ? frame.place(node.id(), Purpose.SCRATCH, flow.position() + 1)
            : target;
    Frame of = frame.of(frame.graph().node(flow.input()));
    if (addsItself && !flow.accumulates()) {
      lowering.call(
          Elementwise.clear(),
          of.elements(target.rowSize()),
          target.array(),
          target.at(frame.from()));
    }
    switch (node.work()) {
      case Work.Compute compute -> lowering.compute(compute.operation(), flow, written);
      case Work.Rearrange rearrange -> lowering.rearrange(rearrange, written);
    }
    if (!written.equals(target)) {
      lowering.call(
          Elementwise.addTo(),
          of.elements(target.rowSize()),
          written.array(),
          written.at(frame.from()),
          target.array(),
          target.at(frame.from()));
    }
    return lowering.lines;
  }

  /** Whether the kernels add to what is there, so that it must be cleared before the first. */
  private boolean addsItself() {
    return node.work() instanceof Work.Compute compute
        && switch (compute.operation()) {
          case Operation.MaxPool2D pool -> !pooling().coversInPairs(pool);
          case Operation.AvgPool2D ignored -> true;
          case Operation other -> false;
        };
  }

  private void compute(Operation operation, Flow flow, Place dx) {
    switch (operation) {
      case Operation.Input ignored -> throw gone(node);
      case Operation.Dense dense -> dense(dense, dx);
      case Operation.Conv2D conv -> conv(conv, dx);
      case Operation.BatchNorm norm -> lines.add(normalization().batchNormGradient(norm, dx));
      case Operation.LayerNorm norm -> lines.add(normalization().layerNormGradient(norm, dx));
      case Operation.Embedding ignored -> throw gone(node);
      case Operation.MaxPool2D pool -> lines.addAll(pooling().maxGradient(pool, dx));
      case Operation.AvgPool2D pool -> lines.addAll(pooling().averageGradient(pool, dx));
      case Operation.GlobalAvgPool ignored -> lines.addAll(pooling().meanGradient(dx));
      case Operation.Pass ignored -> throw gone(node);
      case Operation.Flatten ignored -> throw gone(node);
      case Operation.Reshape ignored -> throw gone(node);
      case Operation.Dropout ignored -> dropout(dx);
      case Operation.SpatialDropout ignored -> spatialDropout(dx);
      case Operation.Add ignored -> copy(dx);
      case Operation.Multiply ignored ->
          lines.addAll(new JoinLowering(frame, node).multiplyGradient(flow, dx));
      case Operation.Concat concat ->
          lines.add(new JoinLowering(frame, node).concatGradient(concat.axis(), flow, dx));
      case Operation.ReLU ignored -> activation(Elementwise.reluGradient(), output(), dx);
      case Operation.LeakyReLU leaky ->
          activation(
              Elementwise.leakyReluGradient(),
              leaky.slope() < 0 ? input(0) : output(),
              dx,
              real(leaky.slope()));
      case Operation.ELU elu ->
          activation(Elementwise.eluGradient(), input(0), dx, real(elu.alpha()));
      case Operation.GELU gelu ->
          activation(
              gelu.tanh() ? Elementwise.geluTanhGradient() : Elementwise.geluGradient(),
              input(0),
              dx);
      case Operation.SiLU ignored -> activation(Elementwise.siluGradient(), input(0), dx);
      case Operation.Sigmoid ignored -> activation(Elementwise.sigmoidGradient(), output(), dx);
      case Operation.Tanh ignored -> activation(Elementwise.tanhGradient(), output(), dx);
      case Operation.Softplus softplus ->
          activation(
              Elementwise.softplusGradient(),
              input(0),
              dx,
              real(softplus.beta()),
              real(softplus.threshold()));
      case Operation.Mish ignored -> activation(Elementwise.mishGradient(), input(0), dx);
      case Operation.Softmax softmax -> lines.add(softmax().gradient(softmax.axis(), false, dx));
      case Operation.LogSoftmax softmax -> lines.add(softmax().gradient(softmax.axis(), true, dx));
    }
  }

  private void call(Kernel kernel, String... arguments) {
    lines.add(frame.kernels().call(kernel, arguments));
  }

  private Line.Call callOf(Kernel kernel, String... arguments) {
    return frame.kernels().call(kernel, arguments);
  }

  private void forRows(List<Line> body) {
    lines.add(new Line.Loop("row", frame.from(), frame.to(), Frame.lanes(node), body));
  }

  private Place input(int position) {
    return frame.value(node.inputs().get(position));
  }

  private Place output() {
    return frame.value(node.id());
  }

  private static String text(int number) {
    return Integer.toString(number);
  }

  private void dense(Operation.Dense dense, Place dx) {
    // Turned around twice, the weight of another layer is as it lies.
    Place turned =
        frame.graph().isTransposed(node)
            ? new Place("p", text(frame.panels(node.origin(), "weight").offset()), 0)
            : frame.place(node.id(), Purpose.TURNED);
    int inputs = node.inputTypes().getFirst().shape().getLast();
    int steps = dx.rowSize() / inputs;
    boolean own = Products.hasOwnTiles((long) steps * inputs * dense.units());
    lines.add(
        frame
            .kernels()
            .call(
                Products.matmul(dense.units(), inputs, false, own),
                own ? List.of("lda", "ldc") : List.of(),
                frame.elements(steps),
                text(dense.units()),
                dy.array(),
                dy.at(frame.from()),
                text(dense.units()),
                turned.array(),
                turned.base(),
                text(dense.units() * 16),
                text(inputs),
                turned.array(),
                "-1",
                dx.array(),
                dx.at(frame.from()),
                text(inputs)));
  }

  /** A convolution of the spread output gradient with the weights turned around. */
  private void conv(Operation.Conv2D conv, Place dx) {
    if (Frame.lanes(node) > 1) {
      forRows(new LaneConvolution(frame, node, conv).backward(dx));
      return;
    }
    forRows(new ImageConvolution(frame, node, conv).backward(dx));
  }

  private NormalizationLowering normalization() {
    return new NormalizationLowering(frame, node);
  }

  private PoolingLowering pooling() {
    return new PoolingLowering(frame, node);
  }

  private SoftmaxLowering softmax() {
    return new SoftmaxLowering(frame, node);
  }

  private void dropout(Place dx) {
    Place mask = frame.place(node.id(), Purpose.MASK);
    multiplyInto(dy, mask, dx);
  }

  private void spatialDropout(Place dx) {
    Place mask = frame.place(node.id(), Purpose.MASK);
    int channels = node.type().shape().getFirst();
    forRows(
        List.of(
            callOf(
                Elementwise.multiplyChannels(),
                text(node.size() / channels),
                text(channels),
                dy.array(),
                dy.at("row"),
                mask.array(),
                mask.at("row"),
                dx.array(),
                dx.at("row"))));
  }

  private void multiplyInto(Place left, Place right, Place dx) {
    call(
        Elementwise.multiply(),
        frame.elements(dx.rowSize()),
        left.array(),
        left.at(frame.from()),
        right.array(),
        right.at(frame.from()),
        dx.array(),
        dx.at(frame.from()));
  }

  private void copy(Place dx) {
    call(
        Elementwise.copy(),
        frame.elements(dx.rowSize()),
        dy.array(),
        dy.at(frame.from()),
        dx.array(),
        dx.at(frame.from()));
  }

  private void activation(Kernel kernel, Place v, Place dx, String... numbers) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                frame.elements(node.size()),
                v.array(),
                v.at(frame.from()),
                dy.array(),
                dy.at(frame.from()),
                dx.array(),
                dx.at(frame.from())));
    arguments.addAll(List.of(numbers));
    call(kernel, arguments.toArray(String[]::new));
  }

  private void rearrange(Work.Rearrange rearrange, Place dx) {
    Rearrangement back = Rearrangement.of(rearrange.to(), rearrange.from());
    if (back instanceof Rearrangement.None) {
      copy(dx);
    } else {
      lines.add(back.lines(frame, dy, dx));
    }
  }

  /**
   * The weights of a node as its input gradient reads them, input channels {@code from} to {@code
   * to}.
   */
  static List<Line> turn(ArrangedNode node, Operation operation, Frame frame) {
    Storage.Panels weight = frame.panels(node.origin(), "weight");
    Place turned = frame.place(node.id(), Purpose.TURNED);
    if (operation instanceof Operation.Conv2D conv) {
      ConvGeometry g = ConvGeometry.of(conv, node.inputTypes().getFirst(), node.type());
      Line.Call call =
          frame
              .kernels()
              .call(
                  ProductGradients.turn(),
                  text(g.taps()),
                  text(g.groupChannels()),
                  text(g.groupFilters()),
                  "from",
                  "to",
                  "p",
                  sum(group(g, weight.groupLength()), text(weight.offset())),
                  turned.array(),
                  sum(turned.base(), group(g, g.turnedGroupLength())));
      List<Line> lines = new ArrayList<>();
      lines.add(
          g.groups() == 1 ? call : new Line.Loop("group", "0", text(g.groups()), List.of(call)));
      frame
          .graph()
          .winogradGradient(node)
          .ifPresent(
              tiles ->
                  lines.add(
                      WinogradConvolution.weights(
                          frame.kernels(),
                          tiles,
                          "from >> 4",
                          "to >> 4",
                          turned,
                          frame.place(node.id(), Purpose.TRANSFORMED_TURNED))));
      return lines;
    }
    int inputs = ParameterLowering.inputs(weight);
    return List.of(
        frame
            .kernels()
            .call(
                ProductGradients.turn(),
                "1",
                text(inputs),
                text(weight.outputs()),
                "from",
                "to",
                "p",
                text(weight.offset()),
                turned.array(),
                turned.base()));
  }
}

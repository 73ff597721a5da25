package dev.neurite.processor.cuda;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Arrangement;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.cuda.DeviceMethod.Condition;
import dev.neurite.processor.cuda.DeviceStep.Launch;
import dev.neurite.processor.cuda.Operand.Address;
import dev.neurite.processor.cuda.Operand.Rows;
import dev.neurite.processor.diagnostic.LayerFailure;
import dev.neurite.processor.graph.Operation;
import java.util.ArrayList;
import java.util.List;

/** The forward pass on the device, for training or for inference. */
final class ForwardCalls {

  private final DeviceFrame frame;
  private final KernelSet kernels;
  private final boolean inference;
  private final String suffix;
  private final List<DeviceMethod> methods = new ArrayList<>();

  private ForwardCalls(DeviceFrame frame, boolean inference) {
    this.frame = frame;
    this.kernels = frame.kernels();
    this.inference = inference;
    this.suffix = inference ? "Infer" : "Forward";
  }

  static List<DeviceMethod> lower(DeviceFrame frame, boolean inference) {
    ForwardCalls calls = new ForwardCalls(frame, inference);
    for (ArrangedNode node : frame.graph().nodes()) {
      if (!node.inputs().isEmpty() && !frame.fusion().isInside(node)) {
        LayerFailure.naming(node.layer(), () -> calls.compute(node));
      }
    }
    return calls.methods;
  }

  private void add(ArrangedNode node, List<DeviceStep> steps) {
    methods.add(frame.method(node, suffix, Condition.ALWAYS, steps));
  }

  private void add(ArrangedNode node, DeviceStep step) {
    add(node, List.of(step));
  }

  private void compute(ArrangedNode node) {
    switch (node.work()) {
      case Work.Compute compute -> compute(node, compute.operation());
      case Work.Rearrange rearrange ->
          add(
              node,
              rearranged(
                  kernels,
                  node,
                  rearrange.from(),
                  rearrange.to(),
                  frame.input(node, 0),
                  frame.value(node.id()),
                  false));
    }
  }

  private void compute(ArrangedNode node, Operation operation) {
    switch (operation) {
      case Operation.Input ignored -> {}
      case Operation.Pass ignored -> throw gone(node);
      case Operation.Flatten ignored -> throw gone(node);
      case Operation.Reshape ignored -> throw gone(node);
      case Operation.Dense ignored -> add(node, new ProductCalls(frame).forward(node));
      case Operation.Conv2D ignored ->
          add(
              node,
              Fusion.way(node) == Fusion.Way.PRODUCT
                  ? new ProductCalls(frame).forward(node)
                  : new ConvCalls(frame).forward(node));
      case Operation.BatchNorm norm -> {
        statistics(node, norm);
        chain(node);
      }
      case Operation.LayerNorm norm ->
          add(node, new NormCalls(frame).layer(node, norm, !inference));
      case Operation.Embedding ignored -> add(node, lookUp(node));
      case Operation.MaxPool2D pool ->
          add(node, window(node, PoolKernels.max(kernels, pool(node, pool))));
      case Operation.AvgPool2D pool ->
          add(
              node,
              window(node, PoolKernels.average(kernels, pool(node, pool), pool.countPadding())));
      case Operation.GlobalAvgPool ignored -> add(node, mean(node));
      case Operation.Concat concat -> add(node, join(node, concat.axis()));
      case Operation.Softmax softmax -> add(node, softmax(node, softmax.axis(), false));
      case Operation.LogSoftmax softmax -> add(node, softmax(node, softmax.axis(), true));
      case Operation.Add ignored -> chain(node);
      case Operation.Multiply ignored -> chain(node);
      case Operation.Dropout ignored -> chain(node);
      case Operation.SpatialDropout ignored -> chain(node);
      case Operation.Activation ignored -> chain(node);
    }
  }

  static IllegalStateException gone(ArrangedNode node) {
    return new IllegalStateException("an operation that moves nothing was lowered: " + node);
  }

  static Chain chainOf(DeviceFrame frame, ArrangedNode node) {
    Chain chain = frame.fusion().chain(node.id());
    if (chain == null) {
      throw new IllegalStateException("not in a chain: " + node);
    }
    return chain;
  }

  private void chain(ArrangedNode node) {
    Chain chain = chainOf(frame, node);
    int done = frame.fusion().done(chain);
    if (done == chain.nodes().size()) {
      return;
    }
    if (inference
        && chain.onlyDrops(done)
        && !frame.graph().outputs().contains(chain.last().id())) {
      int same = done > 0 ? chain.head().id() : chain.head().inputs().getFirst();
      frame.alias(chain.last().id(), same);
      return;
    }
    List<Operand> arguments = new ArrayList<>();
    for (int input : done > 0 ? List.of(chain.head().id()) : distinct(chain)) {
      arguments.add(frame.value(input));
    }
    arguments.add(frame.value(chain.last().id()));
    arguments.addAll(new NormCalls(frame).chainArguments(chain, true));
    if (!inference && chain.drops()) {
      arguments.add(Address.of(new Buffer.Step()));
      arguments.add(new Operand.Training());
    }
    arguments.add(new Rows());
    long size = chain.last().size();
    add(
        chain.last(),
        new Launch(
            ChainKernels.forward(kernels, chain, done, !inference),
            new Grid.Covering(size, ChainKernels.lanes(size)),
            arguments));
  }

  static List<Integer> distinct(Chain chain) {
    return chain.head().inputs().stream().distinct().toList();
  }

  private void statistics(ArrangedNode node, Operation.BatchNorm norm) {
    NormCalls calls = new NormCalls(frame);
    if (!inference) {
      methods.add(frame.method(node, "Statistics", Condition.TRAINING, calls.batch(node, norm)));
    }
    methods.add(
        frame.method(
            node,
            "RunningStatistics" + (inference ? suffix : ""),
            inference ? Condition.ALWAYS : Condition.EVALUATION,
            calls.running(node, norm)));
  }

  private Launch lookUp(ArrangedNode node) {
    int width = node.type().shape().getLast();
    return new Launch(
        MovementKernels.lookUp(kernels, node.size() / width, width),
        new Grid.Covering(node.size(), ChainKernels.lanes(width)),
        List.of(
            frame.input(node, 0),
            frame.parameter(node, "weight"),
            frame.value(node.id()),
            new Rows()));
  }

  static PoolKernels.Pool pool(ArrangedNode node, Operation.MaxPool2D pool) {
    return new PoolKernels.Pool(
        node.inputTypes().getFirst(), node.type(), pool.kernel(), pool.stride(), pool.padding());
  }

  static PoolKernels.Pool pool(ArrangedNode node, Operation.AvgPool2D pool) {
    return new PoolKernels.Pool(
        node.inputTypes().getFirst(), node.type(), pool.kernel(), pool.stride(), pool.padding());
  }

  private Launch window(ArrangedNode node, CudaKernel kernel) {
    return new Launch(
        kernel,
        new Grid.Covering(node.size(), ChainKernels.lanes(node.type().shape().getFirst())),
        List.of(frame.input(node, 0), frame.value(node.id()), new Rows()));
  }

  private Launch mean(ArrangedNode node) {
    int channels = node.size();
    return new Launch(
        PoolKernels.mean(kernels, channels, node.inputTypes().getFirst().size() / channels),
        new Grid.Covering(channels, 1),
        List.of(frame.input(node, 0), frame.value(node.id()), new Rows()));
  }

  /** How the parts of a concatenation lie: those of images channels last. */
  static MovementKernels.Joint joint(ArrangedNode node, int axis) {
    List<Integer> shape = node.type().shape();
    boolean image = shape.size() == 3;
    List<Integer> order = image ? List.of(1, 2, 0) : List.of(0, 1, 2).subList(0, shape.size());
    int inner = 1;
    for (int i = order.indexOf(axis) + 1; i < order.size(); i++) {
      inner *= shape.get(order.get(i));
    }
    return new MovementKernels.Joint(
        node.inputTypes().stream().map(type -> type.shape().get(axis)).toList(),
        inner,
        node.size());
  }

  private Launch join(ArrangedNode node, int axis) {
    List<Operand> arguments = new ArrayList<>();
    node.inputs().forEach(input -> arguments.add(frame.value(input)));
    arguments.add(frame.value(node.id()));
    arguments.add(new Rows());
    return new Launch(
        MovementKernels.join(kernels, joint(node, axis)),
        new Grid.Covering(node.size(), 1),
        arguments);
  }

  /** The vectors along an axis; the channels of an image lie side by side. */
  static SoftmaxKernels.Vectors vectors(ArrangedNode node, int axis) {
    List<Integer> shape = node.type().shape();
    int length = shape.get(axis);
    if (node.arrangement() instanceof Arrangement.ChannelsLast) {
      return new SoftmaxKernels.Vectors(node.size() / length, length, 1);
    }
    int inner = 1;
    for (int size : shape.subList(axis + 1, shape.size())) {
      inner *= size;
    }
    return new SoftmaxKernels.Vectors(node.size() / length / inner, length, inner);
  }

  private Launch softmax(ArrangedNode node, int axis, boolean log) {
    SoftmaxKernels.Vectors vectors = vectors(node, axis);
    return new Launch(
        SoftmaxKernels.forward(kernels, vectors, log),
        vectors.grid(),
        List.of(frame.input(node, 0), frame.value(node.id()), new Rows()));
  }

  /** Moves values from one order to another. */
  static Launch rearranged(
      KernelSet kernels,
      ArrangedNode node,
      Arrangement from,
      Arrangement to,
      Address x,
      Address y,
      boolean accumulate) {
    int size = node.size();
    if (from instanceof Arrangement.ChannelsLast image && to instanceof Arrangement.Plain) {
      return transposed(
          kernels, image.height() * image.width(), image.channels(), x, y, accumulate);
    }
    if (from instanceof Arrangement.Plain && to instanceof Arrangement.ChannelsLast image) {
      return transposed(
          kernels, image.channels(), image.height() * image.width(), x, y, accumulate);
    }
    if (!from.equals(to)) {
      throw new IllegalStateException("no way from " + from + " to " + to);
    }
    return new Launch(
        MovementKernels.copy(kernels, size, accumulate),
        new Grid.Covering(size, 1),
        List.of(x, y, new Rows()));
  }

  private static Launch transposed(
      KernelSet kernels, int height, int width, Address x, Address y, boolean accumulate) {
    return new Launch(
        MovementKernels.transpose(kernels, height, width, accumulate),
        MovementKernels.tiles(height, width),
        List.of(x, y));
  }
}

package dev.neurite.processor.cuda;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.autodiff.Step;
import dev.neurite.processor.autodiff.Step.Flow;
import dev.neurite.processor.autodiff.TrainingSteps;
import dev.neurite.processor.autodiff.TrainingSteps.Reach;
import dev.neurite.processor.cuda.DeviceMethod.Condition;
import dev.neurite.processor.cuda.DeviceStep.Launch;
import dev.neurite.processor.cuda.Operand.Address;
import dev.neurite.processor.cuda.Operand.Rows;
import dev.neurite.processor.diagnostic.LayerFailure;
import dev.neurite.processor.graph.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The backward pass on the device: the steps of each node, from the last to the first. Gradients of
 * shared parameters are added as they come, for calls run one after another.
 */
final class BackwardCalls {

  private final TrainingSteps training;
  private final DeviceFrame frame;
  private final KernelSet kernels;
  private final Map<Integer, Step.InputGradients> inputs = new HashMap<>();
  private final Set<Integer> parametric = new HashSet<>();
  private final Set<Integer> summed = new HashSet<>();
  private final Set<Tensor> written = new HashSet<>();

  /** Nodes whose bias's gradient comes with another node's input gradient. */
  private final Set<Integer> biasesWritten = new HashSet<>();

  private final List<DeviceMethod> methods = new ArrayList<>();

  /** A parameter by the typed node that has it. */
  private record Tensor(int owner, String leaf) {}

  private BackwardCalls(TrainingSteps training, DeviceFrame frame) {
    this.training = training;
    this.frame = frame;
    this.kernels = frame.kernels();
  }

  static List<DeviceMethod> lower(TrainingSteps training, DeviceFrame frame) {
    BackwardCalls calls = new BackwardCalls(training, frame);
    training.backward().forEach(stage -> stage.forEach(calls::collect));
    for (ArrangedNode node : frame.graph().nodes().reversed()) {
      LayerFailure.naming(node.layer(), () -> calls.node(node));
    }
    return calls.methods;
  }

  private void collect(Step step) {
    switch (step) {
      case Step.InputGradients gradients -> inputs.put(gradients.node(), gradients);
      case Step.ParameterGradients gradients -> parametric.add(gradients.node());
      case Step.GradientSums sums -> summed.add(sums.node());
      // Sums over positions are part of the sums over rows here, and nothing waits to be added or
      // to be transformed.
      case Step.PositionSums ignored -> {}
      case Step.WeightSums ignored -> {}
      case Step.AddGradients ignored -> {}
      case Step.TransformBack ignored -> {}
      case Step.Forward forward -> throw misplaced(forward);
      case Step.Statistics statistics -> throw misplaced(statistics);
      case Step.Turn turn -> throw misplaced(turn);
      case Step.Transform transform -> throw misplaced(transform);
    }
  }

  private static IllegalStateException misplaced(Step step) {
    return new IllegalStateException("a step of the forward pass in the backward pass: " + step);
  }

  private void node(ArrangedNode node) {
    if (summed.contains(node.id())) {
      Chain chain = ForwardCalls.chainOf(frame, node);
      boolean affine = parametric.contains(node.id());
      add(
          node,
          training.reach().get(node.id()) == Reach.INPUTS
              ? Condition.INPUT_GRADIENTS
              : Condition.ALWAYS,
          new NormCalls(frame)
              .gradientSums(chain, affine && adds(node, "weight"), affine && adds(node, "bias")));
    } else if (parametric.contains(node.id())) {
      add(node, Condition.ALWAYS, parameters(node));
    }
    Step.InputGradients gradients = inputs.get(node.id());
    if (gradients != null && !frame.fusion().isInside(node)) {
      boolean onRequest = gradients.flows().stream().allMatch(Flow::onlyForInputs);
      add(
          node,
          onRequest ? Condition.INPUT_GRADIENTS : Condition.ALWAYS,
          inputs(node, gradients.flows()));
    }
  }

  private void add(ArrangedNode node, Condition condition, List<DeviceStep> steps) {
    if (!steps.isEmpty()) {
      String suffix = condition == Condition.INPUT_GRADIENTS ? "InputGradients" : "Backward";
      methods.add(frame.method(node, suffix, condition, steps));
    }
  }

  /** Whether a gradient is added to what is written already; it counts as written from here on. */
  private boolean adds(ArrangedNode node, String leaf) {
    return !written.add(new Tensor(frame.graph().owner(node, leaf), leaf));
  }

  private List<DeviceStep> parameters(ArrangedNode node) {
    Operation operation = Chain.operationOf(node);
    return switch (operation) {
      case Operation.Parametric parametricOperation ->
          switch (parametricOperation) {
            case Operation.Dense ignored -> products(node);
            case Operation.Conv2D ignored -> products(node);
            case Operation.BatchNorm ignored ->
                throw new IllegalStateException("gradients without sums: " + node);
            case Operation.LayerNorm ignored ->
                new NormCalls(frame)
                    .layerParameters(node, adds(node, "weight"), adds(node, "bias"));
            case Operation.Embedding embedding -> List.of(lookUp(node, embedding));
          };
      case Operation other -> throw new IllegalStateException(other + " has no parameters");
    };
  }

  private List<DeviceStep> products(ArrangedNode node) {
    boolean addWeight = adds(node, "weight");
    Boolean addBias =
        (Fusion.hasBias(node) && !biasesWritten.contains(node.id())) ? adds(node, "bias") : null;
    return Fusion.way(node) == Fusion.Way.PRODUCT
        ? new ProductCalls(frame).parameters(node, addWeight, addBias)
        : new ConvCalls(frame).parameters(node, addWeight, addBias);
  }

  private Launch lookUp(ArrangedNode node, Operation.Embedding embedding) {
    int width = embedding.size();
    return new Launch(
        MovementKernels.lookUpGradient(
            kernels, node.size() / width, embedding.vocabulary(), width, adds(node, "weight")),
        MovementKernels.lookUpGradientGrid(embedding.vocabulary(), width),
        List.of(
            frame.input(node, 0),
            frame.gradient(node.id()),
            frame.parameterGradient(node, "weight"),
            new Rows()));
  }

  private List<DeviceStep> inputs(ArrangedNode node, List<Flow> flows) {
    boolean adds = flows.getFirst().accumulates();
    Address dy = frame.gradient(node.id());
    ArrangedNode source = node.inputs().size() == 1 ? frame.fusion().rectified(node) : null;
    Address dx = frame.gradient(source == null ? flows.getFirst().input() : source.id());
    if (node.work() instanceof Work.Rearrange rearrange) {
      return List.of(
          ForwardCalls.rearranged(kernels, node, rearrange.to(), rearrange.from(), dy, dx, adds));
    }
    return switch (Chain.operationOf(node)) {
      case Operation.Input ignored -> throw nothingUpstream(node);
      case Operation.Pass ignored -> throw ForwardCalls.gone(node);
      case Operation.Flatten ignored -> throw ForwardCalls.gone(node);
      case Operation.Reshape ignored -> throw ForwardCalls.gone(node);
      case Operation.Embedding ignored -> throw nothingUpstream(node);
      case Operation.Dense ignored -> product(node, adds);
      case Operation.Conv2D ignored ->
          Fusion.way(node) == Fusion.Way.PRODUCT
              ? product(node, adds)
              : new ConvCalls(frame).input(node, adds, source);
      case Operation.BatchNorm ignored -> chain(node, flows);
      case Operation.LayerNorm norm -> new NormCalls(frame).layerInput(node, norm, adds);
      case Operation.MaxPool2D pool ->
          List.of(
              elements(
                  node,
                  PoolKernels.maxGradient(
                      kernels, ForwardCalls.pool(node, pool), adds, source != null),
                  List.of(frame.input(node, 0), frame.value(node.id()), dy, dx)));
      case Operation.AvgPool2D pool ->
          List.of(
              elements(
                  node,
                  PoolKernels.averageGradient(
                      kernels, ForwardCalls.pool(node, pool), pool.countPadding(), adds),
                  List.of(dy, dx)));
      case Operation.GlobalAvgPool ignored ->
          List.of(
              elements(
                  node,
                  PoolKernels.meanGradient(
                      kernels,
                      node.size(),
                      node.inputTypes().getFirst().size() / node.size(),
                      adds),
                  List.of(dy, dx)));
      case Operation.Concat concat -> parts(node, concat.axis(), flows);
      case Operation.Softmax softmax -> softmax(node, softmax.axis(), false, dx, adds);
      case Operation.LogSoftmax softmax -> softmax(node, softmax.axis(), true, dx, adds);
      case Operation.Add ignored -> chain(node, flows);
      case Operation.Multiply ignored -> chain(node, flows);
      case Operation.Dropout ignored -> chain(node, flows);
      case Operation.SpatialDropout ignored -> chain(node, flows);
      case Operation.Activation ignored -> chain(node, flows);
    };
  }

  private static IllegalStateException nothingUpstream(ArrangedNode node) {
    return new IllegalStateException("no gradient flows through " + node);
  }

  private List<DeviceStep> product(ArrangedNode node, boolean adds) {
    ArrangedNode source = frame.fusion().masked(node);
    if (source == null) {
      return new ProductCalls(frame).input(node, adds);
    }
    boolean sumsBias = !adds(source, "bias");
    if (sumsBias) {
      biasesWritten.add(source.id());
    }
    return new ProductCalls(frame).maskedInput(node, source, sumsBias);
  }

  /** A kernel with a thread for each element of the input. */
  private Launch elements(ArrangedNode node, CudaKernel kernel, List<Address> addresses) {
    List<Operand> arguments = new ArrayList<>(addresses);
    arguments.add(new Rows());
    return new Launch(kernel, new Grid.Covering(node.inputTypes().getFirst().size(), 1), arguments);
  }

  private List<DeviceStep> softmax(
      ArrangedNode node, int axis, boolean log, Address dx, boolean adds) {
    SoftmaxKernels.Vectors vectors = ForwardCalls.vectors(node, axis);
    return List.of(
        new Launch(
            SoftmaxKernels.gradient(kernels, vectors, log, adds),
            vectors.grid(),
            List.of(frame.value(node.id()), frame.gradient(node.id()), dx, new Rows())));
  }

  private List<DeviceStep> parts(ArrangedNode node, int axis, List<Flow> flows) {
    MovementKernels.Joint joint = ForwardCalls.joint(node, axis);
    List<DeviceStep> steps = new ArrayList<>();
    for (Flow flow : flows) {
      steps.add(
          new Launch(
              MovementKernels.part(kernels, joint, flow.position(), flow.accumulates()),
              new Grid.Covering(node.inputTypes().get(flow.position()).size(), 1),
              List.of(frame.gradient(node.id()), frame.gradient(flow.input()), new Rows())));
    }
    return steps;
  }

  private List<DeviceStep> chain(ArrangedNode node, List<Flow> flows) {
    Chain chain = ForwardCalls.chainOf(frame, node);
    int done = frame.fusion().done(chain);
    if (done == 1 && frame.fusion().readerRectifies(frame.graph().node(flows.getFirst().input()))) {
      // The reader's input gradient was that of the sums before the activation.
      return List.of();
    }
    boolean fromLast = chain.gradientReadsLastOnly();
    boolean reads = ChainKernels.readsValues(chain);
    boolean all = flows.stream().allMatch(Flow::onlyForInputs);
    List<ChainKernels.Target> targets = new ArrayList<>();
    Set<Integer> seen = new HashSet<>();
    for (Flow flow : flows) {
      if (seen.add(flow.input())) {
        targets.add(
            new ChainKernels.Target(
                flow.input(), flow.accumulates(), flow.onlyForInputs() && !all));
      }
    }
    List<Operand> arguments = new ArrayList<>();
    if (reads && fromLast) {
      arguments.add(frame.value(chain.last().id()));
    } else if (reads) {
      for (int input : done > 0 ? List.of(chain.head().id()) : ForwardCalls.distinct(chain)) {
        arguments.add(frame.value(input));
      }
    }
    arguments.add(frame.gradient(chain.last().id()));
    for (ChainKernels.Target target : targets) {
      arguments.add(frame.gradient(target.input()).requested(target.onRequest()));
    }
    NormCalls norms = new NormCalls(frame);
    arguments.addAll(norms.chainArguments(chain, reads && !fromLast));
    if (chain.drops()) {
      arguments.add(Address.of(new Buffer.Step()));
      arguments.add(new Operand.Training());
    }
    if (chain.operation(0) instanceof Operation.BatchNorm) {
      arguments.add(norms.share(chain.head()));
    }
    arguments.add(new Rows());
    long size = chain.last().size();
    return List.of(
        new Launch(
            ChainKernels.backward(kernels, chain, done, fromLast, targets),
            new Grid.Covering(size, ChainKernels.lanes(size)),
            arguments));
  }
}

package dev.neurite.processor.lower;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.WinogradTiles;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.autodiff.Differentiator;
import dev.neurite.processor.autodiff.Step;
import dev.neurite.processor.autodiff.TrainingSteps;
import dev.neurite.processor.diagnostic.LayerFailure;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.lower.LayerMethod.Split;
import dev.neurite.processor.memory.ParameterLayout;
import dev.neurite.processor.memory.TrainingMemory;
import dev.neurite.processor.shape.TensorType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Lowers a training pass: a method for each layer and stage. */
public final class TrainingLowering {

  private final ArrangedGraph graph;
  private final Frame frame;
  private final KernelSet kernels = new KernelSet();
  private final List<LayerMethod> methods = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  private TrainingLowering(TrainingSteps steps, ParameterLayout layout, TrainingMemory memory) {
    this.graph = steps.graph();
    this.frame = new Frame(graph, layout, kernels, "from", "to", "to - from", memory::place);
  }

  public static TrainingCode lower(
      TrainingSteps steps, ParameterLayout layout, TrainingMemory memory) {
    TrainingLowering lowering = new TrainingLowering(steps, layout, memory);
    List<List<LayerMethod>> forward = lowering.stages(steps.forward());
    List<List<LayerMethod>> backward = lowering.stages(steps.backward());
    return new TrainingCode(
        lowering.methods, forward, backward, lowering.kernels, memory, lowering.smallestBatch());
  }

  private int smallestBatch() {
    for (ArrangedNode node : graph.nodes()) {
      if (node.work() instanceof Work.Compute compute
          && compute.operation() instanceof Operation.BatchNorm
          && NormalizationLowering.positions(node.type()) == 1) {
        return 2;
      }
    }
    return 1;
  }

  private List<List<LayerMethod>> stages(List<List<Step>> stages) {
    return stages.stream().map(this::stage).toList();
  }

  private List<LayerMethod> stage(List<Step> steps) {
    List<LayerMethod> stage = new ArrayList<>();
    Rows rows = new Rows(stage);
    for (Step step : steps) {
      ArrangedNode node = graph.node(step.node());
      LayerFailure.naming(node.layer(), () -> lower(step, node, rows, stage));
    }
    rows.end();
    return stage;
  }

  private void lower(Step step, ArrangedNode node, Rows rows, List<LayerMethod> stage) {
    switch (step) {
      case Step.Forward ignored -> forward(node, rows, stage);
      case Step.InputGradients gradients -> {
        for (Step.Flow flow : gradients.flows()) {
          rows.add(
              node.javaName(),
              "Backward",
              flow.onlyForInputs(),
              2 * rowFloats(node),
              BackwardLowering.lower(node, flow, frame));
        }
      }
      case Step.PositionSums ignored ->
          rows.add(
              node.javaName(),
              "Backward",
              false,
              node.size(),
              ParameterLowering.positionSums(node, frame));
      case Step.WeightSums ignored ->
          rows.add(
              node.javaName(),
              "Backward",
              false,
              rowFloats(node),
              ParameterLowering.weightSums(node, frame));
      case Step.Turn turn -> {
        rows.end();
        Operation operation = ((Work.Compute) node.work()).operation();
        int channels =
            operation instanceof Operation.Conv2D conv
                ? node.inputTypes().getFirst().shape().getFirst() / conv.groups()
                : ParameterLowering.inputs(frame.panels(node.origin(), "weight"));
        stage.add(
            method(
                node.javaName() + "Turn",
                "Turns the weight around for the backward pass.",
                new Split.Units(channels, 16),
                turn.onlyForInputs(),
                BackwardLowering.turn(node, operation, frame)));
      }
      case Step.Transform ignored -> {
        rows.end();
        WinogradTiles tiles = graph.winograd(node).orElseThrow();
        stage.add(
            method(
                node.javaName() + "Transform",
                "Transforms the weight for Winograd's minimal filtering.",
                new Split.Units(tiles.filters() / 16, 1),
                false,
                ForwardLowering.transform(node, tiles, frame)));
      }
      case Step.TransformBack back -> {
        rows.end();
        WinogradTiles tiles = graph.winogradWeights(node).orElseThrow();
        stage.add(
            method(
                node.javaName() + "TransformBack",
                "Gradient of the weight from that of its transform.",
                new Split.Units(tiles.filters() / 16, 1),
                false,
                ParameterLowering.transformBack(node, back.added(), tiles, frame)));
      }
      case Step.Statistics ignored -> {
        rows.end();
        stage.add(
            method(
                node.javaName() + "Statistics",
                "Mean and deviation of channels {@code from} to {@code to}.",
                new Split.Units(node.type().shape().getFirst(), 16),
                false,
                new NormalizationLowering(frame, node).statistics(batchNorm(node))));
      }
      case Step.GradientSums ignored -> {
        rows.end();
        stage.add(
            method(
                node.javaName() + "Sums",
                "Sums that the gradients of channels {@code from} to {@code to} are made of.",
                new Split.Units(node.type().shape().getFirst(), 16),
                false,
                new NormalizationLowering(frame, node).gradientSums()));
      }
      case Step.AddGradients shared -> {
        rows.end();
        int panels = frame.storage(node.origin(), shared.leaf()).length() / 16;
        stage.add(
            method(
                node.javaName() + (shared.leaf().equals("weight") ? "Weights" : "Bias") + "Added",
                "Adds the gradient of this use of a shared parameter to that of the others.",
                new Split.Units(panels, 1),
                false,
                ParameterLowering.add(node, shared.leaf(), frame)));
      }
      case Step.ParameterGradients gradients -> {
        rows.end();
        Operation.Parametric operation =
            (Operation.Parametric) ((Work.Compute) node.work()).operation();
        for (ParameterLowering.Part part :
            ParameterLowering.lower(node, operation, gradients.added(), frame)) {
          stage.add(
              method(
                  node.javaName() + part.suffix(),
                  part.documentation(),
                  part.split(),
                  false,
                  part.lines()));
        }
      }
    }
  }

  private void forward(ArrangedNode node, Rows rows, List<LayerMethod> stage) {
    if (!Differentiator.sharesColumns(graph, node)) {
      rows.add(
          node.javaName(),
          "Forward",
          false,
          rowFloats(node),
          ForwardLowering.lower(node, frame, null));
      return;
    }
    rows.end();
    Operation.Dense dense = (Operation.Dense) ((Work.Compute) node.work()).operation();
    List<Line> lines = new ArrayList<>(ColumnShares.define("rows", 1, dense.units()));
    lines.addAll(ForwardLowering.lowerColumns(node, frame));
    stage.add(
        method(
            node.javaName() + "Forward",
            "This layer, some columns of some rows.",
            new Split.Part(),
            false,
            lines));
  }

  private static Operation.BatchNorm batchNorm(ArrangedNode node) {
    return (Operation.BatchNorm) ((Work.Compute) node.work()).operation();
  }

  private LayerMethod method(
      String name, String documentation, Split split, boolean onlyForInputs, List<Line> lines) {
    return method(name, documentation, split, onlyForInputs, 0, lines);
  }

  private LayerMethod method(
      String name,
      String documentation,
      Split split,
      boolean onlyForInputs,
      int rowFloats,
      List<Line> lines) {
    String free = name;
    for (int i = 2; !names.add(free); i++) {
      free = name + i;
    }
    LayerMethod method =
        new LayerMethod(free, documentation, split, onlyForInputs, rowFloats, lines);
    methods.add(method);
    return method;
  }

  /** What a node's method touches of one row, or 0 where it wants many rows at once. */
  private static int rowFloats(ArrangedNode node) {
    if (node.work() instanceof Work.Compute compute
        && compute.operation() instanceof Operation.Dense) {
      return 0;
    }
    int floats = node.size();
    for (TensorType input : node.inputTypes()) {
      floats += input.size();
    }
    return floats;
  }

  /** Collects the lines of neighbouring steps on the same layer's rows into one method. */
  private final class Rows {

    private final List<LayerMethod> stage;
    private final List<Line> lines = new ArrayList<>();
    private String layer = "";
    private String suffix = "";
    private boolean onlyForInputs;
    private int rowFloats;
    private boolean manyRows;

    Rows(List<LayerMethod> stage) {
      this.stage = stage;
    }

    void add(
        String nextLayer,
        String nextSuffix,
        boolean nextOnlyForInputs,
        int nextRowFloats,
        List<Line> more) {
      if (!layer.equals(nextLayer) || onlyForInputs != nextOnlyForInputs) {
        end();
      }
      layer = nextLayer;
      suffix = nextSuffix;
      onlyForInputs = nextOnlyForInputs;
      rowFloats += nextRowFloats;
      manyRows |= nextRowFloats == 0;
      lines.addAll(more);
    }

    void end() {
      if (!lines.isEmpty()) {
        String documentation =
            suffix.equals("Forward")
                ? "Rows {@code from} to {@code to} of this layer."
                : "Gradients of what this layer reads, for rows {@code from} to {@code to}.";
        stage.add(
            method(
                layer + suffix,
                documentation,
                new Split.Rows(),
                onlyForInputs,
                manyRows ? 0 : rowFloats,
                lines));
        lines.clear();
        rowFloats = 0;
        manyRows = false;
      }
    }
  }
}

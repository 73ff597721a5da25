package dev.neurite.processor.lower;

import dev.neurite.processor.arrange.ArrangedGraph;
import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.diagnostic.LayerFailure;
import dev.neurite.processor.kernel.Winograd;
import dev.neurite.processor.lower.LayerMethod.Split;
import dev.neurite.processor.memory.InferenceMemory;
import dev.neurite.processor.memory.ParameterLayout;
import dev.neurite.processor.memory.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Lowers inference: a method for each layer, on the rows of one block. */
public final class InferenceLowering {

  /**
   * Inference as methods, to be called in order.
   *
   * @param rows the runs that take rows one by one
   * @param lanes the runs of blocks that fill lanes with rows; empty where there are none
   * @param together one row, in methods that threads share, {@link Split.Units}, and others; empty
   *     where no layer is so large that sharing it pays
   * @param kernels what they call
   */
  public record InferenceCode(
      List<RunCode> rows, List<RunCode> lanes, List<LayerMethod> together, KernelSet kernels) {
    public InferenceCode {
      rows = List.copyOf(rows);
      lanes = List.copyOf(lanes);
      together = List.copyOf(together);
    }
  }

  /**
   * Methods that rows pass through together.
   *
   * @param rows how many at once; 0 for all rows of a block
   * @param methods in order
   */
  public record RunCode(int rows, List<LayerMethod> methods) {
    public RunCode {
      methods = List.copyOf(methods);
    }
  }

  private static final String LAYER = "This layer, for a block of rows.";

  private static final String ROW = "This layer, or some of it, for one row.";

  private static final String PART =
      "Some of this layer for one row: units {@code from} to {@code to}.";

  private static final String OUTPUTS =
      "The outputs of a block of rows, from the workspace to the caller's arrays.";

  private final ParameterLayout layout;
  private final KernelSet kernels = new KernelSet();
  private final Map<String, LayerMethod> methods = new HashMap<>();
  private final List<LayerMethod> together = new ArrayList<>();

  private InferenceLowering(ParameterLayout layout) {
    this.layout = layout;
  }

  /**
   * Lowers one order of a network, or two: rows by themselves, and rows that share lanes.
   *
   * @param graphs the orders
   * @param layout of the parameters
   * @param memories the plan of each order
   */
  public static InferenceCode lower(
      List<ArrangedGraph> graphs, ParameterLayout layout, List<InferenceMemory> memories) {
    InferenceLowering lowering = new InferenceLowering(layout);
    if (!memories.getFirst().derived().transforms().isEmpty()) {
      lowering.kernels.add(Winograd.weights());
    }
    List<List<RunCode>> orders = new ArrayList<>();
    for (int i = 0; i < graphs.size(); i++) {
      orders.add(lowering.runs(graphs.get(i), memories.get(i), i == 0));
    }
    boolean shared =
        lowering.together.stream().anyMatch(method -> method.split() instanceof Split.Units);
    return new InferenceCode(
        orders.getFirst(),
        orders.size() == 1 ? List.of() : orders.getLast(),
        shared ? lowering.together : List.of(),
        lowering.kernels);
  }

  /** The runs of one order; those of the first are what threads share. */
  private List<RunCode> runs(ArrangedGraph graph, InferenceMemory memory, boolean first) {
    String suffix = first ? "Forward" : "Lanes";
    List<RunCode> runs = new ArrayList<>();
    for (InferenceMemory.Run run : memory.runs()) {
      Frame.Places places = (node, purpose, position) -> memory.place(run, node, purpose, position);
      Frame frame = new Frame(graph, layout, kernels, "0", "rows", "rows", places);
      InferenceMemory.Run alone = new InferenceMemory.Run(run.first(), run.end(), 0);
      Frame.Places placesAlone =
          (node, purpose, position) -> memory.place(alone, node, purpose, position);
      Frame oneRow = new Frame(graph, layout, kernels, "0", "1", "1", placesAlone);
      List<LayerMethod> ofRun = new ArrayList<>();
      for (List<ArrangedNode> nodes : layers(graph.nodes().subList(run.first(), run.end()))) {
        List<Line> lines = new ArrayList<>();
        for (ArrangedNode node : nodes) {
          LayerFailure.naming(
              node.layer(), () -> lines.addAll(ForwardLowering.lower(node, frame, memory)));
        }
        int before = ofRun.size();
        finish(nodes.getFirst().javaName() + suffix, LAYER, lines, ofRun);
        if (first && ofRun.size() > before) {
          share(nodes, ofRun.getLast(), oneRow, memory);
        }
      }
      runs.add(new RunCode(run.rows(), ofRun));
    }
    if (!memory.results().isEmpty()) {
      List<LayerMethod> copies = new ArrayList<>();
      finish("copyOutputs", OUTPUTS, results(memory.results()), copies);
      runs.add(new RunCode(0, copies));
      if (first) {
        together.addAll(copies);
      }
    }
    return runs;
  }

  /** Neighbouring nodes of one layer. */
  private static List<List<ArrangedNode>> layers(List<ArrangedNode> nodes) {
    List<List<ArrangedNode>> layers = new ArrayList<>();
    for (ArrangedNode node : nodes) {
      if (layers.isEmpty() || !layers.getLast().getFirst().javaName().equals(node.javaName())) {
        layers.add(new ArrayList<>());
      }
      layers.getLast().add(node);
    }
    return layers;
  }

  /** The methods for one row of a layer: its large nodes in parts, what is between them whole. */
  private void share(
      List<ArrangedNode> nodes, LayerMethod all, Frame frame, InferenceMemory memory) {
    Frame inParts = SharedLayer.frame(frame);
    List<Optional<SharedLayer>> parts =
        nodes.stream().map(node -> SharedLayer.of(node, inParts, memory)).toList();
    if (parts.stream().allMatch(Optional::isEmpty)) {
      together.add(all);
      return;
    }
    String layer = nodes.getFirst().javaName();
    List<Line> between = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      SharedLayer part = parts.get(i).orElse(null);
      if (part == null) {
        between.addAll(ForwardLowering.lower(nodes.get(i), frame, memory));
        continue;
      }
      between.addAll(part.before());
      finish(layer + "Row", ROW, between, together);
      together.add(method(layer + "Part", PART, part.units(), part.lines()));
    }
    finish(layer + "Row", ROW, between, together);
  }

  private static List<Line> results(List<InferenceMemory.Result> results) {
    List<Line> lines = new ArrayList<>();
    for (InferenceMemory.Result result : results) {
      Place place = result.place();
      String output = "output" + result.output();
      lines.add(
          new Line.Statement(
              "System.arraycopy(%s, %s, %s, %sAt, rows * %d);"
                  .formatted(place.array(), place.base(), output, output, place.rowSize())));
    }
    return lines;
  }

  /** Makes a method of some lines, or takes the one that has just these lines. */
  private void finish(String wish, String documentation, List<Line> lines, List<LayerMethod> run) {
    if (lines.isEmpty()) {
      return;
    }
    LayerMethod method =
        methods.values().stream()
            .filter(other -> other.lines().equals(lines))
            .findFirst()
            .orElseGet(() -> method(wish, documentation, new Split.Rows(), lines));
    run.add(method);
    lines.clear();
  }

  private LayerMethod method(String wish, String documentation, Split split, List<Line> lines) {
    String name = wish;
    for (int i = 2; methods.containsKey(name); i++) {
      name = wish + i;
    }
    LayerMethod method = new LayerMethod(name, documentation, split, false, 0, lines);
    methods.put(name, method);
    return method;
  }
}

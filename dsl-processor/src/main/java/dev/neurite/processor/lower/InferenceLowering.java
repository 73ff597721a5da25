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

/** Lowers inference: a method for each layer, on the rows of one block. */
public final class InferenceLowering {

  /**
   * Inference as methods, to be called in order.
   *
   * @param rows the runs that take rows one by one
   * @param lanes the runs of blocks that fill lanes with rows; empty where there are none
   * @param kernels what they call
   */
  public record InferenceCode(List<RunCode> rows, List<RunCode> lanes, KernelSet kernels) {
    public InferenceCode {
      rows = List.copyOf(rows);
      lanes = List.copyOf(lanes);
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

  private static final String OUTPUTS =
      "The outputs of a block of rows, from the workspace to the caller's arrays.";

  private final ParameterLayout layout;
  private final KernelSet kernels = new KernelSet();
  private final Map<String, LayerMethod> methods = new HashMap<>();

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
      orders.add(lowering.runs(graphs.get(i), memories.get(i), i == 0 ? "Forward" : "Lanes"));
    }
    return new InferenceCode(
        orders.getFirst(), orders.size() == 1 ? List.of() : orders.getLast(), lowering.kernels);
  }

  private List<RunCode> runs(ArrangedGraph graph, InferenceMemory memory, String suffix) {
    List<RunCode> runs = new ArrayList<>();
    for (InferenceMemory.Run run : memory.runs()) {
      Frame.Places places = (node, purpose, position) -> memory.place(run, node, purpose, position);
      Frame frame = new Frame(graph, layout, kernels, "0", "rows", "rows", places);
      List<LayerMethod> ofRun = new ArrayList<>();
      List<Line> lines = new ArrayList<>();
      String layer = "";
      for (ArrangedNode node : graph.nodes().subList(run.first(), run.end())) {
        if (!layer.equals(node.javaName())) {
          finish(layer + suffix, LAYER, lines, ofRun);
          layer = node.javaName();
        }
        LayerFailure.naming(
            node.layer(), () -> lines.addAll(ForwardLowering.lower(node, frame, memory)));
      }
      finish(layer + suffix, LAYER, lines, ofRun);
      runs.add(new RunCode(run.rows(), ofRun));
    }
    if (!memory.results().isEmpty()) {
      List<LayerMethod> copies = new ArrayList<>();
      finish("copyOutputs", OUTPUTS, results(memory.results()), copies);
      runs.add(new RunCode(0, copies));
    }
    return runs;
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
            .orElseGet(() -> method(wish, documentation, lines));
    methods.put(method.name(), method);
    run.add(method);
    lines.clear();
  }

  private LayerMethod method(String wish, String documentation, List<Line> lines) {
    String name = wish;
    for (int i = 2; methods.containsKey(name); i++) {
      name = wish + i;
    }
    return new LayerMethod(name, documentation, new Split.Rows(), false, 0, lines);
  }
}

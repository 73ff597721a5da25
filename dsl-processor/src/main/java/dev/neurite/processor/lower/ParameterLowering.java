package dev.neurite.processor.lower;

import static dev.neurite.processor.kernel.IndexText.product;
import static dev.neurite.processor.kernel.IndexText.sum;
import static dev.neurite.processor.lower.ImageConvolution.group;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.WinogradTiles;
import dev.neurite.processor.arrange.Work;
import dev.neurite.processor.autodiff.Differentiator;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.kernel.Elementwise;
import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.Movement;
import dev.neurite.processor.kernel.ProductGradients;
import dev.neurite.processor.kernel.Products;
import dev.neurite.processor.kernel.Winograd;
import dev.neurite.processor.lower.LayerMethod.Split;
import dev.neurite.processor.lower.WinogradConvolution.Position;
import dev.neurite.processor.memory.ConvGeometry;
import dev.neurite.processor.memory.ParameterLayout.Storage;
import dev.neurite.processor.memory.Place;
import dev.neurite.processor.memory.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Lowers what is summed over all rows: gradients of parameters, and batch statistics. */
final class ParameterLowering {

  /**
   * Rows of an output image whose inputs and gradients stay in the first-level cache while a
   * kernel's sums pass over them.
   */
  private static final int IMAGE_ROWS = 4;

  /** Inputs of a tile of weight gradients where there are 32 vector registers. */
  private static final int TILE_INPUTS = 12;

  private final Frame frame;
  private final ArrangedNode node;

  /** Parameters whose gradients wait in the workspace to be added to those of another use. */
  private final Set<String> added;

  private ParameterLowering(Frame frame, ArrangedNode node, Set<String> added) {
    this.frame = frame;
    this.node = node;
    this.added = added;
  }

  /** A part of a node's work: its name, how it is split and its lines. */
  record Part(String suffix, String documentation, Split split, List<Line> lines) {}

  static List<Part> lower(
      ArrangedNode node, Operation.Parametric operation, Set<String> added, Frame frame) {
    ParameterLowering lowering = new ParameterLowering(frame, node, added);
    return switch (operation) {
      case Operation.Dense dense -> lowering.dense(dense);
      case Operation.Conv2D conv ->
          Frame.lanes(node) > 1
              ? new LaneConvolution(frame, node, conv)
                  .parameters(
                      lowering.gradient("weight"), conv.bias() ? lowering.gradient("bias") : null)
              : lowering.conv(conv);
      case Operation.BatchNorm ignored ->
          new NormalizationLowering(frame, node)
              .batchNormParameters(lowering.gradient("weight"), lowering.gradient("bias"));
      case Operation.LayerNorm ignored ->
          new NormalizationLowering(frame, node)
              .layerNormParameters(lowering.gradient("weight"), lowering.gradient("bias"));
      case Operation.Embedding ignored -> lowering.embedding();
    };
  }

  /** Adds what waits in the workspace to the gradient, panels {@code from} to {@code to}. */
  static List<Line> add(ArrangedNode node, String leaf, Frame frame) {
    Place waiting = new ParameterLowering(frame, node, Set.of(leaf)).gradient(leaf);
    Place gradient = new ParameterLowering(frame, node, Set.of()).gradient(leaf);
    return List.of(
        frame
            .kernels()
            .call(
                Elementwise.addTo(),
                "(to - from) * 16",
                waiting.array(),
                sum(waiting.base(), "from * 16"),
                gradient.array(),
                sum(gradient.base(), "from * 16")));
  }

  /** Inputs of one output of a weight. */
  static int inputs(Storage.Panels weight) {
    return weight.channels() * weight.height() * weight.width();
  }

  /** Where the gradient of a parameter is written. */
  private Place gradient(String leaf) {
    return added.contains(leaf)
        ? frame.place(node.id(), Purpose.SHARED, leaf.equals("weight") ? 0 : 1)
        : new Place("g", text(frame.storage(node.origin(), leaf).offset()), 0);
  }

  private Line.Call call(Kernel kernel, String... arguments) {
    return frame.kernels().call(kernel, arguments);
  }

  private static String text(int number) {
    return Integer.toString(number);
  }

  private Place x() {
    return frame.value(node.inputs().getFirst());
  }

  private Place dy() {
    return frame.place(node.id(), Purpose.GRADIENT);
  }

  private List<Part> dense(Operation.Dense dense) {
    List<Part> parts = new ArrayList<>();
    parts.add(
        Differentiator.sharesColumns(frame.graph(), node)
            ? weightInColumns(dense)
            : weightInInputs(dense));
    if (dense.bias()) {
      parts.add(bias(1, dense.units()));
    }
    return parts;
  }

  private Part weightInInputs(Operation.Dense dense) {
    Storage.Panels weight = frame.panels(node.origin(), "weight");
    int inputs = inputs(weight);
    String positions = positions(dense);
    return new Part(
        "Weights",
        "Gradient of the weight for inputs {@code from} to {@code to}.",
        new Split.Units(inputs, TILE_INPUTS),
        List.of(
            clearPanels("0", weight.panels(), inputs),
            new Line.Define("fours", positions + " & -4"),
            new Line.When("fours > 0", List.of(weightSums(weight, "0", "fours"))),
            new Line.When(
                positions + " > fours",
                List.of(weightSums(weight, "fours", positions + " - fours")))));
  }

  /**
   * Of a weight that is more than stays in a near cache the first sums, mostly all, are written
   * over what there was.
   */
  private Part weightInColumns(Operation.Dense dense) {
    Storage.Panels weight = frame.panels(node.origin(), "weight");
    int inputs = inputs(weight);
    String positions = positions(dense);
    boolean own = Products.hasOwnTiles((long) x().rowSize() * weight.outputs());
    Kernel into = ProductGradients.outerInto(weight.outputs(), own);
    List<String> first = new ArrayList<>(List.of("to - from"));
    first.addAll(sums(weight, "0", "block", true));
    List<Line> lines =
        new ArrayList<>(ColumnShares.define(text(inputs), TILE_INPUTS, dense.units()));
    lines.add(new Line.Define("fours", positions + " & -4"));
    lines.add(
        new Line.Define(
            "block",
            "fours == 0 ? " + positions + " : Math.min(fours, " + ProductGradients.BLOCK + ")"));
    lines.add(outer(into, own, first.toArray(String[]::new)));
    lines.add(new Line.When("fours > block", List.of(moreSums(weight, "block", "fours - block"))));
    lines.add(
        new Line.When(
            "fours > 0 && " + positions + " > fours",
            List.of(moreSums(weight, "fours", positions + " - fours"))));
    return new Part(
        "Weights", "Gradient of the weight for some inputs and columns.", new Split.Part(), lines);
  }

  private String positions(Operation.Dense dense) {
    return product("rows", text(dy().rowSize() / dense.units()));
  }

  /**
   * Adds the sums over {@code count} positions from {@code begin} on. The positions beyond the last
   * whole group of four are a sum of their own: in one chain of fused multiply-adds a product is
   * rounded and the next one is not, so that equal products of opposite sign would not cancel.
   */
  private Line.Call weightSums(Storage.Panels weight, String begin, String count) {
    Place x = frame.graph().isTransposed(node) ? dy() : x();
    boolean own = Products.hasOwnTiles((long) x.rowSize() * weight.outputs());
    List<String> arguments = new ArrayList<>(List.of("to - from", "1", "0", "0"));
    arguments.addAll(sums(weight, begin, count, false));
    return outer(
        ProductGradients.outer(weight.outputs(), own), own, arguments.toArray(String[]::new));
  }

  /** The same of columns {@code first} to {@code last}, in tiles that other layers use too. */
  private Line.Call moreSums(Storage.Panels weight, String begin, String count) {
    List<String> arguments = new ArrayList<>(List.of("to - from", "1", "0", "0"));
    arguments.addAll(sums(weight, begin, count, true));
    return outer(
        ProductGradients.outer(weight.outputs(), false), false, arguments.toArray(String[]::new));
  }

  /** The arguments that tell what is summed, and where to. */
  private List<String> sums(Storage.Panels weight, String begin, String count, boolean columns) {
    // Of a weight that is used turned around, the inputs are what this layer gives.
    boolean transposed = frame.graph().isTransposed(node);
    Place x = transposed ? dy() : x();
    Place dy =
        frame.graph().readsBehindInput(node)
            ? frame.place(node.id(), Purpose.PADDED)
            : transposed ? x() : dy();
    int inputs = inputs(weight);
    int outputs = weight.outputs();
    Place gradient = gradient("weight");
    return List.of(
        count,
        text(inputs),
        text(outputs),
        x.array(),
        sum(x.base(), product(begin, text(inputs)), "from"),
        dy.array(),
        sum(dy.base(), product(begin, text(outputs)), columns ? "first" : "0"),
        columns ? "last - first" : text(outputs),
        gradient.array(),
        sum(gradient.base(), "from * 16", columns ? product("first", text(inputs)) : "0"),
        text(inputs * 16));
  }

  private Line.Call outer(Kernel outer, boolean own, String... arguments) {
    return frame.kernels().call(outer, own ? List.of("aStep", "wStep") : List.of(), arguments);
  }

  /** Sets the gradients of inputs {@code from} to {@code to} to 0 in all panels. */
  private Line clearPanels(String offset, int panels, int inputs) {
    Place gradient = gradient("weight");
    Line.Call clear =
        call(
            Elementwise.clear(),
            "(to - from) * 16",
            gradient.array(),
            sum(gradient.base(), product("panel", text(inputs * 16)), "from * 16", offset));
    return new Line.Loop("panel", "0", text(panels), List.of(clear));
  }

  private Part bias(int groups, int outputs) {
    Place bias = gradient("bias");
    Place summed = Differentiator.sumsPositions(node) ? frame.place(node.id(), Purpose.SUMS) : dy();
    String step = groups == 1 ? "0" : product("group", text(outputs));
    String padded = groups == 1 ? "0" : product("group", text((outputs + 15) / 16 * 16));
    Line.Call sums =
        call(
            ProductGradients.sumRows(),
            "rows",
            text(summed.rowSize()),
            "to - from",
            summed.array(),
            sum(summed.base(), step, "from"),
            bias.array(),
            sum(bias.base(), padded, "from"));
    return new Part(
        "Bias",
        "Gradient of the bias for outputs {@code from} to {@code to}"
            + (groups == 1 ? "." : " of each group."),
        new Split.Units(outputs, 16),
        List.of(groups == 1 ? sums : new Line.Loop("group", "0", text(groups), List.of(sums))));
  }

  /** The output gradient summed over the positions of each row, while it is near. */
  static List<Line> positionSums(ArrangedNode node, Frame frame) {
    Place dy = frame.place(node.id(), Purpose.GRADIENT);
    Place sums = frame.place(node.id(), Purpose.SUMS);
    int outputs = sums.rowSize();
    int lanes = Frame.lanes(node);
    return List.of(
        new Line.Loop(
            "row",
            frame.from(),
            frame.to(),
            lanes,
            List.of(
                frame
                    .kernels()
                    .call(
                        ProductGradients.sumRows(),
                        text(dy.rowSize() / outputs),
                        text(outputs * lanes),
                        text(outputs * lanes),
                        dy.array(),
                        dy.at("row"),
                        sums.array(),
                        sums.at("row")))));
  }

  /** The gradient of a convolution's weight from each sixteen rows, while theirs is near. */
  static List<Line> weightSums(ArrangedNode node, Frame frame) {
    Operation.Conv2D conv = (Operation.Conv2D) ((Work.Compute) node.work()).operation();
    return new LaneConvolution(frame, node, conv).weightSums();
  }

  private List<Part> conv(Operation.Conv2D conv) {
    ConvGeometry g = ConvGeometry.of(conv, node.inputTypes().getFirst(), node.type());
    Place source = g.isPadded() ? frame.place(node.id(), Purpose.PADDED) : x();
    Place dy = dy();
    Storage.Panels weight = frame.panels(node.origin(), "weight");
    Place gradient = gradient("weight");
    Optional<WinogradTiles> tiles = frame.graph().winogradWeights(node);
    if (tiles.isPresent()) {
      return winograd(conv, g, tiles.get());
    }
    int rowFloats = g.paddedWidth() * g.channels();
    int outFloats = g.outWidth() * g.filters();
    int depth = g.depth();
    int runStride = g.hasWholeRows() ? 0 : conv.dilation().width() * g.channels();
    String start =
        sum(
            product("tap", text(g.runs() * depth)),
            g.runs() == 1 ? "0" : product("run", text(depth)));
    boolean own =
        Products.hasOwnTiles((long) g.outHeight() * g.outWidth() * g.inputs() * g.groupFilters());
    Line.Call outer =
        outer(
            ProductGradients.outer(g.groupFilters(), own),
            own,
            "last - first",
            g.outHeight() <= IMAGE_ROWS
                ? text(g.outHeight())
                : "Math.min(" + IMAGE_ROWS + ", " + g.outHeight() + " - y)",
            text(conv.stride().height() * rowFloats),
            text(outFloats),
            text(g.outWidth()),
            text(conv.stride().width() * g.channels()),
            text(g.filters()),
            source.array(),
            sum(
                source.at("row"),
                product("y", text(conv.stride().height() * rowFloats)),
                product("tap", text(conv.dilation().height() * rowFloats)),
                g.runs() == 1 ? "0" : product("run", text(runStride)),
                group(g, g.groupChannels()),
                "first - start"),
            dy.array(),
            sum(dy.at("row"), product("y", text(outFloats)), group(g, g.groupFilters())),
            text(g.groupFilters()),
            gradient.array(),
            sum(gradient.base(), group(g, weight.groupLength()), "first * 16"),
            text(g.inputs() * 16));
    List<Line> strip =
        List.of(
            new Line.Define("start", start),
            new Line.Define("first", "Math.max(from, start)"),
            new Line.Define("last", "Math.min(to, start + " + depth + ")"),
            new Line.When("first < last", List.of(outer)));
    List<Line> runs =
        g.runs() == 1 ? strip : List.of(new Line.Loop("run", "0", text(g.runs()), strip));
    List<Line> taps = List.of(new Line.Loop("tap", "0", text(conv.kernel().height()), runs));
    List<Line> groups =
        g.groups() == 1 ? taps : List.of(new Line.Loop("group", "0", text(g.groups()), taps));
    Line.Loop blocks =
        new Line.Loop(
            "block",
            "0",
            text((g.outHeight() + IMAGE_ROWS - 1) / IMAGE_ROWS),
            concat(new Line.Define("y", "block * " + IMAGE_ROWS), groups));
    Line clear = clearPanels(group(g, weight.groupLength()), weight.panels(), g.inputs());
    List<Part> parts = new ArrayList<>();
    parts.add(
        new Part(
            "Weights",
            "Gradient of the weight for inputs {@code from} to {@code to} of a kernel.",
            new Split.Units(g.inputs(), 4),
            List.of(
                g.groups() == 1
                    ? clear
                    : new Line.Loop("group", "0", text(g.groups()), List.of(clear)),
                new Line.Loop("row", "0", "rows", List.of(blocks)))));
    if (conv.bias()) {
      parts.add(bias(g.groups(), g.groupFilters()));
    }
    return parts;
  }

  /** The gradient of the transformed weight, rows of places by themselves. */
  private List<Part> winograd(Operation.Conv2D conv, ConvGeometry g, WinogradTiles tiles) {
    Place source = g.isPadded() ? frame.place(node.id(), Purpose.PADDED) : x();
    Place sums = frame.place(node.id(), Purpose.TRANSFORMED_GRADIENT);
    Place rooms = frame.place(node.id(), Purpose.TILES, 1);
    Place room =
        new Place(
            rooms.array(), sum(rooms.base(), product("from", text(tiles.gradientLength()))), 0);
    int ofRow = WinogradTiles.ROWS * tiles.weightStep();
    List<Part> parts = new ArrayList<>();
    parts.add(
        new Part(
            "Weights",
            "Gradient of the transformed weight for rows {@code from} to {@code to} of its places.",
            new Split.Units(WinogradTiles.ROWS, 1),
            List.of(
                call(
                    Elementwise.clear(),
                    product("to - from", text(ofRow)),
                    sums.array(),
                    sum(sums.base(), product("from", text(ofRow)))),
                // Where threads are more than rows of places, one without any has no room either.
                new Line.When(
                    "from < to",
                    List.of(
                        new Line.Loop(
                            "row",
                            "0",
                            "rows",
                            new WinogradConvolution(frame.kernels(), tiles, room)
                                .weightSums(
                                    new Position(source.array(), source.at("row")),
                                    g.paddedWidth() * g.channels(),
                                    new Position(dy().array(), dy().at("row")),
                                    sums)))))));
    if (conv.bias()) {
      parts.add(bias(1, g.filters()));
    }
    return parts;
  }

  /** The gradient of a weight from that of its transform, panels {@code from} to {@code to}. */
  static List<Line> transformBack(
      ArrangedNode node, Set<String> added, WinogradTiles tiles, Frame frame) {
    Place sums = frame.place(node.id(), Purpose.TRANSFORMED_GRADIENT);
    Place gradient = new ParameterLowering(frame, node, added).gradient("weight");
    return List.of(
        frame
            .kernels()
            .call(
                Winograd.weightGradient(),
                "from",
                "to",
                text(tiles.channels()),
                sums.array(),
                sums.base(),
                text(tiles.weightStep()),
                gradient.array(),
                gradient.base()));
  }

  private static List<Line> concat(Line first, List<Line> rest) {
    List<Line> lines = new ArrayList<>();
    lines.add(first);
    lines.addAll(rest);
    return lines;
  }

  private List<Part> embedding() {
    Place x = x();
    Place dy = dy();
    Storage.Rows table = (Storage.Rows) frame.storage(node.origin(), "weight");
    Place gradient = gradient("weight");
    return List.of(
        new Part(
            "Weights",
            "Gradient of the table's columns {@code from} to {@code to}.",
            new Split.Units(table.columns(), 16),
            List.of(
                new Line.Loop(
                    "index",
                    "0",
                    text(table.rows()),
                    List.of(
                        call(
                            Elementwise.clear(),
                            "to - from",
                            gradient.array(),
                            sum(gradient.base(), product("index", text(table.stride())), "from")))),
                call(
                    Movement.scatter(),
                    product("rows", text(x.rowSize())),
                    x.array(),
                    x.base(),
                    dy.array(),
                    sum(dy.base(), "from"),
                    text(table.columns()),
                    "to - from",
                    gradient.array(),
                    sum(gradient.base(), "from"),
                    text(table.stride())))));
  }
}

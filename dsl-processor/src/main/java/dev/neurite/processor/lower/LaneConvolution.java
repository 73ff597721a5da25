package dev.neurite.processor.lower;

import static dev.neurite.processor.kernel.IndexText.product;
import static dev.neurite.processor.kernel.IndexText.sum;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Arrangement;
import dev.neurite.processor.autodiff.Differentiator;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.kernel.Elementwise;
import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.Lanes;
import dev.neurite.processor.kernel.Movement;
import dev.neurite.processor.kernel.ProductGradients;
import dev.neurite.processor.lower.LayerMethod.Split;
import dev.neurite.processor.lower.ParameterLowering.Part;
import dev.neurite.processor.memory.ConvGeometry;
import dev.neurite.processor.memory.ParameterLayout.Storage;
import dev.neurite.processor.memory.Place;
import dev.neurite.processor.memory.Purpose;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lowers a convolution of sixteen images that share lanes. */
final class LaneConvolution {

  private static final int ROWS = Arrangement.Lanes.ROWS;

  /** Pixels of a tile where there are 32 vector registers. */
  private static final int TILE_PIXELS = 4;

  private final Frame frame;
  private final ArrangedNode node;
  private final Operation.Conv2D conv;
  private final ConvGeometry g;

  LaneConvolution(Frame frame, ArrangedNode node, Operation.Conv2D conv) {
    this.frame = frame;
    this.node = node;
    this.conv = conv;
    this.g = ConvGeometry.of(conv, node.inputTypes().getFirst(), node.type());
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

  /** The lines for sixteen rows from {@code row} on. */
  List<Line> forward(String bias) {
    List<Line> lines = new ArrayList<>();
    Place source = x();
    if (g.isPadded()) {
      source = frame.place(node.id(), Purpose.PADDED);
      int into = (conv.padding().top() * g.paddedWidth() + conv.padding().left()) * g.channels();
      lines.add(
          copy(
              g.height(),
              g.width() * g.channels(),
              x(),
              source,
              into,
              g.paddedWidth() * g.channels()));
    }
    Storage.Panels weight = frame.panels(node.origin(), "weight");
    int rowFloats = g.paddedWidth() * g.channels() * ROWS;
    List<Line> panels = new ArrayList<>();
    for (int first = 0; first < g.filters(); first += 16) {
      panels.add(
          filters(
              Math.min(16, g.filters() - first),
              g.outWidth(),
              g.depth(),
              text(conv.kernel().height()),
              g.depth(),
              conv.dilation().height() * rowFloats,
              "p",
              text(weight.offset() + first * g.inputs()),
              source.array(),
              sum(source.at("row"), product("y", text(conv.stride().height() * rowFloats))),
              text(conv.stride().width() * g.channels() * ROWS),
              text(g.outWidth() * ROWS),
              "p",
              bias.equals("-1") ? bias : sum(bias, text(first)),
              frame.value(node.id()).array(),
              sum(
                  frame.value(node.id()).at("row"),
                  product("y", text(g.outWidth() * g.filters() * ROWS)),
                  text(first * ROWS)),
              text(g.filters() * ROWS)));
    }
    lines.add(new Line.Loop("y", "0", text(g.outHeight()), panels));
    return lines;
  }

  private Line.Call filters(
      int outputs,
      int pixels,
      int depth,
      String taps,
      int tapDepth,
      int tapStride,
      String... operands) {
    List<String> arguments = new ArrayList<>();
    arguments.add(text(outputs));
    arguments.add(taps);
    arguments.add(text(tapDepth * 16));
    arguments.add(text(tapStride));
    arguments.add(text(depth));
    arguments.addAll(List.of(operands));
    boolean nested = Lanes.isNested(conv.kernel().height(), depth);
    return frame
        .kernels()
        .call(
            Lanes.product(outputs, pixels, nested),
            nested ? List.of("aTap", "tapStride", "depth", "panel", "resultPanel") : List.of(),
            arguments.toArray(String[]::new));
  }

  /** Lines of neighbouring values from one image to another with longer lines. */
  private Line copy(int lines, int length, Place from, Place to, int start, int step) {
    return call(
        Movement.copyBlocks(),
        text(lines),
        text(length * ROWS),
        from.array(),
        from.at("row"),
        text(length * ROWS),
        to.array(),
        to.at("row", text(start * ROWS)),
        text(step * ROWS));
  }

  /** The input gradient: a convolution of the spread output gradient with the turned weights. */
  List<Line> backward(Place dx) {
    List<Line> lines = new ArrayList<>();
    Place source = dy();
    int rowFloats = g.spreadWidth() * g.filters();
    if (!g.spreadsToItself()) {
      source = frame.atHome(node.id(), Purpose.SPREAD);
      int into = (g.spreadTop() * g.spreadWidth() + g.spreadLeft()) * g.filters();
      if (conv.stride().width() == 1) {
        lines.add(
            copy(
                g.outHeight(),
                g.outWidth() * g.filters(),
                dy(),
                source,
                into,
                conv.stride().height() * rowFloats));
      } else {
        String line = product("y", text(g.outWidth() * g.filters() * ROWS));
        lines.add(
            new Line.Loop(
                "y",
                "0",
                text(g.outHeight()),
                List.of(
                    call(
                        Movement.copyBlocks(),
                        text(g.outWidth()),
                        text(g.filters() * ROWS),
                        dy().array(),
                        sum(dy().at("row"), line),
                        text(g.filters() * ROWS),
                        source.array(),
                        sum(
                            source.at("row", text(into * ROWS)),
                            product("y", text(conv.stride().height() * rowFloats * ROWS))),
                        text(conv.stride().width() * g.filters() * ROWS)))));
      }
    }
    Place turned = frame.place(node.id(), Purpose.TURNED);
    int skip = (g.spreadSkipRows() * g.spreadWidth() + g.spreadSkipColumns()) * g.filters();
    int panel = g.taps() * g.filters();
    boolean skips = g.skipsZeroRows();
    List<Line> panels = new ArrayList<>(ImageConvolution.zeroRows(g));
    int ofRow = conv.kernel().width() * g.filters();
    for (int first = 0; first < g.channels(); first += 16) {
      for (ConvGeometry.SpreadColumns columns : g.spreadColumns(TILE_PIXELS)) {
        panels.add(
            filters(
                Math.min(16, g.channels() - first),
                columns.to() - columns.from(),
                (columns.end() - columns.first()) * g.filters(),
                skips ? "taps" : text(conv.kernel().height()),
                ofRow,
                conv.dilation().height() * rowFloats * ROWS,
                turned.array(),
                sum(
                    turned.base(first * panel + columns.first() * g.filters() * 16),
                    skips ? product("first", text(ofRow * 16)) : "0"),
                source.array(),
                sum(
                    source.at(
                        "row",
                        text((skip + (columns.from() + columns.first()) * g.filters()) * ROWS)),
                    product(skips ? "y + first" : "y", text(rowFloats * ROWS))),
                text(g.filters() * ROWS),
                text((columns.to() - columns.from()) * ROWS),
                turned.array(),
                "-1",
                dx.array(),
                sum(
                    dx.at("row"),
                    product("y", text(g.width() * g.channels() * ROWS)),
                    text((columns.from() * g.channels() + first) * ROWS)),
                text(g.channels() * ROWS)));
      }
    }
    lines.add(new Line.Loop("y", "0", text(g.height()), panels));
    return lines;
  }

  /** The weight's gradient from the rows that share lanes, each sixteen by themselves. */
  List<Line> weightSums() {
    Place sums = frame.place(node.id(), Purpose.WEIGHT_SUMS);
    List<Line> group = new ArrayList<>();
    group.add(
        call(
            Elementwise.clear(),
            text(g.inputs() * g.filters() * ROWS),
            sums.array(),
            sums.at("row")));
    group.add(
        new Line.Loop(
            "tap",
            "0",
            text(conv.kernel().height()),
            List.of(
                outer(
                    text(g.depth()),
                    "0",
                    sums.array(),
                    sum(sums.at("row"), product("tap", text(g.depth() * g.filters() * ROWS)))))));
    return List.of(new Line.Loop("row", frame.from(), frame.to(), ROWS, group));
  }

  /** Adds up products of {@code inputs} of a kernel's row and all filters, for each lane. */
  private Line.Call outer(String inputs, String first, String array, String into) {
    Place source = g.isPadded() ? frame.place(node.id(), Purpose.PADDED) : x();
    Place dy = dy();
    int rowFloats = g.paddedWidth() * g.channels() * ROWS;
    int step = g.filters() * ROWS;
    boolean nested = Lanes.isNested(g.outHeight(), g.outWidth());
    return frame
        .kernels()
        .call(
            Lanes.outer(g.depth(), g.filters(), nested),
            nested ? List.of("aBlock", "wBlock", "count", "aStep", "wStep", "ldc") : List.of(),
            inputs,
            text(g.outHeight()),
            text(conv.stride().height() * rowFloats),
            text(g.outWidth() * step),
            text(g.outWidth()),
            text(conv.stride().width() * g.channels() * ROWS),
            text(step),
            source.array(),
            sum(
                source.at("row"),
                product("tap", text(conv.dilation().height() * rowFloats)),
                product(first, "16")),
            dy.array(),
            dy.at("row"),
            text(step),
            array,
            into,
            text(step));
  }

  /**
   * Gradients of weight and bias: for each lane a sum over all groups of rows, then over lanes.
   *
   * @param weightGradient where that of the weight is written
   * @param biasGradient where that of the bias is written, or null if there is none
   */
  List<Part> parameters(Place weightGradient, @Nullable Place biasGradient) {
    Place partial = frame.place(node.id(), Purpose.PARTIAL);
    int step = g.filters() * ROWS;
    List<Line> lines = new ArrayList<>(Differentiator.sumsWeights(node) ? joined() : summed());
    lines.add(
        call(
            Lanes.sums(),
            "to - from",
            text(g.filters()),
            partial.array(),
            sum(partial.base(), product("from", text(step))),
            text(step),
            weightGradient.array(),
            sum(weightGradient.base(), "from * 16"),
            text(g.inputs() * 16)));
    List<Part> parts = new ArrayList<>();
    parts.add(
        new Part(
            "Weights",
            "Gradient of the weight for inputs {@code from} to {@code to} of a kernel.",
            new Split.Units(g.inputs(), Lanes.outerRows(g.depth(), g.filters())),
            lines));
    if (biasGradient != null) {
      parts.add(bias(biasGradient, partial.base(g.inputs() * step), partial.array(), step));
    }
    return parts;
  }

  /** The sums of all groups of rows, inputs {@code from} to {@code to}, from those of each. */
  private List<Line> joined() {
    Place sums = frame.place(node.id(), Purpose.WEIGHT_SUMS);
    Place partial = frame.place(node.id(), Purpose.PARTIAL);
    int step = g.filters() * ROWS;
    return List.of(
        call(
            ProductGradients.sumRows(),
            "(rows + 15) >> 4",
            text(g.inputs() * step),
            product("to - from", text(step)),
            sums.array(),
            sum(sums.base(), product("from", text(step))),
            partial.array(),
            sum(partial.base(), product("from", text(step)))));
  }

  /** The same from the output gradients of all rows. */
  private List<Line> summed() {
    Place partial = frame.place(node.id(), Purpose.PARTIAL);
    int step = g.filters() * ROWS;
    Line clear =
        call(
            Elementwise.clear(),
            product("to - from", text(step)),
            partial.array(),
            sum(partial.base(), product("from", text(step))));
    List<Line> tap =
        List.of(
            new Line.Define("start", product("tap", text(g.depth()))),
            new Line.Define("first", "Math.max(from, start)"),
            new Line.Define("last", "Math.min(to, start + " + g.depth() + ")"),
            new Line.When(
                "first < last",
                List.of(
                    outer(
                        "last - first",
                        "first - start",
                        partial.array(),
                        sum(partial.base(), product("first", text(step)))))));
    Line groups =
        new Line.Loop(
            "row",
            "0",
            "rows",
            ROWS,
            List.of(new Line.Loop("tap", "0", text(conv.kernel().height()), tap)));
    return List.of(clear, groups);
  }

  private Part bias(Place gradient, String at, String array, int step) {
    Place sums = frame.place(node.id(), Purpose.SUMS);
    String lanes = sum(at, "from * 16");
    return new Part(
        "Bias",
        "Gradient of the bias for outputs {@code from} to {@code to}.",
        new Split.Units(g.filters(), 16),
        List.of(
            call(
                ProductGradients.sumRows(),
                "(rows + 15) >> 4",
                text(step),
                "(to - from) * 16",
                sums.array(),
                sum(sums.base(), "from * 16"),
                array,
                lanes),
            call(
                Lanes.sums(),
                "1",
                "to - from",
                array,
                lanes,
                "0",
                gradient.array(),
                sum(gradient.base(), "from"),
                "16")));
  }
}

package dev.neurite.processor.lower;

import static dev.neurite.processor.kernel.IndexText.product;
import static dev.neurite.processor.kernel.IndexText.sum;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Arrangement;
import dev.neurite.processor.arrange.WinogradTiles;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.Lanes;
import dev.neurite.processor.kernel.Movement;
import dev.neurite.processor.kernel.Planes;
import dev.neurite.processor.kernel.Products;
import dev.neurite.processor.lower.WinogradConvolution.Position;
import dev.neurite.processor.memory.ConvGeometry;
import dev.neurite.processor.memory.ParameterLayout.Storage;
import dev.neurite.processor.memory.Place;
import dev.neurite.processor.memory.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lowers a convolution of images that lie channels last, each by itself. */
final class ImageConvolution {

  private final Frame frame;
  private final ArrangedNode node;
  private final Operation.Conv2D conv;
  private final ConvGeometry g;

  ImageConvolution(Frame frame, ArrangedNode node, Operation.Conv2D conv) {
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

  static String group(ConvGeometry g, int step) {
    return g.groups() == 1 ? "0" : product("group", text(step));
  }

  /**
   * The lines for row {@code row}.
   *
   * @param bias where the bias lies, or -1
   * @param room whether the result has room for 15 numbers behind its last
   * @param transformed the weights where Winograd's minimal filtering is used, else null
   * @param inParts whether the last line is to loop over rows {@code from} to {@code to} only
   */
  List<Line> forward(String bias, boolean room, @Nullable Place transformed, boolean inParts) {
    List<Line> row = new ArrayList<>();
    Place x = frame.value(node.inputs().getFirst());
    Place y = frame.value(node.id());
    Storage.Panels weight = frame.panels(node.origin(), "weight");
    Place source = x;
    if (g.isPadded()) {
      source = frame.place(node.id(), Purpose.PADDED);
      int into = (conv.padding().top() * g.paddedWidth() + conv.padding().left()) * g.channels();
      row.add(
          readsPlanes()
              ? PlaneConvolution.padding(frame, g, x, source)
              : call(
                  Movement.copyBlocks(),
                  text(g.height()),
                  text(g.width() * g.channels()),
                  x.array(),
                  x.at("row"),
                  text(g.width() * g.channels()),
                  source.array(),
                  source.at("row", text(into)),
                  text(g.paddedWidth() * g.channels())));
    }
    int rowFloats = g.paddedWidth() * g.channels();
    if (transformed != null) {
      row.addAll(
          winograd(frame.graph().winograd(node).orElseThrow())
              .lines(
                  new Position(source.array(), source.at("row")),
                  rowFloats,
                  transformed,
                  bias,
                  new Position(y.array(), y.at("row")),
                  inParts));
      return row;
    }
    String first = inParts ? "from" : "0";
    String end = inParts ? "to" : text(g.outHeight());
    if (readsPlanes()) {
      if (!inParts && Planes.takesImages(g.outWidth(), g.outHeight(), g.channels())) {
        row.add(overPlanes(g.outHeight(), "0", source, y, bias));
      } else {
        row.add(new Line.Loop("y", first, end, List.of(overPlanes(1, "y", source, y, bias))));
      }
      return row;
    }
    if (isOnePanel(room)) {
      row.add(new Line.Loop("y", first, end, List.of(inPanel(source, y, bias))));
      return row;
    }
    int groupBias = (g.groupFilters() + 15) / 16 * 16;
    List<Line> line = new ArrayList<>();
    boolean isShort = g.runs() == 1 && Products.isShort(g.depth());
    List<String> arguments =
        new ArrayList<>(
            List.of(
                text(g.outWidth()),
                text(conv.kernel().height()),
                text(conv.dilation().height() * rowFloats)));
    if (!isShort) {
      arguments.add(text(g.runs()));
      arguments.add(text(g.hasWholeRows() ? 0 : conv.dilation().width() * g.channels()));
      arguments.add(text(g.depth()));
    }
    arguments.addAll(
        List.of(
            source.array(),
            sum(
                source.at("row"),
                product("y", text(conv.stride().height() * rowFloats)),
                group(g, g.groupChannels())),
            text(conv.stride().width() * g.channels()),
            "p",
            sum(group(g, weight.groupLength()), text(weight.offset())),
            text(g.inputs() * 16),
            text(g.groupFilters()),
            "p",
            bias.equals("-1") ? bias : sum(group(g, groupBias), bias),
            y.array(),
            sum(
                y.at("row"),
                product("y", text(g.outWidth() * g.filters())),
                group(g, g.groupFilters())),
            text(g.filters())));
    boolean whole = g.groups() == 1 && room;
    boolean own = hasOwnTiles();
    Line.Call product =
        call(
            isShort
                ? Products.shortProductBy(g.outWidth(), g.depth(), g.groupFilters(), whole)
                : Products.productBy(g.outWidth(), g.groupFilters(), whole, own),
            own,
            arguments.toArray(String[]::new));
    line.add(
        g.groups() == 1
            ? product
            : new Line.Loop("group", "0", text(g.groups()), List.of(product)));
    row.add(new Line.Loop("y", first, end, line));
    return row;
  }

  /** Whether tiles that hold all filters in one vector may take all inputs of a pixel at once. */
  private boolean isOnePanel(boolean room) {
    return g.groups() == 1
        && g.runs() == 1
        && (g.filters() == 16 || (g.filters() < 16 && room))
        && Lanes.isNested(conv.kernel().height(), g.depth());
  }

  /**
   * Whether the channels of the input lie one after another, which at most sixteen filters read.
   */
  private boolean readsPlanes() {
    int input = node.inputs().getFirst();
    return frame.graph().node(input).arrangement() instanceof Arrangement.Planes;
  }

  /**
   * A call for some rows of results.
   *
   * @param rows how many
   * @param first of them
   */
  private Line.Call overPlanes(int rows, String first, Place source, Place y, String bias) {
    int kernelRow = conv.dilation().height() * g.paddedWidth();
    int row = conv.stride().height() * g.paddedWidth();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                text(rows * g.outWidth()),
                text(g.taps()),
                text(conv.kernel().width()),
                text(kernelRow - conv.kernel().width()),
                text(g.paddedHeight() * g.paddedWidth())));
    if (rows > 1) {
      arguments.add(text(row - g.outWidth() * conv.stride().width()));
    }
    arguments.addAll(ofPanel(first, source, row, conv.stride().width(), y, bias));
    return frame
        .kernels()
        .call(
            Planes.panelBy(g.outWidth(), rows, g.channels()),
            Planes.NUMBERS_OF_PANEL,
            arguments.toArray(String[]::new));
  }

  private Line.Call inPanel(Place source, Place y, String bias) {
    int rowFloats = g.paddedWidth() * g.channels();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                text(g.outWidth()),
                text(conv.kernel().height()),
                text(conv.dilation().height() * rowFloats),
                text(g.depth())));
    int row = conv.stride().height() * rowFloats;
    arguments.addAll(ofPanel("y", source, row, conv.stride().width() * g.channels(), y, bias));
    return frame
        .kernels()
        .call(
            Products.panelBy(g.outWidth(), g.depth()),
            List.of("m", "tapStride", "depth", "lda", "ldc"),
            arguments.toArray(String[]::new));
  }

  /**
   * The operands of products with one panel of filters.
   *
   * @param first row of results
   * @param row floats of the source from one row of results to the next
   * @param pixel the same from one pixel to the next
   */
  private List<String> ofPanel(
      String first, Place source, int row, int pixel, Place y, String bias) {
    return List.of(
        source.array(),
        sum(source.at("row"), product(first, text(row))),
        text(pixel),
        "p",
        text(frame.panels(node.origin(), "weight").offset()),
        text(g.filters()),
        "p",
        bias,
        y.array(),
        sum(y.at("row"), product(first, text(g.outWidth() * g.filters()))),
        text(g.filters()));
  }

  private WinogradConvolution winograd(WinogradTiles tiles) {
    return new WinogradConvolution(frame.kernels(), tiles, frame.ofPart(node.id(), Purpose.TILES));
  }

  private boolean hasOwnTiles() {
    return Products.hasOwnTiles((long) g.outHeight() * g.outWidth() * g.inputs() * g.filters());
  }

  private Line.Call call(Kernel kernel, boolean own, String... arguments) {
    return frame.kernels().call(kernel, own ? List.of("lda", "ldc") : List.of(), arguments);
  }

  /**
   * The lines for the input gradient of row {@code row}: a convolution of the spread output
   * gradient with the weights turned around.
   */
  List<Line> backward(Place dx) {
    List<Line> row = new ArrayList<>();
    Place dy = frame.place(node.id(), Purpose.GRADIENT);
    Place source = dy;
    int rowFloats = g.spreadWidth() * g.filters();
    if (!g.spreadsToItself()) {
      source = frame.atHome(node.id(), Purpose.SPREAD);
      int into = (g.spreadTop() * g.spreadWidth() + g.spreadLeft()) * g.filters();
      int outFloats = g.outWidth() * g.filters();
      if (conv.stride().width() == 1) {
        row.add(
            call(
                Movement.copyBlocks(),
                text(g.outHeight()),
                text(outFloats),
                dy.array(),
                dy.at("row"),
                text(outFloats),
                source.array(),
                source.at("row", text(into)),
                text(conv.stride().height() * rowFloats)));
      } else {
        row.add(
            new Line.Loop(
                "y",
                "0",
                text(g.outHeight()),
                List.of(
                    call(
                        Movement.copyBlocks(),
                        text(g.outWidth()),
                        text(g.filters()),
                        dy.array(),
                        sum(dy.at("row"), product("y", text(outFloats))),
                        text(g.filters()),
                        source.array(),
                        sum(
                            source.at("row", text(into)),
                            product("y", text(conv.stride().height() * rowFloats))),
                        text(conv.stride().width() * g.filters())))));
      }
    }
    int skip = (g.spreadSkipRows() * g.spreadWidth() + g.spreadSkipColumns()) * g.filters();
    Optional<WinogradTiles> tiles = frame.graph().winogradGradient(node);
    if (tiles.isPresent()) {
      row.addAll(
          winograd(tiles.get())
              .lines(
                  new Position(source.array(), source.at("row", text(skip))),
                  rowFloats,
                  frame.place(node.id(), Purpose.TRANSFORMED_TURNED),
                  "-1",
                  new Position(dx.array(), dx.at("row")),
                  false));
      return row;
    }
    boolean wholeRows = g.hasWholeRows();
    Place turned = frame.place(node.id(), Purpose.TURNED);
    boolean skips = g.skipsZeroRows();
    int kernelRow = conv.kernel().width() * g.groupFilters() * 16;
    Line.Call product =
        call(
            Products.productBy(g.width(), g.groupChannels(), false, hasOwnTiles()),
            hasOwnTiles(),
            text(g.width()),
            skips ? "taps" : text(conv.kernel().height()),
            text(conv.dilation().height() * rowFloats),
            text(wholeRows ? 1 : conv.kernel().width()),
            text(wholeRows ? 0 : conv.dilation().width() * g.filters()),
            text(wholeRows ? conv.kernel().width() * g.filters() : g.groupFilters()),
            source.array(),
            sum(
                source.at("row", text(skip)),
                product(skips ? "y + first" : "y", text(rowFloats)),
                group(g, g.groupFilters())),
            text(g.filters()),
            turned.array(),
            sum(
                turned.base(),
                skips ? product("first", text(kernelRow)) : "0",
                group(g, g.turnedGroupLength())),
            text(g.taps() * g.groupFilters() * 16),
            text(g.groupChannels()),
            turned.array(),
            "-1",
            dx.array(),
            sum(
                dx.at("row"),
                product("y", text(g.width() * g.channels())),
                group(g, g.groupChannels())),
            text(g.channels()));
    List<Line> line = new ArrayList<>(zeroRows(g));
    line.add(
        g.groups() == 1
            ? product
            : new Line.Loop("group", "0", text(g.groups()), List.of(product)));
    row.add(new Line.Loop("y", "0", text(g.height()), line));
    return row;
  }

  /** The kernel rows that read no zeros above and below the output gradient, for row y. */
  static List<Line> zeroRows(ConvGeometry g) {
    if (!g.skipsZeroRows()) {
      return List.of();
    }
    return List.of(
        new Line.Define("first", "Math.max(0, %d - y)".formatted(g.firstSpreadRow())),
        new Line.Define(
            "taps", "Math.min(%d, %d - y) - first".formatted(g.kernelHeight(), g.endSpreadRow())));
  }
}

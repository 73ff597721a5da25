package dev.neurite.processor.lower;

import static dev.neurite.processor.kernel.IndexText.product;
import static dev.neurite.processor.kernel.IndexText.sum;

import dev.neurite.processor.arrange.WinogradTiles;
import dev.neurite.processor.kernel.ProductGradients;
import dev.neurite.processor.kernel.Products;
import dev.neurite.processor.kernel.Winograd;
import dev.neurite.processor.memory.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Lowers a convolution by Winograd's minimal filtering: some rows of tiles at a time are
 * transformed, multiplied place by place with transformed weights, and transformed back.
 *
 * @param kernels what the class calls
 * @param tiles of the result
 * @param room for the transformed tiles, then for their products
 */
record WinogradConvolution(KernelSet kernels, WinogradTiles tiles, Place room) {

  /** Transformed weights, panels {@code from} to {@code to}. */
  static Line.Call weights(
      KernelSet kernels,
      WinogradTiles tiles,
      String from,
      String to,
      Place weights,
      Place transformed) {
    return kernels.call(
        Winograd.weights(),
        from,
        to,
        text(tiles.channels()),
        weights.array(),
        weights.base(),
        transformed.array(),
        transformed.base(),
        text(tiles.weightStep()));
  }

  /**
   * The lines for one image.
   *
   * @param x where the first pixel is that the result reads, and its border
   * @param rowStep floats from one row of x to the next
   * @param weights transformed
   * @param bias where the bias lies in the parameters, or -1
   * @param y where the result begins
   * @param inParts whether the rows of tiles are those from {@code from} to {@code to}, which some
   *     thread has taken
   */
  List<Line> lines(
      Position x, int rowStep, Place weights, String bias, Position y, boolean inParts) {
    Function<Block, List<Line>> lines = block -> ofBlock(block, x, rowStep, weights, bias, y);
    return inParts
        ? List.of(blocks("from", "to", tiles.rowsAtOnce(), lines))
        : inBlocks(tiles.rowsAtOnce(), lines);
  }

  /** Rows of tiles from {@code first} to {@code end}, {@code count} tiles, as Java text. */
  private record Block(String first, String end, String count) {}

  /** The lines for all tiles, {@code rows} rows of them at a time. */
  private List<Line> inBlocks(int rows, Function<Block, List<Line>> lines) {
    int down = tiles.down();
    if (rows == down) {
      return lines.apply(new Block("0", text(down), text(down * tiles.across())));
    }
    if (down % rows != 0) {
      return List.of(blocks("0", text(down), rows, lines));
    }
    String count = text(rows * tiles.across());
    return List.of(
        new Line.Loop(
            "tiles",
            "0",
            text(down),
            rows,
            lines.apply(new Block("tiles", "tiles + " + rows, count))));
  }

  /** A loop whose last turn may have less rows. */
  private Line.Loop blocks(String from, String to, int rows, Function<Block, List<Line>> lines) {
    List<Line> body = new ArrayList<>();
    body.add(new Line.Define("end", "Math.min(tiles + %d, %s)".formatted(rows, to)));
    String count = product("end - tiles", text(tiles.across()));
    body.addAll(lines.apply(new Block("tiles", "end", count)));
    return new Line.Loop("tiles", from, to, rows, body);
  }

  /** An array and an index. */
  record Position(String array, String at) {}

  private List<Line> ofBlock(
      Block block, Position x, int rowStep, Place weights, String bias, Position y) {
    String read = room.base();
    String results = sum(read, text(tiles.readLength()));
    Line.Call in =
        kernels.call(
            Winograd.input(false),
            block.first(),
            block.end(),
            text(tiles.across()),
            lastTop(),
            lastLeft(),
            text(tiles.channels()),
            x.array(),
            x.at(),
            text(rowStep),
            room.array(),
            read,
            text(tiles.readStep()));
    Line.Call products =
        kernels.call(
            Products.matmulBy(tiles.tilesAtOnce(), tiles.channels(), tiles.filters()),
            List.of("lda", "ldc"),
            block.count(),
            text(tiles.channels()),
            room.array(),
            sum(read, product("place", text(tiles.channels()))),
            text(tiles.readStep()),
            weights.array(),
            sum(weights.base(), product("place", text(tiles.weightStep()))),
            text(tiles.channels() * 16),
            text(tiles.filters()),
            weights.array(),
            "-1",
            room.array(),
            sum(results, product("place", text(tiles.filters()))),
            text(tiles.resultStep()));
    List<String> out =
        new ArrayList<>(
            List.of(
                block.first(),
                block.end(),
                text(tiles.across()),
                lastTop(),
                lastLeft(),
                text(tiles.filters()),
                room.array(),
                results,
                text(tiles.resultStep())));
    boolean biased = !bias.equals("-1");
    if (biased) {
      out.addAll(List.of("p", bias));
    }
    out.addAll(List.of(y.array(), y.at(), text(tiles.width() * tiles.filters())));
    return List.of(
        in,
        new Line.Loop("place", "0", text(WinogradTiles.PLACES), List.of(products)),
        kernels.call(Winograd.output(biased), out.toArray(String[]::new)));
  }

  /**
   * The lines that add the gradient of the transformed weights over one image, rows {@code from} to
   * {@code to} of places.
   *
   * @param x where the first pixel is that the outputs read, and its border
   * @param dy where the output gradient begins
   * @param sums of the transformed weights' gradients
   */
  List<Line> weightSums(Position x, int rowStep, Position dy, Place sums) {
    return inBlocks(tiles.gradientRowsAtOnce(), block -> sumsOfBlock(block, x, rowStep, dy, sums));
  }

  private List<Line> sumsOfBlock(Block block, Position x, int rowStep, Position dy, Place sums) {
    List<Line> body = new ArrayList<>();
    String results = sum(room.base(), text(tiles.gradientReadLength()));
    body.add(
        kernels.call(
            Winograd.input(true),
            "from",
            "to",
            block.first(),
            block.end(),
            text(tiles.across()),
            lastTop(),
            lastLeft(),
            text(tiles.channels()),
            x.array(),
            x.at(),
            text(rowStep),
            room.array(),
            room.base(),
            text(tiles.readStep())));
    body.add(
        kernels.call(
            Winograd.gradient(),
            "from",
            "to",
            block.first(),
            block.end(),
            text(tiles.across()),
            text(tiles.filters()),
            dy.array(),
            dy.at(),
            text(tiles.width() * tiles.filters()),
            room.array(),
            results,
            text(tiles.resultStep())));
    String ofRow = text(WinogradTiles.ROWS);
    body.add(
        new Line.Loop(
            "place",
            product("from", ofRow),
            product("to", ofRow),
            List.of(
                kernels.call(
                    ProductGradients.outer(tiles.filters(), true),
                    List.of("aStep", "wStep"),
                    text(tiles.channels()),
                    "1",
                    "0",
                    "0",
                    block.count(),
                    text(tiles.readStep()),
                    text(tiles.resultStep()),
                    room.array(),
                    sum(room.base(), product("place", text(tiles.channels()))),
                    room.array(),
                    sum(results, product("place", text(tiles.filters()))),
                    text(tiles.filters()),
                    sums.array(),
                    sum(sums.base(), product("place", text(tiles.weightStep()))),
                    text(tiles.channels() * 16)))));
    return body;
  }

  private String lastTop() {
    return text(tiles.height() - WinogradTiles.SIDE);
  }

  private String lastLeft() {
    return text(tiles.width() - WinogradTiles.SIDE);
  }

  private static String text(int number) {
    return Integer.toString(number);
  }
}

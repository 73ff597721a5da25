package dev.neurite.processor.kernel;

import dev.neurite.processor.kernel.Contraction.Loop;
import dev.neurite.processor.kernel.Contraction.Operands;
import dev.neurite.processor.kernel.Contraction.Tile;
import java.util.ArrayList;
import java.util.List;

/**
 * Kernels on sixteen images that share lanes: convolutions with few channels, and the ways in and
 * out.
 */
public final class Lanes {

  private static final String WAY =
      "int rows, int channels, int area, real[] x, int xo, real[] y, int yo";

  private static final String ROW = "row * channels * area + channel * area + i";
  private static final String LANE = "(i * channels + channel) * 16";

  /** The most steps of each loop that a tile takes whole: longer ones need a safepoint. */
  private static final int MOST_STEPS = 512;

  private Lanes() {}

  /** Whether a tile takes a whole nest of loops that run so often, in one call. */
  public static boolean isNested(int outer, int inner) {
    return outer <= MOST_STEPS && inner <= MOST_STEPS;
  }

  /**
   * Convolutions of 16 images: rows are filters, columns the pixels of an output row. Six filters
   * by four pixels are 24 accumulators, by two vectors 12.
   *
   * @param nested whether a tile takes all rows of the kernel at once
   */
  public static Kernel product(int filters, int pixels, boolean nested) {
    int tile = rows(filters);
    return new Kernel(
        "lanes" + tile,
        "Convolutions of 16 images in the lanes: c[j][i] = b[i] + sum of a[k][i] w[j][k] over {@code taps} x {@code depth} inputs k, in this"
            + " order, for filters i and pixels j.",
        Kernel.parameters(
            "int m, int taps, int aTap, int tapStride, int depth, real[] a, int ao, real[] w, int wo, int panel, int n, real[] b, int bo,"
                + " real[] c, int co, int resultPanel"),
        List.of(
            new Stmt.Contract(
                new Contraction(
                    "lanes",
                    List.of(
                        new Loop("tap", "taps", "aTap", "tapStride"),
                        new Loop("k", "depth", "16", "16")),
                    new Contraction.Rows("1"),
                    Operands.LANES,
                    new Tile(tile, 4),
                    new Tile(tile, 2),
                    false,
                    filters % tile != 0,
                    Contraction.Columns.of(pixels * 16),
                    false,
                    nested ? Contraction.Steps.OF_THE_NEST : Contraction.Steps.OF_A_PASS,
                    false))));
  }

  /** Filters of a tile: a divisor of all where one of three to six is. */
  static int rows(int filters) {
    int rows = divisor(filters, 6);
    return rows < 3 && filters > rows ? 4 : rows;
  }

  /**
   * Weight gradients of the same, a sum for each lane: rows are inputs of the kernel, columns
   * filters.
   *
   * @param nested whether a tile takes all output rows of the image at once
   */
  public static Kernel outer(int depth, int filters, boolean nested) {
    Tile wide = pairs(depth, filters, 24);
    Tile narrow = pairs(depth, filters, 12);
    boolean more = depth % wide.rows() != 0 || depth % narrow.rows() != 0;
    return new Kernel(
        "lanesOuter%dx%dor%dx%d"
            .formatted(wide.rows(), wide.vectors(), narrow.rows(), narrow.vectors()),
        "Weight gradients of 16 images in the lanes: c[i][j] += sum of a[x][i] w[x][j] over {@code blocks} x {@code count} positions x, in this"
            + " order, for each lane.",
        Kernel.parameters(
            "int m, int blocks, int aBlock, int wBlock, int count, int aStep, int wStep, real[] a, int ao, real[] w, int wo, int n,"
                + " real[] c, int co, int ldc"),
        List.of(
            new Stmt.Contract(
                new Contraction(
                    "lanesOuter",
                    List.of(
                        new Loop("block", "blocks", "aBlock", "wBlock"),
                        new Loop("position", "count", "aStep", "wStep")),
                    new Contraction.Rows("16"),
                    Operands.LANE_PAIRS,
                    wide,
                    narrow,
                    false,
                    more,
                    Contraction.Columns.EVEN,
                    false,
                    nested ? Contraction.Steps.OF_THE_NEST : Contraction.Steps.OF_A_PASS,
                    false))));
  }

  /** Rows of the tile of {@link #outer}. */
  public static int outerRows(int depth, int filters) {
    return pairs(depth, filters, 24).rows();
  }

  private static Tile pairs(int depth, int filters, int accumulators) {
    int vectors = divisor(filters, 4);
    int most = Math.min(8, accumulators / vectors);
    int rows = divisor(depth, most);
    return new Tile(rows < 3 && depth > rows ? Math.min(4, most) : rows, vectors);
  }

  /** The largest divisor of a number up to {@code most}. */
  private static int divisor(int number, int most) {
    for (int divisor = most; divisor > 1; divisor--) {
      if (number % divisor == 0) {
        return divisor;
      }
    }
    return 1;
  }

  /** Weight gradients from the sums of their lanes. */
  public static Kernel sums() {
    return new Kernel(
        "sumLanes",
        "c[i][j] = the sum of the 16 lanes of t[i][j]; c in panels of 16 columns.",
        Kernel.parameters(
            "int m, int n, real[] t, int from, int step, real[] c, int co, int panel"),
        List.of(
            new Stmt.For(
                "i",
                "0",
                "m",
                1,
                List.of(
                    new Stmt.For(
                        "j",
                        "0",
                        "n",
                        1,
                        List.of(
                            new Stmt.Int("at", "from + i * step + j * 16"),
                            new Stmt.Reduce(
                                "sum", Stmt.Reduce.Kind.SUM, "16", Value.load("t", "at")),
                            new Stmt.Put(
                                "c",
                                "co + (j >> 4) * panel + i * 16 + (j & 15)",
                                Value.uniform("sum"))))))));
  }

  /** Up to sixteen rows, one after another, into lanes; the lanes left over become 0. */
  public static Kernel intoLanes() {
    Stmt zero = new Stmt.Put("y", "yo + " + LANE + " + row", Value.constant(0));
    Stmt missing =
        new Stmt.If(
            "rows < 16",
            List.of(new Stmt.For("row", "rows", "16", 1, List.of(elements(zero, "0")))));
    return way(
        "intoLanes",
        "y[i][channel][row] = x[row][channel][i] for up to 16 rows, 0 for the others.",
        new Stmt.Transpose16(
            "x",
            "xo + channel * area + i",
            "channels * area",
            "y",
            "yo + " + LANE,
            "channels * 16"),
        new Stmt.Put("y", "yo + " + LANE + " + row", Value.element("x", "xo + " + ROW)),
        List.of(missing));
  }

  /** Up to sixteen rows out of lanes. */
  public static Kernel outOfLanes() {
    return way(
        "outOfLanes",
        "y[row][channel][i] = x[i][channel][row] for up to 16 rows.",
        new Stmt.Transpose16(
            "x",
            "xo + " + LANE,
            "channels * 16",
            "y",
            "yo + channel * area + i",
            "channels * area"),
        new Stmt.Put("y", "yo + " + ROW, Value.element("x", "xo + " + LANE + " + row")),
        List.of());
  }

  private static Kernel way(
      String name, String documentation, Stmt block, Stmt element, List<Stmt> missing) {
    Stmt blocks =
        new Stmt.For(
            "channel",
            "0",
            "channels",
            1,
            List.of(new Stmt.For("i", "0", "whole", 16, List.of(block))));
    Stmt rest =
        new Stmt.If(
            "whole < area",
            List.of(new Stmt.For("row", "0", "rows", 1, List.of(elements(element, "whole")))));
    Stmt whole = new Stmt.Int("whole", "rows < 16 ? 0 : area & -16");
    List<Stmt> body = new ArrayList<>(List.of(whole, blocks, rest));
    body.addAll(missing);
    return new Kernel(name, documentation, Kernel.parameters(WAY), body);
  }

  private static Stmt elements(Stmt element, String from) {
    return new Stmt.For(
        "channel",
        "0",
        "channels",
        1,
        List.of(new Stmt.For("i", from, "area", 1, List.of(element))));
  }
}

package dev.neurite.processor.kernel;

import static dev.neurite.processor.kernel.IndexText.product;
import static dev.neurite.processor.kernel.IndexText.sum;
import static dev.neurite.processor.kernel.Value.constant;
import static dev.neurite.processor.kernel.Value.fma;
import static dev.neurite.processor.kernel.Value.load;
import static dev.neurite.processor.kernel.Value.local;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

/**
 * The transforms of Winograd's minimal filtering F(4 x 4, 3 x 3): {@code Y = A' ((G g G') (B' d B))
 * A}, where the brackets in the middle are multiplied place by place and summed over channels. The
 * matrices follow from the points 0, 3/4, -3/4, 3/2, -3/2 and infinity (A. Lavin and S. Gray, Fast
 * Algorithms for Convolutional Neural Networks, CVPR 2016, for the construction). They were chosen
 * for their rounding: outputs of 288 products are off by 3.7e-7 in the root mean square at a size
 * of 0.73, with the points 0, 1, -1, 2, -2 by 7.6e-7, and summed one by one by 1.6e-7.
 */
public final class Winograd {

  private static final double NEAR = 0.75;
  private static final double FAR = 1.5;
  private static final double NEAR_2 = NEAR * NEAR;
  private static final double FAR_2 = FAR * FAR;

  /** What the polynomials of the near and of the far points are divided by in the construction. */
  private static final double NEAR_SCALE = 1 / (2 * NEAR_2 * (NEAR_2 - FAR_2));

  private static final double FAR_SCALE = 1 / (2 * FAR_2 * (FAR_2 - NEAR_2));

  private Winograd() {}

  /** Weights in panels, transformed. */
  public static Kernel weights() {
    return new Kernel(
        "winogradWeights",
        "Panels {@code first} to {@code end} of weights of 3 x 3, transformed for Winograd's minimal filtering: {@code u = G g G'}, each of the"
            + " 36 places {@code step} after the one before it.",
        Kernel.parameters(
            "int first, int end, int inputs, real[] w, int wo, real[] u, int uo, int step"),
        panels(
            "wo + panel * 9 * length",
            "uo + panel * length",
            transform(
                loads("g", 3, "w", i -> "at + " + product(sum("column", text(3 * i)), "length")),
                ofWeights(i -> "into + " + inColumn(i, "step")),
                3,
                loads("g", 3, "u", i -> "into + " + inRow(i, "step")),
                ofWeights(i -> "into + " + inRow(i, "step")),
                "0",
                "6")));
  }

  /** {@code G g} of three numbers. */
  private static List<Stmt> ofWeights(IntFunction<String> place) {
    Value g1 = local("g1");
    return List.of(
        new Stmt.Let(
            "near", fma(local("g2"), constant(NEAR_2 * NEAR_SCALE), local("g0").times(NEAR_SCALE))),
        new Stmt.Let(
            "far", fma(local("g2"), constant(FAR_2 * FAR_SCALE), local("g0").times(FAR_SCALE))),
        put("u", place, 0, local("g0").times(1 / (NEAR_2 * FAR_2))),
        put("u", place, 1, fma(g1, constant(NEAR * NEAR_SCALE), local("near"))),
        put("u", place, 2, fma(g1, constant(-NEAR * NEAR_SCALE), local("near"))),
        put("u", place, 3, fma(g1, constant(FAR * FAR_SCALE), local("far"))),
        put("u", place, 4, fma(g1, constant(-FAR * FAR_SCALE), local("far"))),
        put("u", place, 5, local("g2")));
  }

  /**
   * Tiles of an image that lies channels last, transformed.
   *
   * @param inParts whether only some rows of places are wanted
   */
  public static Kernel input(boolean inParts) {
    return new Kernel(
        inParts ? "winogradInputRows" : "winogradInput",
        "Tiles of 6 x 6 pixels, transformed for Winograd's minimal filtering: {@code v = B' d B}"
            + (inParts ? ", rows {@code fromRow} to {@code toRow} of it" : "")
            + ", rows of tiles {@code first} to {@code end}. Tiles begin four pixels apart, the last at {@code lastTop} and {@code lastLeft}.",
        Kernel.parameters(
            (inParts ? "int fromRow, int toRow, " : "")
                + "int first, int end, int across, int lastTop, int lastLeft, int channels, real[] x, int xo, int rowStep, real[] v, int vo,"
                + " int tileStep"),
        tilesOfPixels(
            List.of(
                new Stmt.Int("at", "xo + top * rowStep + left * channels"),
                new Stmt.Int("into", "vo + ((down - first) * across + tile) * tileStep"),
                new Stmt.Lanes(
                    "channels",
                    Stmt.Lanes.Rest.NONE,
                    transform(
                        loads(
                            "d",
                            6,
                            "x",
                            i -> sum("at", product(text(i), "rowStep"), "column * channels")),
                        ofInput(i -> "into + " + inColumn(i, "channels")),
                        6,
                        loads("d", 6, "v", i -> "into + " + inRow(i, "channels")),
                        ofInput(i -> "into + " + inRow(i, "channels")),
                        inParts ? "fromRow" : "0",
                        inParts ? "toRow" : "6")))));
  }

  /** {@code B' d} of six numbers. */
  private static List<Stmt> ofInput(IntFunction<String> place) {
    Value squares = constant(NEAR_2 * FAR_2);
    Value negated = constant(-NEAR_2 - FAR_2);
    Value d1 = local("d1");
    Value d2 = local("d2");
    Value d3 = local("d3");
    Value d4 = local("d4");
    return List.of(
        new Stmt.Let("even", fma(d2, constant(-FAR_2), d4)),
        new Stmt.Let("odd", fma(d1, constant(-FAR_2), d3)),
        new Stmt.Let("evenFar", fma(d2, constant(-NEAR_2), d4)),
        new Stmt.Let("oddFar", fma(d1, constant(-NEAR_2), d3)),
        put("v", place, 0, fma(local("d0"), squares, fma(d2, negated, d4))),
        put("v", place, 1, fma(local("odd"), constant(NEAR), local("even"))),
        put("v", place, 2, fma(local("odd"), constant(-NEAR), local("even"))),
        put("v", place, 3, fma(local("oddFar"), constant(FAR), local("evenFar"))),
        put("v", place, 4, fma(local("oddFar"), constant(-FAR), local("evenFar"))),
        put("v", place, 5, fma(d1, squares, fma(d3, negated, local("d5")))));
  }

  /**
   * Tiles of outputs from the products of all places.
   *
   * @param biased whether a bias is added
   */
  public static Kernel output(boolean biased) {
    return new Kernel(
        biased ? "winogradOutputBiased" : "winogradOutput",
        "Tiles of 4 x 4 outputs of Winograd's minimal filtering: {@code y = A' m A"
            + (biased ? " + b" : "")
            + "}, rows of tiles {@code first} to {@code end}; {@code m} is used up.",
        Kernel.parameters(
            "int first, int end, int across, int lastTop, int lastLeft, int n, real[] m, int mo, int tileStep,"
                + (biased ? " real[] b, int bo," : "")
                + " real[] y, int yo, int rowStep"),
        tilesOfPixels(
            List.of(
                new Stmt.Int("at", "mo + ((down - first) * across + tile) * tileStep"),
                new Stmt.Int("into", "yo + top * rowStep + left * n"),
                new Stmt.Lanes(
                    "n",
                    Stmt.Lanes.Rest.NONE,
                    transform(
                        loads("m", 6, "m", i -> "at + " + inColumn(i, "n")),
                        ofOutput("m", false, i -> "at + " + inColumn(i, "n")),
                        6,
                        loads("m", 6, "m", i -> "at + " + inRow(i, "n")),
                        ofOutput(
                            "y", biased, i -> sum("into + row * rowStep", product(text(i), "n"))),
                        "0",
                        "4")))));
  }

  /** {@code A' m} of six numbers. */
  private static List<Stmt> ofOutput(String array, boolean biased, IntFunction<String> place) {
    Value near = local("near");
    Value far = local("far");
    UnaryOperator<Value> result = value -> biased ? value.plus(load("b", "bo")) : value;
    return List.of(
        new Stmt.Let("near", local("m1").plus(local("m2"))),
        new Stmt.Let("far", local("m3").plus(local("m4"))),
        put(array, place, 0, result.apply(local("m0").plus(near).plus(far))),
        put(array, place, 2, result.apply(fma(far, constant(FAR_2), near.times(NEAR_2)))),
        new Stmt.Let("nearOdd", local("m1").minus(local("m2"))),
        new Stmt.Let("farOdd", local("m3").minus(local("m4"))),
        put(
            array,
            place,
            1,
            result.apply(fma(local("farOdd"), constant(FAR), local("nearOdd").times(NEAR)))),
        put(
            array,
            place,
            3,
            result.apply(
                fma(
                    local("farOdd"),
                    constant(FAR_2 * FAR),
                    fma(local("nearOdd"), constant(NEAR_2 * NEAR), local("m5"))))));
  }

  /** Tiles of an output gradient, rows {@code from} to {@code to} of what they become. */
  public static Kernel gradient() {
    return new Kernel(
        "winogradGradientRows",
        "Tiles of 4 x 4 output gradients, transformed for Winograd's minimal filtering: {@code q = A d A'}, rows {@code fromRow} to {@code toRow} of it,"
            + " rows of tiles {@code first} to {@code end}.",
        Kernel.parameters(
            "int fromRow, int toRow, int first, int end, int across, int n, real[] d, int at0, int rowStep, real[] q, int qo, int tileStep"),
        tiles(
            List.of(),
            List.of(
                new Stmt.Int("at", "at0 + down * 4 * rowStep + tile * 4 * n"),
                new Stmt.Int("into", "qo + ((down - first) * across + tile) * tileStep"),
                new Stmt.Lanes(
                    "n",
                    Stmt.Lanes.Rest.NONE,
                    transform(
                        loads(
                            "d", 4, "d", i -> sum("at", product(text(i), "rowStep"), "column * n")),
                        ofGradient(i -> "into + " + inColumn(i, "n")),
                        4,
                        loads("d", 4, "q", i -> "into + " + inRow(i, "n")),
                        ofGradient(i -> "into + " + inRow(i, "n")),
                        "fromRow",
                        "toRow")))));
  }

  /** {@code A d} of four numbers. */
  private static List<Stmt> ofGradient(IntFunction<String> place) {
    Value d0 = local("d0");
    Value d1 = local("d1");
    Value d2 = local("d2");
    Value d3 = local("d3");
    return List.of(
        new Stmt.Let("even", fma(d2, constant(NEAR_2), d0)),
        new Stmt.Let("odd", fma(d3, constant(NEAR_2), d1)),
        new Stmt.Let("evenFar", fma(d2, constant(FAR_2), d0)),
        new Stmt.Let("oddFar", fma(d3, constant(FAR_2), d1)),
        put("q", place, 0, d0),
        put("q", place, 1, fma(local("odd"), constant(NEAR), local("even"))),
        put("q", place, 2, fma(local("odd"), constant(-NEAR), local("even"))),
        put("q", place, 3, fma(local("oddFar"), constant(FAR), local("evenFar"))),
        put("q", place, 4, fma(local("oddFar"), constant(-FAR), local("evenFar"))),
        put("q", place, 5, d3));
  }

  /** The gradient of weights from that of their transform. */
  public static Kernel weightGradient() {
    return new Kernel(
        "winogradWeightGradient",
        "Gradients of panels {@code first} to {@code end} of weights of 3 x 3 from those of their transform for Winograd's minimal filtering:"
            + " {@code c = G' u G}; {@code u} is used up.",
        Kernel.parameters(
            "int first, int end, int inputs, real[] u, int uo, int step, real[] c, int co"),
        panels(
            "uo + panel * length",
            "co + panel * 9 * length",
            transform(
                loads("u", 6, "u", i -> "at + " + inColumn(i, "step")),
                ofWeightGradient("u", i -> "at + " + inColumn(i, "step")),
                6,
                loads("u", 6, "u", i -> "at + " + inRow(i, "step")),
                ofWeightGradient("c", i -> "into + " + product(sum("row * 3", text(i)), "length")),
                "0",
                "3")));
  }

  /** {@code G' u} of six numbers. */
  private static List<Stmt> ofWeightGradient(String array, IntFunction<String> place) {
    Value near = local("near");
    Value far = local("far");
    return List.of(
        new Stmt.Let("near", local("u1").plus(local("u2")).times(NEAR_SCALE)),
        new Stmt.Let("far", local("u3").plus(local("u4")).times(FAR_SCALE)),
        new Stmt.Let("nearOdd", local("u1").minus(local("u2")).times(NEAR * NEAR_SCALE)),
        new Stmt.Let("farOdd", local("u3").minus(local("u4")).times(FAR * FAR_SCALE)),
        put(array, place, 0, fma(local("u0"), constant(1 / (NEAR_2 * FAR_2)), near.plus(far))),
        put(array, place, 1, local("nearOdd").plus(local("farOdd"))),
        put(array, place, 2, fma(far, constant(FAR_2), fma(near, constant(NEAR_2), local("u5")))));
  }

  /** A loop over panels, and over all numbers of one channel in 16 outputs after another. */
  private static List<Stmt> panels(String at, String into, List<Stmt> body) {
    return List.of(
        new Stmt.For(
            "panel",
            "first",
            "end",
            1,
            List.of(
                new Stmt.Int("length", "inputs * 16"),
                new Stmt.Int("at", at),
                new Stmt.Int("into", into),
                new Stmt.Lanes("length", Stmt.Lanes.Rest.NONE, body))));
  }

  /** A loop over tiles: {@code top} and {@code left} are the first pixel of a tile. */
  private static List<Stmt> tilesOfPixels(List<Stmt> body) {
    List<Stmt> ofTile = new ArrayList<>();
    ofTile.add(new Stmt.Int("left", "Math.min(tile * 4, lastLeft)"));
    ofTile.addAll(body);
    return tiles(List.of(new Stmt.Int("top", "Math.min(down * 4, lastTop)")), ofTile);
  }

  /** A loop over rows of tiles, and over the tiles of each. */
  private static List<Stmt> tiles(List<Stmt> ofRow, List<Stmt> ofTile) {
    List<Stmt> row = new ArrayList<>(ofRow);
    row.add(new Stmt.For("tile", "0", "across", 1, ofTile));
    return List.of(new Stmt.For("down", "first", "end", 1, row));
  }

  /**
   * A transform of columns, then of the rows that come of it. Between the two, numbers lie where
   * the columns' results do: all of a tile would not fit the registers.
   */
  private static List<Stmt> transform(
      List<Stmt> column,
      List<Stmt> ofColumn,
      int columns,
      List<Stmt> row,
      List<Stmt> ofRow,
      String from,
      String to) {
    List<Stmt> first = new ArrayList<>(column);
    first.addAll(ofColumn);
    List<Stmt> second = new ArrayList<>(row);
    second.addAll(ofRow);
    return List.of(
        new Stmt.For("column", "0", Integer.toString(columns), 1, first),
        new Stmt.For("row", from, to, 1, second));
  }

  /** Variables of this name with a number behind, read from an array. */
  private static List<Stmt> loads(String name, int count, String array, IntFunction<String> place) {
    List<Stmt> loads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      loads.add(new Stmt.Let(name + i, load(array, place.apply(i))));
    }
    return loads;
  }

  /** Where the number of a row of a tile's places lies that stands in the loop's column. */
  private static String inColumn(int row, String step) {
    return product(sum("column", text(6 * row)), step);
  }

  /** Where the number of a column lies that stands in the loop's row. */
  private static String inRow(int column, String step) {
    return product(sum("row * 6", text(column)), step);
  }

  private static String text(int number) {
    return Integer.toString(number);
  }

  private static Stmt put(String array, IntFunction<String> place, int number, Value value) {
    return new Stmt.Put(array, place.apply(number), value);
  }
}

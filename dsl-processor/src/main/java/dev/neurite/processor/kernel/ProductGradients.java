package dev.neurite.processor.kernel;

import dev.neurite.processor.kernel.Contraction.Loop;
import java.util.ArrayList;
import java.util.List;

/** What the backward pass of a product needs: gradients of weights and biases, turned weights. */
public final class ProductGradients {

  /**
   * Most positions of one call of a tile, which are summed up before their sum is added to others.
   */
  public static final int BLOCK = 512;

  private ProductGradients() {}

  /**
   * Gradients of weights: sums over {@code blocks} x {@code count} positions of an input times an
   * output gradient, added to what c holds when they are complete.
   *
   * @param own whether strides are numbers
   */
  public static Kernel outer(int columns, boolean own) {
    return outer(
        "outer",
        "Weight gradients: c[i][j] += sum of a[x][i] w[x][j] over {@code blocks} x {@code count} positions x, in this order; c in panels of"
            + " 16 columns.",
        "int blocks, int aBlock, int wBlock, ",
        List.of(new Loop("block", "blocks", "aBlock", "wBlock")),
        Contraction.Operands.WEIGHTS,
        columns,
        own);
  }

  /**
   * The same over at most {@value #BLOCK} positions, written over what c holds, which then need not
   * be cleared before nor be read.
   */
  public static Kernel outerInto(int columns, boolean own) {
    return outer(
        "outerInto",
        "Weight gradients: c[i][j] = sum of a[x][i] w[x][j] over {@code count} positions x, at most "
            + BLOCK
            + ", in this order; c in panels of 16 columns.",
        "",
        List.of(),
        Contraction.Operands.NEW_WEIGHTS,
        columns,
        own);
  }

  private static Kernel outer(
      String name,
      String documentation,
      String parametersOfBlocks,
      List<Loop> blocks,
      Contraction.Operands operands,
      int columns,
      boolean own) {
    boolean quads = own && columns % 64 == 0;
    List<Loop> loops = new ArrayList<>(blocks);
    loops.add(new Loop("position", "count", "aStep", "wStep"));
    return new Kernel(
        quads ? name + "By4" : name,
        documentation,
        Kernel.parameters(
            "int m, "
                + parametersOfBlocks
                + "int count, int aStep, int wStep, real[] a, int ao, real[] w, int wo, int n, real[] c, int co, int panel"),
        List.of(
            new Stmt.Contract(
                new Contraction(
                    name,
                    loops,
                    new Contraction.Rows("1"),
                    operands,
                    quads
                        ? new Contraction.Tile(Products.QUAD_ROWS, 4)
                        : Products.pair(Products.WIDE_ROWS),
                    Products.pair(Products.NARROW_ROWS),
                    false,
                    true,
                    Contraction.Columns.of(columns),
                    false,
                    blocks.isEmpty() ? Contraction.Steps.OF_THE_LOOP : Contraction.Steps.OF_A_PASS,
                    false))));
  }

  /** Weights as the backward pass reads them: inputs become columns, taps turn around. */
  public static Kernel turn() {
    String weight = "wo + ((j >> 4) * taps * channels + tap * channels + c) * 16 + (j & 15)";
    String turned = "into + (c >> 4) * taps * n * 16 + j * 16 + (c & 15)";
    Stmt one = new Stmt.Put("t", turned, Value.element("w", weight));
    Stmt edges =
        new Stmt.If(
            "whole < n",
            List.of(
                new Stmt.For(
                    "c",
                    "block",
                    "end",
                    1,
                    List.of(new Stmt.For("j", "whole", "n", 1, List.of(one))))));
    Stmt blocks =
        new Stmt.For(
            "panel",
            "0",
            "whole",
            16,
            List.of(
                new Stmt.Transpose16(
                    "w",
                    "wo + (panel * taps + tap * 16) * channels + block * 16",
                    "16",
                    "t",
                    "into + block * taps * n + panel * 16",
                    "16")));
    return new Kernel(
        "turn",
        "Turns weights of {@code taps} x {@code channels} inputs and {@code n} outputs around: input channels from {@code from} to {@code to}"
            + " become columns, in panels of 16; outputs become inputs; the last tap comes first.",
        Kernel.parameters(
            "int taps, int channels, int n, int from, int to, real[] w, int wo, real[] t, int to0"),
        List.of(
            new Stmt.For(
                "tap",
                "0",
                "taps",
                1,
                List.of(
                    new Stmt.Int("into", "to0 + (taps - 1 - tap) * n * 16"),
                    new Stmt.For(
                        "block",
                        "from",
                        "to",
                        16,
                        List.of(
                            new Stmt.Int("end", "Math.min(block + 16, to)"),
                            new Stmt.Int("whole", "end - block == 16 ? n & -16 : 0"),
                            blocks,
                            edges))))));
  }

  /** Gradient of a bias: sums over rows, or over the positions of one row. */
  public static Kernel sumRows() {
    return new Kernel(
        "sumRows",
        "c[j] = the sum of d[row][j] over {@code rows} rows, in their order.",
        Kernel.parameters("int rows, int stride, int n, real[] d, int from, real[] c, int co"),
        List.of(
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Let("total", Value.constant(0)),
                    new Stmt.For(
                        "row",
                        "0",
                        "rows",
                        1,
                        List.of(
                            new Stmt.Set(
                                "total",
                                Value.local("total")
                                    .plus(Value.load("d", "from + row * stride"))))),
                    new Stmt.Put("c", "co", Value.local("total"))))));
  }
}

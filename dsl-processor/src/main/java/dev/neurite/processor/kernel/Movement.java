package dev.neurite.processor.kernel;

import static dev.neurite.processor.kernel.Value.element;
import static dev.neurite.processor.kernel.Value.load;

import java.util.List;

/** Kernels that put values elsewhere. */
public final class Movement {

  private static final String BLOCKS =
      "int blocks, int length, real[] x, int xo, int xStep, real[] y, int yo, int yStep";

  private Movement() {}

  /**
   * Blocks of neighbouring values, each side with a step of its own: padding, cropping,
   * concatenation.
   */
  public static Kernel copyBlocks() {
    return blocks("copyBlocks", "Copies blocks of neighbouring values.", load("x", "xo + from"));
  }

  /** The same, added to what is there. */
  public static Kernel addBlocks() {
    return blocks(
        "addBlocks",
        "Adds blocks of neighbouring values to what is there.",
        load("y", "yo + into").plus(load("x", "xo + from")));
  }

  private static Kernel blocks(String name, String documentation, Value value) {
    return new Kernel(
        name,
        documentation,
        Kernel.parameters(BLOCKS),
        List.of(
            new Stmt.For(
                "block",
                "0",
                "blocks",
                1,
                List.of(
                    new Stmt.Int("from", "block * xStep"),
                    new Stmt.Int("into", "block * yStep"),
                    new Stmt.Lanes("length", List.of(new Stmt.Put("y", "yo + into", value)))))));
  }

  /** Rows become columns: channels first to channels last and back. */
  public static Kernel transpose() {
    return new Kernel(
        "transpose",
        "y[j][i] = x[i][j].",
        Kernel.parameters("int rows, int columns, real[] x, int xo, real[] y, int yo"),
        List.of(
            new Stmt.Int("wholeRows", "rows & -16"),
            new Stmt.Int("wholeColumns", "columns & -16"),
            new Stmt.For(
                "i",
                "0",
                "wholeRows",
                16,
                List.of(
                    new Stmt.For(
                        "j",
                        "0",
                        "wholeColumns",
                        16,
                        List.of(
                            new Stmt.Transpose16(
                                "x",
                                "xo + i * columns + j",
                                "columns",
                                "y",
                                "yo + j * rows + i",
                                "rows"))))),
            new Stmt.If(
                "wholeColumns < columns", List.of(elements("0", "wholeRows", "wholeColumns"))),
            new Stmt.If("wholeRows < rows", List.of(elements("wholeRows", "rows", "0")))));
  }

  /** Element by element: rows {@code from} to {@code to}, columns from {@code column} on. */
  private static Stmt elements(String from, String to, String column) {
    return new Stmt.For(
        "i",
        from,
        to,
        1,
        List.of(
            new Stmt.For(
                "j",
                column,
                "columns",
                1,
                List.of(
                    new Stmt.Put(
                        "y", "yo + j * rows + i", element("x", "xo + i * columns + j"))))));
  }

  /** Vectors of a table by index. */
  public static Kernel gather() {
    return new Kernel(
        "gather",
        "y[i] = row x[i] of the table w.",
        Kernel.parameters(
            "int count, int[] x, int xo, real[] w, int wo, int stride, int n, real[] y, int yo"),
        List.of(
            new Stmt.For(
                "i",
                "0",
                "count",
                1,
                List.of(
                    new Stmt.Int("at", "wo + x[xo + i] * stride"),
                    new Stmt.Int("into", "yo + i * n"),
                    new Stmt.Lanes("n", List.of(new Stmt.Put("y", "into", load("w", "at"))))))));
  }

  /** Gradients of a table's vectors: what repeats is added. */
  public static Kernel scatter() {
    return new Kernel(
        "scatter",
        "Row x[i] of the table's gradient c += d[i], for {@code n} columns from the first given.",
        Kernel.parameters(
            "int count, int[] x, int xo, real[] d, int from, int step, int n, real[] c, int co, int stride"),
        List.of(
            new Stmt.For(
                "i",
                "0",
                "count",
                1,
                List.of(
                    new Stmt.Int("into", "co + x[xo + i] * stride"),
                    new Stmt.Int("at", "from + i * step"),
                    new Stmt.Lanes(
                        "n",
                        List.of(
                            new Stmt.Put(
                                "c", "into", load("c", "into").plus(load("d", "at")))))))));
  }
}

package dev.neurite.processor.kernel;

import dev.neurite.processor.kernel.Contraction.Loop;
import java.util.ArrayList;
import java.util.List;

/** Matrix products: dense layers, convolutions as implicit products, and their gradients. */
public final class Products {

  private static final String PARAMETERS =
      "int m, int taps, int tapStride, int runs, int runStride, int depth, real[] a, int ao, int lda,"
          + " real[] w, int wo, int panel, int n, real[] b, int bo, real[] c, int co, int ldc";

  private static final String SHORT_PARAMETERS =
      "int m, int taps, int tapStride, real[] a, int ao, int lda, real[] w, int wo, int panel, int n, real[] b, int bo, real[] c, int co,"
          + " int ldc";

  static final String WHOLE = "Whole";

  static final String ROOM = " Stores whole vectors: c has room for 15 numbers behind its last.";

  /** Bytecodes of a tile that C2 compiles well, with some to spare below 2,500. */
  private static final int TILE_BYTECODES = 2400;

  /** Bytecodes of a step for one row of two vectors: a load and two multiply-adds. */
  private static final int STEP_BYTECODES = 46;

  /** Bytecodes of a row of two vectors before and after the loop. */
  private static final int ROW_BYTECODES = 90;

  /** The most inputs of a kernel row that a tile writes out. */
  private static final int SHORT = 6;

  /**
   * Rows of two vectors. C1 gives a tile of 14 up ("out of virtual registers"): where it has
   * compiled it without a profile before, the tile stays so, and its vectors on the heap.
   */
  private static final int WIDE_ROWS = 12;

  private static final int NARROW_ROWS = 6;

  /** Rows of a tile of four vectors. */
  private static final int QUAD_ROWS = 6;

  /** Rows of a tile of one vector: with them it waits for no sum that is not complete. */
  private static final int SINGLE_ROWS = 16;

  /** Bytecodes of a step for one row of one vector: a load and a multiply-add. */
  private static final int SINGLE_STEP_BYTECODES = 24;

  /** Bytecodes of a row of one vector before and after the loop. */
  private static final int SINGLE_ROW_BYTECODES = 32;

  /**
   * Steps of one call of a tile: as many positions a weight gradient sums up before it adds them to
   * others.
   */
  public static final int BLOCK = 512;

  /** Multiply-adds of a row from which on a layer gets tiles of its own. */
  private static final long MANY = 1 << 15;

  private Products() {}

  /**
   * Whether a layer of so many multiply-adds a row has tiles of its own, in which strides are
   * numbers. Others share tiles, since each takes C2 a fraction of a second.
   */
  public static boolean hasOwnTiles(long multiplyAdds) {
    return multiplyAdds >= MANY;
  }

  /**
   * Rows of outputs from rows of inputs. Twelve rows are 24 accumulators of two vectors, six are
   * 12: as many as 32 and 16 registers hold beside the operands. Six rows of four vectors need
   * fewer loads, where strides are numbers and the columns allow them.
   *
   * @param room whether the result has room for 15 numbers behind its last
   * @param own whether strides are numbers
   */
  public static Kernel product(int columns, boolean room, boolean own) {
    return own && columns % 64 == 0
        ? product(
            "productBy4", new Contraction.Tile(QUAD_ROWS, 4), NARROW_ROWS, true, columns, room)
        : product("product", pair(WIDE_ROWS), NARROW_ROWS, true, columns, room);
  }

  /**
   * The same for a number of rows known at compile time: the output pixels of an image row. The
   * tile is as large as divides the row best.
   */
  public static Kernel productBy(int pixels, int columns, boolean room, boolean own) {
    int narrow = tile(pixels, 6, 4);
    if (own && columns % 64 == 0) {
      return product(
          "product" + narrow + "By4",
          new Contraction.Tile(narrow, 4),
          narrow,
          false,
          columns,
          room);
    }
    int wide = tile(pixels, WIDE_ROWS, 8);
    boolean usual = wide == WIDE_ROWS && narrow == NARROW_ROWS;
    return product(
        usual ? "product" : "product" + wide + "or" + narrow,
        pair(wide),
        narrow,
        usual,
        columns,
        room);
  }

  private static Contraction.Tile pair(int rows) {
    return new Contraction.Tile(rows, 2);
  }

  /** Whether a kernel row of so many inputs is so short that a loop over it would cost too much. */
  public static boolean isShort(int depth) {
    return depth <= SHORT;
  }

  /** The same for kernel rows of few inputs, which a tile takes whole in each turn of its loop. */
  public static Kernel shortProductBy(int pixels, int depth, int columns, boolean room) {
    int most =
        Math.min(WIDE_ROWS, (TILE_BYTECODES - 300) / (STEP_BYTECODES * depth + ROW_BYTECODES));
    int wide = tile(pixels, most, most - 3);
    int narrow = tile(pixels, Math.min(6, most), 4);
    Contraction.Columns forms = Contraction.Columns.of(columns);
    boolean whole = room && columns % 16 != 0;
    return new Kernel(
        "product%dDeep%dor%d%s".formatted(depth, wide, narrow, whole ? WHOLE : ""),
        "Products: c[i][j] = b[j] + sum of a[i][k] w[k][j] over {@code taps} x "
            + depth
            + " inputs k, in this order; weights w in panels of 16 columns."
            + (whole ? ROOM : ""),
        Kernel.parameters(SHORT_PARAMETERS),
        List.of(
            new Stmt.Contract(
                new Contraction(
                    "product" + depth + "Deep",
                    List.of(
                        new Loop("tap", "taps", "tapStride", Integer.toString(depth * 16)),
                        new Loop("k", Integer.toString(depth), "1", "16")),
                    new Contraction.Rows("lda"),
                    Contraction.Operands.OUTPUTS,
                    pair(wide),
                    pair(narrow),
                    false,
                    true,
                    whole ? forms.whole() : forms,
                    whole,
                    false,
                    true))));
  }

  /**
   * The same for a convolution of at most sixteen filters, one panel: a tile takes all inputs of
   * its pixels in one call, and one vector holds all filters where it has sixteen lanes. Whole
   * vectors are stored.
   */
  public static Kernel panelBy(int pixels, int depth) {
    boolean isShort = isShort(depth);
    String name = isShort ? "panel" + depth + "Deep" : "panel";
    return new Kernel(
        name,
        "Products: c[i][j] = b[j] + sum of a[i][k] w[k][j] over {@code taps} x {@code depth} inputs k, in this order; weights w in one panel of"
            + " 16 columns. Stores whole vectors: behind less than 16 columns c has room for 15 numbers.",
        Kernel.parameters(
            "int m, int taps, int tapStride, int depth, real[] a, int ao, int lda, real[] w, int wo, int n, real[] b, int bo, real[] c,"
                + " int co, int ldc"),
        List.of(
            new Stmt.Contract(
                inPanel(
                    name,
                    List.of(
                        new Loop("tap", "taps", "tapStride", "depth * 16"),
                        new Loop("k", isShort ? Integer.toString(depth) : "depth", "1", "16")),
                    new Contraction.Rows("lda"),
                    pixels,
                    pixels,
                    depth,
                    isShort))));
  }

  /**
   * Sums for at most sixteen filters over a nest of two loops.
   *
   * @param name of the tile methods
   * @param loops the nest
   * @param rows how pixels lie
   * @param pixels of a call
   * @param together of these that the tile is chosen for
   * @param depth steps of the inner loop
   * @param writtenOut whether a tile writes these out
   */
  static Contraction inPanel(
      String name,
      List<Loop> loops,
      Contraction.Rows rows,
      int pixels,
      int together,
      int depth,
      boolean writtenOut) {
    int wide = singlesInPanel(together, depth, writtenOut);
    int narrow = pairsInPanel(together, depth, writtenOut);
    return new Contraction(
        name,
        loops,
        rows,
        Contraction.Operands.PANEL,
        new Contraction.Tile(wide, 1),
        pair(narrow),
        false,
        pixels % wide != 0 || pixels % narrow != 0,
        Contraction.Columns.EVEN,
        true,
        true,
        writtenOut);
  }

  /** Pixels of a tile of one vector. */
  static int singlesInPanel(int pixels, int depth, boolean writtenOut) {
    int room = TILE_BYTECODES - 300;
    int most =
        writtenOut
            ? Math.min(SINGLE_ROWS, room / (SINGLE_STEP_BYTECODES * depth + SINGLE_ROW_BYTECODES))
            : SINGLE_ROWS;
    return tile(pixels, most, most * 2 / 3);
  }

  /** Pixels of a tile of two vectors. */
  static int pairsInPanel(int pixels, int depth, boolean writtenOut) {
    int room = TILE_BYTECODES - 300;
    int most =
        writtenOut
            ? Math.min(NARROW_ROWS, room / (STEP_BYTECODES * depth + ROW_BYTECODES))
            : NARROW_ROWS;
    return tile(pixels, most, Math.min(4, most));
  }

  /** Rows of a tile, between {@code least} and {@code most}, that leave the fewest pixels over. */
  static int tile(int pixels, int most, int least) {
    if (pixels <= most) {
      return Math.max(1, pixels);
    }
    int best = most;
    for (int rows = most; rows >= least; rows--) {
      if (pixels % rows < pixels % best) {
        best = rows;
      }
    }
    return best;
  }

  private static Kernel product(
      String name,
      Contraction.Tile wide,
      int narrow,
      boolean singleRow,
      int columns,
      boolean room) {
    Contraction.Columns forms = Contraction.Columns.of(columns);
    boolean whole = room && columns % 16 != 0;
    return new Kernel(
        whole ? name + WHOLE : name,
        "Products: c[i][j] = b[j] + sum of a[i][k] w[k][j] over {@code taps} x {@code runs} x {@code depth} inputs k, in this order; weights w in"
            + " panels of 16 columns."
            + (whole ? ROOM : ""),
        Kernel.parameters(PARAMETERS),
        List.of(
            new Stmt.Contract(
                new Contraction(
                    "product",
                    List.of(
                        new Loop("tap", "taps", "tapStride", "runs * depth * 16"),
                        new Loop("run", "runs", "runStride", "depth * 16"),
                        new Loop("k", "depth", "1", "16")),
                    new Contraction.Rows("lda"),
                    Contraction.Operands.OUTPUTS,
                    wide,
                    pair(narrow),
                    singleRow,
                    true,
                    whole ? forms.whole() : forms,
                    whole,
                    false,
                    false))));
  }

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
                    quads ? new Contraction.Tile(QUAD_ROWS, 4) : pair(WIDE_ROWS),
                    pair(NARROW_ROWS),
                    false,
                    true,
                    Contraction.Columns.of(columns),
                    false,
                    false,
                    false))));
  }

  /** Weights as the backward pass reads them: inputs become columns, taps turn around. */
  public static Kernel turn() {
    String weight = "wo + ((j >> 4) * taps * channels + tap * channels + c) * 16 + (j & 15)";
    String turned = "into + (c >> 4) * taps * n * 16 + j * 16 + (c & 15)";
    Stmt one = new Stmt.Put("t", turned, Value.element("w", weight));
    Stmt edges =
        new Stmt.For(
            "c", "block", "end", 1, List.of(new Stmt.For("j", "whole", "n", 1, List.of(one))));
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

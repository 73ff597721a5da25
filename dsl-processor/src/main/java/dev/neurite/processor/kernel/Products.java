package dev.neurite.processor.kernel;

import dev.neurite.processor.kernel.Contraction.Loop;
import java.util.List;

/** Matrix products: dense layers and convolutions as implicit products. */
public final class Products {

  private static final String PARAMETERS =
      "int m, int taps, int tapStride, int runs, int runStride, int depth, real[] a, int ao, int lda,"
          + " real[] w, int wo, int panel, int n, real[] b, int bo, real[] c, int co, int ldc";

  private static final String MATRIX_PARAMETERS =
      "int m, int depth, real[] a, int ao, int lda, real[] w, int wo, int panel, int n, real[] b, int bo, real[] c, int co, int ldc";

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
  static final int WIDE_ROWS = 12;

  static final int NARROW_ROWS = 6;

  /** Rows of a tile of four vectors. */
  static final int QUAD_ROWS = 6;

  /** Rows of a tile of one vector: with them it waits for no sum that is not complete. */
  private static final int SINGLE_ROWS = 16;

  /** Bytecodes of a step for one row of one vector: a load and a multiply-add. */
  private static final int SINGLE_STEP_BYTECODES = 24;

  /** Bytecodes of a row of one vector before and after the loop. */
  private static final int SINGLE_ROW_BYTECODES = 32;

  /**
   * Most steps of one call of a tile: fewer than C2's LoopStripMiningIter, 1000. An image of 28 x
   * 28 is one call, which reads its rows from a caller's array without gaps.
   */
  public static final int PASS = 960;

  /** Bytecodes of a tile of products apart from its rows and steps. */
  private static final int OTHER_BYTECODES = 300;

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
   * @param depth inputs of a row
   * @param room whether the result has room for 15 numbers behind its last
   * @param own whether strides are numbers
   */
  public static Kernel matmul(int depth, int columns, boolean room, boolean own) {
    return own && columns % 64 == 0
        ? matmul("By4", new Contraction.Tile(QUAD_ROWS, 4), NARROW_ROWS, true, depth, columns, room)
        : matmul("", pair(WIDE_ROWS), NARROW_ROWS, true, depth, columns, room);
  }

  /**
   * The same for a number of rows known at compile time: the tiles of an image that are transformed
   * together. The tile is as large as divides it best.
   */
  public static Kernel matmulBy(int rows, int depth, int columns) {
    int narrow = tile(rows, NARROW_ROWS, 4);
    if (columns % 64 == 0) {
      return matmul(
          narrow + "By4", new Contraction.Tile(narrow, 4), narrow, false, depth, columns, false);
    }
    int wide = tile(rows, WIDE_ROWS, 8);
    boolean usual = wide == WIDE_ROWS && narrow == NARROW_ROWS;
    return matmul(
        usual ? "" : wide + "or" + narrow, pair(wide), narrow, usual, depth, columns, false);
  }

  private static Kernel matmul(
      String form,
      Contraction.Tile wide,
      int narrow,
      boolean singleRow,
      int depth,
      int columns,
      boolean room) {
    boolean passes = depth > PASS;
    String name = passes ? "matmulInPasses" : "matmul";
    return ofOutputs(
        name + form,
        "Matrix products: c[i][j] = b[j] + sum of a[i][k] w[k][j] over {@code depth} inputs k, in this order; weights w in panels of 16 columns."
            + (passes ? " Takes more inputs than one pass does." : ""),
        MATRIX_PARAMETERS,
        name,
        List.of(new Loop("k", "depth", "1", "16")),
        wide,
        narrow,
        singleRow,
        columns,
        room,
        passes ? Contraction.Steps.OF_A_PASS : Contraction.Steps.OF_THE_LOOP,
        false);
  }

  /**
   * Products for the output pixels of an image row, whose inputs lie in runs. The tile is as large
   * as divides the row best.
   */
  public static Kernel productBy(int pixels, int columns, boolean room, boolean own) {
    int narrow = tile(pixels, NARROW_ROWS, 4);
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

  static Contraction.Tile pair(int rows) {
    return new Contraction.Tile(rows, 2);
  }

  /** Whether a kernel row of so many inputs is so short that a loop over it would cost too much. */
  public static boolean isShort(int depth) {
    return depth <= SHORT;
  }

  /** The same for kernel rows of few inputs, which a tile takes whole in each turn of its loop. */
  public static Kernel shortProductBy(int pixels, int depth, int columns, boolean room) {
    int most = mostRows(WIDE_ROWS, STEP_BYTECODES * depth + ROW_BYTECODES);
    int wide = tile(pixels, most, most - 3);
    int narrow = tile(pixels, Math.min(NARROW_ROWS, most), 4);
    return ofOutputs(
        "product%dDeep%dor%d".formatted(depth, wide, narrow),
        "Products: c[i][j] = b[j] + sum of a[i][k] w[k][j] over {@code taps} x "
            + depth
            + " inputs k, in this order; weights w in panels of 16 columns.",
        SHORT_PARAMETERS,
        "product" + depth + "Deep",
        List.of(
            new Loop("tap", "taps", "tapStride", Integer.toString(depth * 16)),
            new Loop("k", Integer.toString(depth), "1", "16")),
        pair(wide),
        narrow,
        false,
        columns,
        room,
        Contraction.Steps.OF_A_PASS,
        true);
  }

  /** As many rows of a tile as C2 compiles well. */
  private static int mostRows(int most, int bytecodesOfRow) {
    return Math.min(most, (TILE_BYTECODES - OTHER_BYTECODES) / bytecodesOfRow);
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
        Contraction.Steps.OF_THE_NEST,
        writtenOut);
  }

  /** Pixels of a tile of one vector. */
  static int singlesInPanel(int pixels, int depth, boolean writtenOut) {
    int ofRow = SINGLE_STEP_BYTECODES * depth + SINGLE_ROW_BYTECODES;
    int most = writtenOut ? mostRows(SINGLE_ROWS, ofRow) : SINGLE_ROWS;
    return tile(pixels, most, most * 2 / 3);
  }

  /** Pixels of a tile of two vectors. */
  static int pairsInPanel(int pixels, int depth, boolean writtenOut) {
    int ofRow = STEP_BYTECODES * depth + ROW_BYTECODES;
    int most = writtenOut ? mostRows(NARROW_ROWS, ofRow) : NARROW_ROWS;
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
    return ofOutputs(
        name,
        "Products: c[i][j] = b[j] + sum of a[i][k] w[k][j] over {@code taps} x {@code runs} x {@code depth} inputs k, in this order; weights w in"
            + " panels of 16 columns.",
        PARAMETERS,
        "product",
        List.of(
            new Loop("tap", "taps", "tapStride", "runs * depth * 16"),
            new Loop("run", "runs", "runStride", "depth * 16"),
            new Loop("k", "depth", "1", "16")),
        wide,
        narrow,
        singleRow,
        columns,
        room,
        Contraction.Steps.OF_A_PASS,
        false);
  }

  /**
   * A kernel whose columns are outputs, under a name that says so where it stores whole vectors.
   */
  private static Kernel ofOutputs(
      String name,
      String documentation,
      String parameters,
      String tiles,
      List<Loop> loops,
      Contraction.Tile wide,
      int narrow,
      boolean singleRow,
      int columns,
      boolean room,
      Contraction.Steps steps,
      boolean writtenOut) {
    Contraction.Columns forms = Contraction.Columns.of(columns);
    boolean whole = room && columns % 16 != 0;
    return new Kernel(
        whole ? name + WHOLE : name,
        whole ? documentation + ROOM : documentation,
        Kernel.parameters(parameters),
        List.of(
            new Stmt.Contract(
                new Contraction(
                    tiles,
                    loops,
                    new Contraction.Rows("lda"),
                    Contraction.Operands.OUTPUTS,
                    wide,
                    pair(narrow),
                    singleRow,
                    true,
                    whole ? forms.whole() : forms,
                    whole,
                    steps,
                    writtenOut))));
  }
}

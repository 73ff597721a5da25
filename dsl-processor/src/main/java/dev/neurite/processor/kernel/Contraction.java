package dev.neurite.processor.kernel;

import java.util.List;

/**
 * A sum of products over a nest of loops, {@code c[i][j] = start + sum a[i] * b[j]}: columns j lie
 * in lanes. Each result adds over the nest in one order with fused multiply-add, whatever the tile,
 * so all forms give the same bits.
 *
 * @param name of the tile methods: {@code product}, {@code outer}
 * @param loops from the outermost to the innermost
 * @param rows how those of a lie
 * @param operands what rows and columns are and how they lie
 * @param wide the tile where there are 32 vector registers
 * @param narrow the tile where there are 16
 * @param singleRow whether one row alone is frequent and gets a tile of eight vectors
 * @param moreRows whether rows may be left over by these tiles
 * @param columns what numbers of columns there are
 * @param room whether the result has room for 15 numbers behind its last, so that whole vectors are
 *     stored: columns from the last to the first, so that what goes beyond a row is overwritten
 * @param steps which of them one call of a tile takes
 * @param writtenOut whether the innermost loop, whose count is a number, is written out in a tile
 */
public record Contraction(
    String name,
    List<Loop> loops,
    Rows rows,
    Operands operands,
    Tile wide,
    Tile narrow,
    boolean singleRow,
    boolean moreRows,
    Columns columns,
    boolean room,
    Steps steps,
    boolean writtenOut) {

  public Contraction {
    loops = List.copyOf(loops);
  }

  /**
   * Whether four left-over rows go by a tile of four vectors, as those before them, since the sums
   * of smaller ones wait for each other. A gradient has as many rows as a layer has inputs, so that
   * few of them are left over.
   */
  public boolean endsWithFours() {
    return operands == Operands.OUTPUTS && wide.rows() > 4 && wide.vectors() == 4;
  }

  /** Whether a tile takes all steps in one call, so that no sums wait in the result. */
  public boolean takesAll() {
    return steps != Steps.OF_A_PASS;
  }

  /** Whether a tile takes a nest of two loops in one call. */
  public boolean nested() {
    return steps == Steps.OF_THE_NEST;
  }

  /** The place among the loops of the one that a tile runs through. */
  public int tileLoop() {
    return loops.size() - (writtenOut ? 2 : 1);
  }

  /** Steps of the innermost loop in one turn of a tile's loop. */
  public int stepsATurn() {
    return writtenOut ? Integer.parseInt(loops.getLast().count()) : 1;
  }

  /**
   * One loop of the nest.
   *
   * @param variable its name
   * @param count how often it runs
   * @param aStep by how much a's index grows
   * @param bStep by how much b's index grows
   * @param aIndex what the loop adds to a's index
   * @param bIndex what the loop adds to b's index
   */
  public record Loop(
      String variable, String count, String aStep, String bStep, String aIndex, String bIndex) {

    /** A loop in whose steps both indices grow evenly. */
    public Loop(String variable, String count, String aStep, String bStep) {
      this(
          variable,
          count,
          aStep,
          bStep,
          IndexText.product(variable, aStep),
          IndexText.product(variable, bStep));
    }
  }

  /**
   * How rows lie in a.
   *
   * @param step from one row to the next
   * @param run rows that lie evenly: behind so many the index jumps besides; 0 for all
   * @param jump by how much it jumps
   */
  public record Rows(String step, int run, String jump) {

    public Rows(String step) {
      this(step, 0, "0");
    }

    /** Where a row lies. */
    public String index(int row) {
      int runs = run == 0 ? 0 : row / run;
      return IndexText.sum(
          IndexText.product(Integer.toString(row), step),
          IndexText.product(Integer.toString(runs), jump));
    }

    /** Where the row of an expression lies. */
    public String index(String row) {
      String jumps = run == 0 ? "0" : IndexText.product(row + " / " + run, jump);
      return IndexText.sum(IndexText.product(row, step), jumps);
    }
  }

  /** Which steps one call of a tile takes. */
  public enum Steps {
    /** Those of the innermost loop that one pass over the result has; sums wait there for more. */
    OF_A_PASS,
    /** All of the only loop: no more than one pass has. */
    OF_THE_LOOP,
    /**
     * All of a nest of two loops. The inner one runs as often as a constant of the kernel says,
     * which keeps sums in registers across the outer one.
     */
    OF_THE_NEST
  }

  /** Rows and vectors whose sums are in registers at once. */
  public record Tile(int rows, int vectors) {}

  /** What the operands and the result are. */
  public enum Operands {
    /**
     * Rows are numbers; columns are outputs, whose weights lie in panels of 16 and whose results
     * lie side by side. A sum starts from the column's bias.
     */
    OUTPUTS,
    /** The same for at most sixteen outputs, whose weights are one panel. */
    PANEL,
    /**
     * Rows and columns are values side by side; results lie in panels of 16, as weights do. A sum
     * starts from zero and is then added to what is there.
     */
    WEIGHTS,
    /** The same, but a sum takes the place of what is there. */
    NEW_WEIGHTS,
    /**
     * Rows are weights; columns are pixels of 16 images that share lanes. Results are pixels of
     * such images. A sum starts from the row's bias.
     */
    LANES,
    /**
     * Rows are weights; columns are neighbouring pixels of one image, sixteen or more. The last
     * vectors lie over those before, so that nothing behind the last pixel is read or written.
     * Results lie as pixels do, those of each row by themselves. A sum starts from the row's bias.
     */
    PIXELS,
    /**
     * Rows and columns are values of 16 images that share lanes; a result has a sum for each image,
     * which starts from zero and is then added to what is there.
     */
    LANE_PAIRS;

    /** Whether columns come in panels, with a step of their own from one to the next. */
    public boolean columnsInPanels() {
      return this == OUTPUTS || this == LANES;
    }

    /** Whether results come in panels. */
    public boolean resultInPanels() {
      return this == WEIGHTS || this == NEW_WEIGHTS || this == LANES;
    }

    /** Whether a sum starts from a bias of its row, not of its column. */
    public boolean biasOfRow() {
      return this == LANES || this == PIXELS;
    }

    /** Whether sums start from zero. */
    public boolean startsFromZero() {
      return this == NEW_WEIGHTS || addsToResult();
    }

    /** Whether sums are added to what is there. */
    public boolean addsToResult() {
      return this == WEIGHTS || this == LANE_PAIRS;
    }
  }

  /**
   * What numbers of columns a contraction is called with; more forms of tiles are written for more.
   *
   * @param odd whether some number of panels is odd and its last panel whole
   * @param ragged whether some last panel is not whole
   * @param oddRagged whether some number of panels is odd and its last panel not whole
   */
  public record Columns(boolean odd, boolean ragged, boolean oddRagged) {

    /** An even number of whole panels. */
    static final Columns EVEN = new Columns(false, false, false);

    public static Columns of(int columns) {
      boolean odd = (columns + 15) / 16 % 2 == 1;
      boolean ragged = columns % 16 != 0;
      return new Columns(odd && !ragged, ragged, odd && ragged);
    }

    /** The same where whole vectors are stored behind the last column. */
    Columns whole() {
      return new Columns(odd || oddRagged, false, false);
    }

    public Columns or(Columns other) {
      return new Columns(odd || other.odd, ragged || other.ragged, oddRagged || other.oddRagged);
    }
  }

  /** The same where it is also called as {@code other} is. */
  public Contraction and(Contraction other) {
    return new Contraction(
        name,
        loops,
        rows,
        operands,
        wide,
        narrow,
        singleRow || other.singleRow,
        moreRows || other.moreRows,
        columns.or(other.columns),
        room,
        steps,
        writtenOut);
  }
}

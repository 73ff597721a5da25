package dev.neurite.processor.kernel;

import java.util.List;

/**
 * A sum of products over a nest of loops, {@code c[i][j] = start + sum a[i] * b[j]}: rows i read
 * numbers, columns j lie in lanes. Each result adds over the nest in one order with fused
 * multiply-add, whatever the tile, so all forms give the same bits.
 *
 * @param name of the tile methods: {@code product}, {@code outer}
 * @param loops from the outermost to the innermost
 * @param rowStep from one row of a to the next
 * @param columnsInPanels whether the columns of b lie in panels of 16 (weights), else side by side
 * @param resultInPanels whether the results lie in panels of 16 (weight gradients), else side by
 *     side
 * @param addsToResult whether a sum starts from zero and is then added to what c holds, else it
 *     starts from a bias or zero and replaces it
 * @param wideRows rows of a tile of two vectors where there are 32 vector registers
 * @param narrowRows the same for 16
 * @param singleRow whether one row alone is frequent and gets a tile of eight vectors
 * @param columns what numbers of columns there are
 */
public record Contraction(
    String name,
    List<Loop> loops,
    String rowStep,
    boolean columnsInPanels,
    boolean resultInPanels,
    boolean addsToResult,
    int wideRows,
    int narrowRows,
    boolean singleRow,
    Columns columns) {

  public Contraction {
    loops = List.copyOf(loops);
  }

  /**
   * One loop of the nest.
   *
   * @param variable its name
   * @param count how often it runs
   * @param aStep by how much a's index grows
   * @param bStep by how much b's index grows
   */
  public record Loop(String variable, String count, String aStep, String bStep) {}

  /**
   * What numbers of columns a contraction is called with; more forms of tiles are written for more.
   *
   * @param odd whether some number of panels is odd and its last panel whole
   * @param ragged whether some last panel is not whole
   * @param oddRagged whether some number of panels is odd and its last panel not whole
   */
  public record Columns(boolean odd, boolean ragged, boolean oddRagged) {

    public static Columns of(int columns) {
      boolean odd = (columns + 15) / 16 % 2 == 1;
      boolean ragged = columns % 16 != 0;
      return new Columns(odd && !ragged, ragged, odd && ragged);
    }

    public Columns or(Columns other) {
      return new Columns(odd || other.odd, ragged || other.ragged, oddRagged || other.oddRagged);
    }
  }

  /** The same for more numbers of columns. */
  public Contraction with(Columns more) {
    return new Contraction(
        name,
        loops,
        rowStep,
        columnsInPanels,
        resultInPanels,
        addsToResult,
        wideRows,
        narrowRows,
        singleRow,
        columns.or(more));
  }
}

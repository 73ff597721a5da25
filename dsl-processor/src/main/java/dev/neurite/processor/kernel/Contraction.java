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
 * @param startsFromResult whether a sum starts from what c holds, else from a bias or zero
 * @param wideRows rows of a tile of two vectors where there are 32 vector registers
 * @param narrowRows the same for 16
 * @param singleRow whether one row alone is frequent and gets a tile of eight vectors
 */
public record Contraction(
    String name,
    List<Loop> loops,
    String rowStep,
    boolean columnsInPanels,
    boolean resultInPanels,
    boolean startsFromResult,
    int wideRows,
    int narrowRows,
    boolean singleRow) {

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
}

package dev.neurite.processor.emit;

import dev.neurite.processor.kernel.Contraction;
import dev.neurite.processor.kernel.Contraction.Operands;
import dev.neurite.processor.kernel.IndexText;
import dev.neurite.processor.kernel.ProductGradients;
import dev.neurite.processor.kernel.Products;
import java.util.List;

/** The loops inside tiles and the indices of what they read and write. */
final class TileIndices {

  /** Where a's values of a turn begin, if several steps share it. */
  private static final String TURN = "turn";

  private TileIndices() {}

  /**
   * Whether a tile takes all steps in one call: one that stores part of its last vector does not go
   * on from what it stored, since masked loads beside masked stores are more than C2 inlines.
   */
  static boolean takesAll(Contraction c, boolean tail) {
    return c.takesAll() || (tail && c.operands() == Operands.OUTPUTS);
  }

  /** Whether steps of the innermost loop are written out in a tile that takes all steps. */
  private static boolean writesOut(Contraction c) {
    return c.nested() && c.writtenOut();
  }

  /** Steps that stand one after another in a tile. */
  static int stepsWritten(Contraction c, boolean all) {
    return all && !writesOut(c) ? 1 : c.stepsATurn();
  }

  /** The loops of a tile that takes all steps. */
  static int loops(Contraction c) {
    return writesOut(c) ? c.loops().size() - 1 : c.loops().size();
  }

  /**
   * Steps of one call of a tile. A gradient's are those of a block, whose sum is added to others.
   */
  static int mostSteps(Contraction c) {
    return c.operands().startsFromZero() ? ProductGradients.BLOCK : Products.PASS;
  }

  static void openLoop(Contraction c, JavaText text) {
    String variable = c.loops().get(c.tileLoop()).variable();
    text.line("int last = Math.min(steps, %d);".formatted(mostSteps(c)));
    text.open("for (int %s = 0; %s < last; %s++)".formatted(variable, variable, variable));
    if (c.writtenOut()) {
      text.line("int " + TURN + " = " + turnIndex(c, "a") + ";");
    }
  }

  static void openLoops(Contraction c, JavaText text) {
    String a = "ao";
    String w = "";
    List<Contraction.Loop> loops = c.loops();
    if (c.takesAll()) {
      text.line("int last = Math.min(%s, %d);".formatted(loops.getFirst().count(), mostSteps(c)));
    }
    for (int level = 0; level < loops(c); level++) {
      Contraction.Loop loop = loops.get(level);
      String count = c.takesAll() && level == 0 ? "last" : loop.count();
      text.open(
          "for (int %s = 0; %s < %s; %s++)"
              .formatted(loop.variable(), loop.variable(), count, loop.variable()));
      if (level < loops.size() - 1) {
        char letter = (char) ('A' + level);
        String step = loop.bIndex();
        text.line("int a%s = %s;".formatted(letter, IndexText.sum(a, loop.aIndex())));
        text.line("int w%s = %s;".formatted(letter, w.isEmpty() ? step : IndexText.sum(w, step)));
        a = "a" + letter;
        w = "w" + letter;
      }
    }
  }

  /** The index of a step where a tile takes all steps. */
  static String nestedIndex(Contraction c, String side, String step) {
    Contraction.Loop inner = c.loops().getLast();
    if (c.loops().size() == 1) {
      return innerIndex(c, side, step);
    }
    String outer = side + (char) ('A' + c.loops().size() - 2);
    return IndexText.sum(
        outer,
        IndexText.product(
            writesOut(c) ? step : inner.variable(),
            side.equals("a") ? inner.aStep() : inner.bStep()));
  }

  /** The index of a step of one turn of the tile's loop; of a, from where the turn begins. */
  static String innerIndex(Contraction c, String side, String step) {
    Contraction.Loop inner = c.loops().getLast();
    boolean isA = side.equals("a");
    String turn = isA && c.writtenOut() ? TURN : turnIndex(c, side);
    return IndexText.sum(turn, IndexText.product(step, isA ? inner.aStep() : inner.bStep()));
  }

  private static String turnIndex(Contraction c, String side) {
    Contraction.Loop turn = c.loops().get(c.tileLoop());
    boolean isA = side.equals("a");
    return IndexText.sum(isA ? "ao" : "0", isA ? turn.aIndex() : turn.bIndex());
  }

  static String rowOffset(Contraction c, int row) {
    return c.rows().index(row);
  }

  static String columnName(Contraction c, int j) {
    return j > 0 || namesFirstColumn(c) ? "column" + j : "column";
  }

  /** Whether a tile's first column has a name of its own, apart from the parameter. */
  static boolean namesFirstColumn(Contraction c) {
    return c.operands().columnsInPanels()
        || c.operands().resultInPanels()
        || c.operands() == Operands.PIXELS;
  }

  /** The step from one panel of results to the next, or nothing where they lie side by side. */
  static String resultPanel(Contraction c) {
    return c.operands() == Operands.LANES
        ? "resultPanel"
        : c.operands().resultInPanels() ? "panel" : "";
  }

  static String columnIndex(String base, String panel, Contraction c, int j) {
    String column = columnName(c, j);
    return panel.isEmpty()
        ? base + " + " + column
        : "%s + (%s >> 4) * %s + (%s & 15)".formatted(base, column, panel, column);
  }

  static String scalarColumn(String base, String panel) {
    return panel.isEmpty() ? base + " + column" : base + " + (column >> 4) * " + panel;
  }

  static String resultIndex(Contraction c, int i, int j) {
    String step = c.operands().resultInPanels() ? "16" : "ldc";
    return IndexText.sum("c" + j, IndexText.product(Integer.toString(i), step));
  }
}

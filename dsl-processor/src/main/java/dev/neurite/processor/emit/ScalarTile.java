package dev.neurite.processor.emit;

import dev.neurite.processor.kernel.Contraction;
import dev.neurite.processor.kernel.Contraction.Operands;
import dev.neurite.processor.kernel.IndexText;
import java.util.function.IntFunction;

/** The body of the tile of plain Java: one row by 16 columns, a local variable for each. */
final class ScalarTile {

  /** Steps that are written out: more would make a method longer than C2 compiles well. */
  private static final int MOST_WRITTEN = 4;

  private ScalarTile() {}

  static String body(Contraction c, String real) {
    JavaText text = new JavaText();
    boolean perRow = c.operands().biasOfRow();
    boolean perLane = c.operands() == Operands.LANE_PAIRS;
    text.line(
        "int w0 = %s;"
            .formatted(
                TileIndices.scalarColumn("wo", c.operands().columnsInPanels() ? "panel" : "")));
    text.line("int c0 = %s;".formatted(TileIndices.scalarColumn("co", TileIndices.resultPanel(c))));
    if (!c.operands().startsFromZero()) {
      text.line("boolean biased = bo >= 0;");
    }
    for (int j = 0; j < 16; j++) {
      text.line(
          "%s s%d = %s;"
              .formatted(
                  real,
                  j,
                  c.operands().startsFromZero()
                      ? "0"
                      : "biased ? b["
                          + (perRow ? "bo" : IndexText.sum("bo + column", Integer.toString(j)))
                          + "] : 0"));
    }
    boolean whole = perRow || perLane;
    if (!c.operands().startsFromZero() && !c.takesAll()) {
      text.open("if (!first)");
      columns(
          text, whole, j -> "s%d = c[%s];".formatted(j, IndexText.sum("c0", Integer.toString(j))));
      text.close();
    }
    if (c.takesAll()) {
      TileIndices.openLoops(c, text);
    } else {
      TileIndices.openLoop(c, text);
    }
    int steps = TileIndices.stepsWritten(c, c.takesAll());
    if (steps > MOST_WRITTEN) {
      text.open("for (int step = 0; step < %d; step++)".formatted(steps));
      step(c, real, "step", "", text);
      text.close();
    } else {
      for (int step = 0; step < steps; step++) {
        step(c, real, Integer.toString(step), step == 0 ? "" : "_" + step, text);
      }
    }
    text.close();
    for (int level = 1; c.takesAll() && level < TileIndices.loops(c); level++) {
      text.close();
    }
    columns(text, whole, j -> store(c, j));
    return text.toString();
  }

  private static void step(Contraction c, String real, String step, String suffix, JavaText text) {
    boolean perLane = c.operands() == Operands.LANE_PAIRS;
    if (perLane) {
      text.line("int from%s = %s;".formatted(suffix, index(c, "a", step)));
    } else {
      text.line("%s x%s = a[%s];".formatted(real, suffix, index(c, "a", step)));
    }
    text.line("int at%s = %s;".formatted(suffix, IndexText.sum("w0", index(c, "w", step))));
    for (int j = 0; j < 16; j++) {
      String lane = Integer.toString(j);
      text.line(
          "s%d = Math.fma(%s, w[%s], s%d);"
              .formatted(
                  j,
                  perLane ? "a[" + IndexText.sum("from" + suffix, lane) + "]" : "x" + suffix,
                  IndexText.sum("at" + suffix, lane),
                  j));
    }
  }

  private static String index(Contraction c, String side, String step) {
    return c.takesAll()
        ? TileIndices.nestedIndex(c, side, step)
        : TileIndices.innerIndex(c, side, step);
  }

  /** A line for each of the 16 columns, or for as many as are left. */
  private static void columns(JavaText text, boolean whole, IntFunction<String> line) {
    if (!whole) {
      text.open("if (column + 16 <= n)");
    }
    for (int j = 0; j < 16; j++) {
      text.line(line.apply(j));
    }
    if (!whole) {
      text.reopen("else");
      text.line("int left = n - column;");
      text.line(line.apply(0));
      for (int j = 1; j < 15; j++) {
        text.open("if (left > " + j + ")").line(line.apply(j)).close();
      }
      text.close();
    }
  }

  private static String store(Contraction c, int column) {
    return "c[%s] %s s%d;"
        .formatted(
            IndexText.sum("c0", Integer.toString(column)),
            c.operands().addsToResult() ? "+=" : "=",
            column);
  }
}

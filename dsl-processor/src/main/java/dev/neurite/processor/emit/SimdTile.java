package dev.neurite.processor.emit;

import dev.neurite.processor.kernel.Contraction;
import dev.neurite.processor.kernel.Contraction.Operands;
import dev.neurite.processor.kernel.IndexText;

/**
 * The body of a tile whose accumulators are vectors. Called without inputs it does nothing: the JVM
 * compiles what it has counted thousands of calls of, and those need not compute.
 */
final class SimdTile {

  private SimdTile() {}

  static String body(Contraction c, int rows, int vectors, boolean tail) {
    JavaText text = new JavaText();
    text.open("if (a.length == 0)");
    text.line("return;");
    text.close();
    boolean perRow = c.operands().biasOfRow();
    boolean perLane = c.operands() == Operands.LANE_PAIRS;
    String columnStep = perLane ? "16" : "LANES";
    for (int j = 0; j < vectors; j++) {
      String column = IndexText.sum("column", IndexText.product(Integer.toString(j), columnStep));
      if (c.operands() == Operands.PIXELS) {
        text.line("int column%d = Math.min(%s, n - LANES);".formatted(j, column));
      } else if (j > 0 || TileIndices.namesFirstColumn(c)) {
        text.line("int column%d = %s;".formatted(j, column));
      }
      text.line(
          "int w%d = %s;"
              .formatted(
                  j,
                  TileIndices.columnIndex(
                      "wo", c.operands().columnsInPanels() ? "panel" : "", c, j)));
      text.line(
          "int c%d = %s;"
              .formatted(j, TileIndices.columnIndex("co", TileIndices.resultPanel(c), c, j)));
    }
    boolean masked = tail && !c.operands().resultInPanels();
    boolean all = TileIndices.takesAll(c, tail);
    boolean goesOn = !all && !c.operands().startsFromZero();
    if (goesOn) {
      text.open("if (first)");
    }
    if (!c.operands().startsFromZero()) {
      starts(c, rows, vectors, text);
    }
    if (goesOn) {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < vectors; j++) {
          text.line(
              SimdPrinter.VECTOR
                  + ".cast(start%d).intoArray(c, %s);"
                      .formatted(perRow ? i : j, TileIndices.resultIndex(c, i, j)));
        }
      }
      text.close();
    }
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < vectors; j++) {
        String sum =
            goesOn
                ? "FloatVector.fromArray(SPECIES, c, " + TileIndices.resultIndex(c, i, j) + ")"
                : c.operands().startsFromZero()
                    ? "FloatVector.zero(SPECIES)"
                    : "start" + (perRow ? i : j);
        text.line("FloatVector s" + i + "_" + j + " = " + sum + ";");
      }
    }
    if (all) {
      TileIndices.openLoops(c, text);
    } else {
      TileIndices.openLoop(c, text);
    }
    for (int step = 0; step < TileIndices.stepsWritten(c, all); step++) {
      String a = index(c, all, "a", step);
      String b = index(c, all, "w", step);
      step(c, rows, vectors, a, b, step == 0 ? "" : "_" + step, text);
    }
    text.close();
    for (int level = 1; all && level < TileIndices.loops(c); level++) {
      text.close();
    }
    for (int j = 0; j < vectors && masked; j++) {
      text.line(
          "VectorMask<Float> mask%d = VectorMask.fromLong(SPECIES, (1L << Math.clamp(n - %s, 0, LANES)) - 1);"
              .formatted(j, TileIndices.columnName(c, j)));
    }
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < vectors; j++) {
        text.line(
            "%s.intoArray(c, %s%s);"
                .formatted(
                    c.operands().addsToResult()
                        ? SimdPrinter.VECTOR
                            + ".cast(FloatVector.fromArray(SPECIES, c, %s).add(s%d_%d))"
                                .formatted(TileIndices.resultIndex(c, i, j), i, j)
                        : SimdPrinter.VECTOR + ".cast(s%d_%d)".formatted(i, j),
                    TileIndices.resultIndex(c, i, j),
                    masked ? ", mask" + j : ""));
      }
    }
    if (tail && c.operands().resultInPanels()) {
      text.open("for (int j = n; j < ((n + 15) & -16); j++)");
      text.line("int padding = co + (j >> 4) * panel + (j & 15);");
      for (int i = 0; i < rows; i++) {
        text.line("c[%s] = 0;".formatted(IndexText.sum("padding", Integer.toString(16 * i))));
      }
      text.close();
    }
    return text.toString();
  }

  private static String index(Contraction c, boolean all, String side, int step) {
    return all
        ? TileIndices.nestedIndex(c, side, Integer.toString(step))
        : TileIndices.innerIndex(c, side, Integer.toString(step));
  }

  /** What sums start from: the bias of each column, or of each row where those are filters. */
  private static void starts(Contraction c, int rows, int vectors, JavaText text) {
    if (c.operands().biasOfRow()) {
      for (int i = 0; i < rows; i++) {
        text.line(
            "FloatVector start%d = FloatVector.broadcast(SPECIES, bo < 0 ? 0 : b[%s]);"
                .formatted(i, IndexText.sum("bo", Integer.toString(i))));
      }
      return;
    }
    // A choice between arrays, not between vectors: the JVM's compiler may keep those on the heap.
    text.line("float[] bias = bo < 0 ? ZEROS : b;");
    for (int j = 0; j < vectors; j++) {
      text.line(
          "FloatVector start%d = FloatVector.fromArray(SPECIES, bias, bo < 0 ? 0 : bo + %s);"
              .formatted(j, TileIndices.columnName(c, j)));
    }
  }

  /** The multiply-adds of one step; {@code suffix} tells the operands of steps apart. */
  private static void step(
      Contraction c,
      int rows,
      int vectors,
      String innerA,
      String innerB,
      String suffix,
      JavaText text) {
    boolean perLane = c.operands() == Operands.LANE_PAIRS;
    for (int j = 0; j < vectors; j++) {
      text.line(
          "FloatVector b"
              + j
              + suffix
              + " = FloatVector.fromArray(SPECIES, w, "
              + IndexText.sum("w" + j, innerB)
              + ");");
    }
    for (int i = 0; i < rows; i++) {
      String at = IndexText.sum(innerA, TileIndices.rowOffset(c, i));
      String load =
          perLane
              ? "FloatVector.fromArray(SPECIES, a, " + at + ")"
              : "FloatVector.broadcast(SPECIES, a[" + at + "])";
      boolean once = vectors == 1 && !perLane;
      if (!once) {
        text.line("FloatVector a" + i + suffix + " = " + load + ";");
      }
      for (int j = 0; j < vectors; j++) {
        String sum = "s" + i + "_" + j;
        String factor = once ? load : "a" + i + suffix;
        text.line(sum + " = " + factor + ".fma(b" + j + suffix + ", " + sum + ");");
      }
    }
  }
}

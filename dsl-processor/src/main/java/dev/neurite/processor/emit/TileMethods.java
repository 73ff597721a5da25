package dev.neurite.processor.emit;

import dev.neurite.processor.kernel.Contraction;
import dev.neurite.processor.kernel.Contraction.Operands;
import dev.neurite.processor.kernel.IndexText;
import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.Kernel.Parameter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * The register tiles of a class: each a method whose accumulators are local variables, written once
 * whatever the number of kernels that call it.
 */
final class TileMethods {

  /** A tile's method: its parameters and its body. */
  record Tile(String name, String documentation, List<Parameter> parameters, String body) {}

  /** Steps of one call of a tile: fewer than C2's LoopStripMiningIter, 1000. */
  private static final int MOST_STEPS = 512;

  private static final List<Parameter> TRANSPOSITION =
      Kernel.parameters("real[] x, int xo, int xStep, real[] y, int yo, int yStep");

  private final Map<String, Tile> tiles = new LinkedHashMap<>();
  private final String real;

  TileMethods(String real) {
    this.real = real;
  }

  Iterable<Tile> all() {
    return tiles.values();
  }

  /**
   * Registers a tile of {@code rows} rows and {@code vectors} vectors and returns a call of it for
   * row i and a column.
   */
  String simd(
      Contraction c,
      List<Parameter> kernel,
      int rows,
      int vectors,
      boolean tail,
      String row,
      String column) {
    String name = c.name() + rows + "x" + vectors + (tail ? "Tail" : "");
    List<Parameter> parameters = takesAll(c, tail) ? allParameters(kernel) : parameters(c, kernel);
    tiles.computeIfAbsent(
        name,
        ignored ->
            new Tile(
                name,
                "%d rows by %s."
                    .formatted(rows, vectors == 1 ? "one vector" : vectors + " vectors"),
                parameters,
                simdBody(c, rows, vectors, tail)));
    return call(name, c, parameters, takesAll(c, tail), row, column);
  }

  /**
   * Whether a tile takes all steps in one call: one that stores part of its last vector does not go
   * on from what it stored, since masked loads beside masked stores are more than C2 inlines.
   */
  static boolean takesAll(Contraction c, boolean tail) {
    return tail && c.operands() == Operands.OUTPUTS;
  }

  private static List<Parameter> allParameters(List<Parameter> kernel) {
    List<Parameter> all = new ArrayList<>(kernel.subList(1, kernel.size()));
    all.add(new Parameter(Kernel.Type.INT, "column"));
    return all;
  }

  /** Registers the tile of one row and 16 columns and returns a call of it. */
  String scalar(Contraction c, List<Parameter> kernel, String row, String column) {
    String name = c.name() + "1x16";
    List<Parameter> parameters = parameters(c, kernel);
    tiles.computeIfAbsent(
        name, ignored -> new Tile(name, "One row by 16 columns.", parameters, scalarBody(c)));
    return call(name, c, parameters, false, row, column);
  }

  /**
   * What a tile takes of its kernel's parameters: all but what the loops around it use up, and how
   * many steps of the innermost loop it is to take.
   */
  private static List<Parameter> parameters(Contraction c, List<Parameter> kernel) {
    Set<String> outside = new HashSet<>(Set.of("m"));
    List<Contraction.Loop> loops = c.loops();
    for (Contraction.Loop loop : loops.subList(0, c.tileLoop())) {
      for (String text : List.of(loop.count(), loop.aStep(), loop.bStep())) {
        outside.addAll(List.of(text.split("[^A-Za-z]+")));
      }
    }
    outside.add(loops.get(c.tileLoop()).count());
    List<Parameter> all = new ArrayList<>();
    if (!c.operands().addsToResult()) {
      all.add(new Parameter(Kernel.Type.BOOLEAN, "first"));
    }
    all.add(new Parameter(Kernel.Type.INT, "steps"));
    kernel.stream().filter(parameter -> !outside.contains(parameter.name())).forEach(all::add);
    all.add(new Parameter(Kernel.Type.INT, "column"));
    return all;
  }

  /**
   * Opens the loops around a tile; it takes at most {@value #MOST_STEPS} steps at once, so that C2
   * knows its loop to be short and puts no safepoint into it. The values that live across a
   * safepoint lie in memory, and with them all sums.
   */
  static void openPasses(Contraction c, JavaText text) {
    String a = "ao";
    String w = "wo";
    List<String> first = new ArrayList<>();
    List<Contraction.Loop> loops = c.loops();
    for (int level = 0; level <= c.tileLoop(); level++) {
      Contraction.Loop loop = loops.get(level);
      boolean inner = level == c.tileLoop();
      String variable = loop.variable();
      text.open(
          "for (int %s = 0; %s < %s; %s)"
              .formatted(
                  variable,
                  variable,
                  loop.count(),
                  inner ? variable + " += " + MOST_STEPS : variable + "++"));
      String suffix = inner ? "At" : String.valueOf((char) ('A' + level));
      text.line(
          "int a%s = %s;"
              .formatted(suffix, IndexText.sum(a, IndexText.product(variable, loop.aStep()))));
      text.line(
          "int w%s = %s;"
              .formatted(suffix, IndexText.sum(w, IndexText.product(variable, loop.bStep()))));
      a = "a" + suffix;
      w = "w" + suffix;
      first.add(variable + " == 0");
      if (inner) {
        text.line(
            "int steps = Math.min(%s - %s, %d);".formatted(loop.count(), variable, MOST_STEPS));
      }
    }
    if (!c.operands().addsToResult()) {
      text.line("boolean first = %s;".formatted(String.join(" && ", first)));
    }
  }

  static void closePasses(Contraction c, JavaText text) {
    for (int level = 0; level <= c.tileLoop(); level++) {
      text.close();
    }
  }

  /** Registers the scalar transposition of a block of 16 x 16 and returns its name. */
  String scalarTransposition() {
    tiles.computeIfAbsent(
        "transpose16",
        name ->
            new Tile(
                name, "y[j][i] = x[i][j] for 16 x 16.", TRANSPOSITION, scalarTranspositionBody()));
    return "transpose16";
  }

  private static String scalarTranspositionBody() {
    JavaText text = new JavaText();
    text.open("for (int j = 0; j < 16; j++)");
    text.line("int from = xo + j;");
    text.line("int into = yo + j * yStep;");
    for (int i = 0; i < 16; i++) {
      text.line(
          "y[%s] = x[%s];"
              .formatted(
                  IndexText.sum("into", Integer.toString(i)),
                  IndexText.sum("from", IndexText.product(Integer.toString(i), "xStep"))));
    }
    text.close();
    return text.toString();
  }

  /** Registers the same in blocks of four lanes, which every vector width has. */
  String simdTransposition() {
    tiles.computeIfAbsent(
        "transpose4",
        name ->
            new Tile(
                name,
                "y[j][i] = x[i][j] for 4 x 4: pairs of lanes change places, then halves.",
                TRANSPOSITION,
                """
                FloatVector x0 = FloatVector.fromArray(QUAD, x, xo);
                FloatVector x1 = FloatVector.fromArray(QUAD, x, xo + xStep);
                FloatVector x2 = FloatVector.fromArray(QUAD, x, xo + 2 * xStep);
                FloatVector x3 = FloatVector.fromArray(QUAD, x, xo + 3 * xStep);
                FloatVector s0 = x0.blend(x1.rearrange(PAIRS), ODD);
                FloatVector s1 = x1.blend(x0.rearrange(PAIRS), EVEN);
                FloatVector s2 = x2.blend(x3.rearrange(PAIRS), ODD);
                FloatVector s3 = x3.blend(x2.rearrange(PAIRS), EVEN);
                s0.blend(s2.rearrange(HALVES), HIGH).intoArray(y, yo);
                s1.blend(s3.rearrange(HALVES), HIGH).intoArray(y, yo + yStep);
                s2.blend(s0.rearrange(HALVES), LOW).intoArray(y, yo + 2 * yStep);
                s3.blend(s1.rearrange(HALVES), LOW).intoArray(y, yo + 3 * yStep);
                """));
    tiles.computeIfAbsent(
        "transpose16",
        name ->
            new Tile(
                name,
                "y[j][i] = x[i][j] for 16 x 16.",
                TRANSPOSITION,
                """
                for (int i = 0; i < 16; i += 4) {
                  for (int j = 0; j < 16; j += 4) {
                    transpose4(x, xo + i * xStep + j, xStep, y, yo + j * yStep + i, yStep);
                  }
                }
                """));
    return "transpose16";
  }

  /** Whether some kernel transposes blocks. */
  boolean transposes() {
    return tiles.containsKey("transpose16");
  }

  private static String call(
      String name,
      Contraction c,
      List<Parameter> parameters,
      boolean all,
      String row,
      String column) {
    String resultStep = c.operands().resultInPanels() ? "16" : "ldc";
    boolean perRow = c.operands() == Operands.LANES;
    boolean perLane = c.operands() == Operands.LANE_PAIRS;
    return parameters.stream()
        .map(
            parameter ->
                switch (parameter.name()) {
                  case "ao" ->
                      IndexText.sum(
                          all ? "ao" : "aAt",
                          IndexText.product(row, c.rowStep()),
                          perLane ? "(" + column + " & 15)" : "0");
                  case "wo" -> all ? "wo" : "wAt";
                  case "bo" -> perRow ? "bo < 0 ? bo : " + IndexText.sum("bo", row) : "bo";
                  case "co" -> IndexText.sum("co", IndexText.product(row, resultStep));
                  case "column" -> column;
                  case String other -> other;
                })
        .collect(Collectors.joining(", ", name + "(", ")"));
  }

  private static String simdBody(Contraction c, int rows, int vectors, boolean tail) {
    JavaText text = new JavaText();
    boolean perRow = c.operands() == Operands.LANES;
    boolean perLane = c.operands() == Operands.LANE_PAIRS;
    String columnStep = perLane ? "16" : "LANES";
    for (int j = 0; j < vectors; j++) {
      String column = IndexText.sum("column", IndexText.product(Integer.toString(j), columnStep));
      if (c.operands().columnsInPanels() || c.operands().resultInPanels() || j > 0) {
        text.line("int column%d = %s;".formatted(j, column));
      }
      text.line(
          "int w%d = %s;"
              .formatted(
                  j, columnIndex("wo", c.operands().columnsInPanels() ? "panel" : "", c, j)));
      text.line("int c%d = %s;".formatted(j, columnIndex("co", resultPanel(c), c, j)));
    }
    for (int j = 0; j < vectors && !perRow; j++) {
      if (!c.operands().addsToResult()) {
        text.line(
            "FloatVector start%d = bo < 0 ? FloatVector.zero(SPECIES) : FloatVector.fromArray(SPECIES, b, bo + %s);"
                .formatted(j, columnName(c, j)));
      }
    }
    boolean masked = tail && !c.operands().resultInPanels();
    boolean all = takesAll(c, tail);
    if (!all && !c.operands().addsToResult()) {
      text.line("VectorMask<Float> fresh = SPECIES.maskAll(first);");
    }
    for (int i = 0; i < rows; i++) {
      if (perRow) {
        text.line(
            "FloatVector start%d = FloatVector.broadcast(SPECIES, bo < 0 ? 0 : b[%s]);"
                .formatted(i, IndexText.sum("bo", Integer.toString(i))));
      }
      for (int j = 0; j < vectors; j++) {
        text.line(
            "FloatVector s%d_%d = %s;"
                .formatted(
                    i,
                    j,
                    c.operands().addsToResult()
                        ? "FloatVector.zero(SPECIES)"
                        : (all
                                ? ""
                                : "FloatVector.fromArray(SPECIES, c, "
                                    + resultIndex(c, i, j)
                                    + ").blend(")
                            + "start"
                            + (perRow ? i : j)
                            + (all ? "" : ", fresh)")));
      }
    }
    if (all) {
      openLoops(c, text);
    } else {
      openLoop(c, text);
    }
    for (int step = 0; step < (all ? 1 : c.stepsATurn()); step++) {
      String a = all ? nestedIndex(c, "a") : innerIndex(c, "a", step);
      String b = all ? nestedIndex(c, "w") : innerIndex(c, "w", step);
      simdStep(c, rows, vectors, a, b, step == 0 ? "" : "_" + step, text);
    }
    text.close();
    for (int level = 1; all && level < c.loops().size(); level++) {
      text.close();
    }
    for (int j = 0; j < vectors && masked; j++) {
      text.line("VectorMask<Float> mask%d = firstLanes(n - %s);".formatted(j, columnName(c, j)));
    }
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < vectors; j++) {
        text.line(
            "%s.intoArray(c, %s%s);"
                .formatted(
                    c.operands().addsToResult()
                        ? "FloatVector.fromArray(SPECIES, c, %s).add(s%d_%d)"
                            .formatted(resultIndex(c, i, j), i, j)
                        : "s%d_%d".formatted(i, j),
                    resultIndex(c, i, j),
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

  /** The multiply-adds of one step; {@code suffix} tells the operands of steps apart. */
  private static void simdStep(
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
          "FloatVector b%d%s = FloatVector.fromArray(SPECIES, w, %s);"
              .formatted(j, suffix, IndexText.sum("w" + j, innerB)));
    }
    for (int i = 0; i < rows; i++) {
      String at = IndexText.sum(innerA, rowOffset(c, i));
      String load =
          perLane
              ? "FloatVector.fromArray(SPECIES, a, %s)".formatted(at)
              : "FloatVector.broadcast(SPECIES, a[%s])".formatted(at);
      if (vectors == 1 && !perLane) {
        text.line("s%d_0 = %s.fma(b0%s, s%d_0);".formatted(i, load, suffix, i));
      } else {
        text.line("FloatVector a%d%s = %s;".formatted(i, suffix, load));
        for (int j = 0; j < vectors; j++) {
          text.line(
              "s%d_%d = a%d%s.fma(b%d%s, s%d_%d);".formatted(i, j, i, suffix, j, suffix, i, j));
        }
      }
    }
  }

  private String scalarBody(Contraction c) {
    JavaText text = new JavaText();
    boolean perRow = c.operands() == Operands.LANES;
    boolean perLane = c.operands() == Operands.LANE_PAIRS;
    text.line(
        "int w0 = %s;"
            .formatted(scalarColumn("wo", c.operands().columnsInPanels() ? "panel" : "")));
    text.line("int c0 = %s;".formatted(scalarColumn("co", resultPanel(c))));
    if (!c.operands().addsToResult()) {
      text.line("boolean biased = bo >= 0;");
    }
    for (int j = 0; j < 16; j++) {
      text.line(
          "%s s%d = %s;"
              .formatted(
                  real,
                  j,
                  c.operands().addsToResult()
                      ? "0"
                      : "biased ? b["
                          + (perRow ? "bo" : IndexText.sum("bo + column", Integer.toString(j)))
                          + "] : 0"));
    }
    boolean whole = perRow || perLane;
    if (!c.operands().addsToResult()) {
      text.open("if (!first)");
      columns(
          text, whole, j -> "s%d = c[%s];".formatted(j, IndexText.sum("c0", Integer.toString(j))));
      text.close();
    }
    openLoop(c, text);
    for (int step = 0; step < c.stepsATurn(); step++) {
      scalarStep(c, step, step == 0 ? "" : "_" + step, text);
    }
    text.close();
    columns(text, whole, j -> store(c, j));
    return text.toString();
  }

  private void scalarStep(Contraction c, int step, String suffix, JavaText text) {
    boolean perLane = c.operands() == Operands.LANE_PAIRS;
    if (perLane) {
      text.line("int from%s = %s;".formatted(suffix, innerIndex(c, "a", step)));
    } else {
      text.line("%s x%s = a[%s];".formatted(real, suffix, innerIndex(c, "a", step)));
    }
    text.line("int at%s = %s;".formatted(suffix, IndexText.sum("w0", innerIndex(c, "w", step))));
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

  private static void openLoop(Contraction c, JavaText text) {
    String variable = c.loops().get(c.tileLoop()).variable();
    text.line("int last = Math.min(steps, %d);".formatted(MOST_STEPS));
    text.open("for (int %s = 0; %s < last; %s++)".formatted(variable, variable, variable));
  }

  private static void openLoops(Contraction c, JavaText text) {
    String a = "ao";
    String w = "";
    List<Contraction.Loop> loops = c.loops();
    for (int level = 0; level < loops.size(); level++) {
      Contraction.Loop loop = loops.get(level);
      text.open(
          "for (int %s = 0; %s < %s; %s++)"
              .formatted(loop.variable(), loop.variable(), loop.count(), loop.variable()));
      if (level < loops.size() - 1) {
        char letter = (char) ('A' + level);
        String step = IndexText.product(loop.variable(), loop.bStep());
        text.line(
            "int a%s = %s;"
                .formatted(
                    letter, IndexText.sum(a, IndexText.product(loop.variable(), loop.aStep()))));
        text.line("int w%s = %s;".formatted(letter, w.isEmpty() ? step : IndexText.sum(w, step)));
        a = "a" + letter;
        w = "w" + letter;
      }
    }
  }

  private static String nestedIndex(Contraction c, String side) {
    Contraction.Loop inner = c.loops().getLast();
    String outer = side + (char) ('A' + c.loops().size() - 2);
    String step = side.equals("a") ? inner.aStep() : inner.bStep();
    return IndexText.sum(outer, IndexText.product(inner.variable(), step));
  }

  /** The index of a step of one turn of the tile's loop. */
  private static String innerIndex(Contraction c, String side, int step) {
    Contraction.Loop turn = c.loops().get(c.tileLoop());
    Contraction.Loop inner = c.loops().getLast();
    boolean isA = side.equals("a");
    return IndexText.sum(
        isA ? "ao" : "0",
        IndexText.product(turn.variable(), isA ? turn.aStep() : turn.bStep()),
        IndexText.product(Integer.toString(step), isA ? inner.aStep() : inner.bStep()));
  }

  private static String rowOffset(Contraction c, int row) {
    return IndexText.product(Integer.toString(row), c.rowStep());
  }

  private static String columnName(Contraction c, int j) {
    return j > 0 || c.operands().columnsInPanels() || c.operands().resultInPanels()
        ? "column" + j
        : "column";
  }

  /** The step from one panel of results to the next, or nothing where they lie side by side. */
  private static String resultPanel(Contraction c) {
    return c.operands() == Operands.LANES
        ? "resultPanel"
        : c.operands().resultInPanels() ? "panel" : "";
  }

  private static String columnIndex(String base, String panel, Contraction c, int j) {
    String column = columnName(c, j);
    return panel.isEmpty()
        ? base + " + " + column
        : "%s + (%s >> 4) * %s + (%s & 15)".formatted(base, column, panel, column);
  }

  private static String scalarColumn(String base, String panel) {
    return panel.isEmpty() ? base + " + column" : base + " + (column >> 4) * " + panel;
  }

  private static String resultIndex(Contraction c, int i, int j) {
    String step = c.operands().resultInPanels() ? "16" : "ldc";
    return IndexText.sum("c" + j, IndexText.product(Integer.toString(i), step));
  }
}

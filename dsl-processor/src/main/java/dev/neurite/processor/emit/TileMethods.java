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
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The register tiles of a class: each a method whose accumulators are local variables, written once
 * whatever the number of kernels that call it.
 */
final class TileMethods {

  /** A tile's method: its parameters and its body. */
  record Tile(String name, String documentation, List<Parameter> parameters, String body) {}

  private static final List<Parameter> TRANSPOSITION =
      Kernel.parameters("real[] x, int xo, int xStep, real[] y, int yo, int yStep");

  private static final Pattern BETWEEN_NAMES = Pattern.compile("[^A-Za-z]+");

  /** What the loops around a tile of neighbouring pixels use up. */
  private static final Set<String> ROWS = Set.of("m", "rows", "rowStep");

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
      Kernel kernel,
      int rows,
      int vectors,
      boolean tail,
      String row,
      String column) {
    boolean all = TileIndices.takesAll(c, tail);
    boolean own = isOwn(c, kernel, new Contraction.Tile(rows, vectors), tail);
    String name =
        (own ? kernel.name() + "By" : c.name()) + rows + "x" + vectors + (tail ? "Tail" : "");
    List<Parameter> every = parameters(c, kernel, all);
    Map<String, Integer> constants = own ? kernel.constants() : Map.of();
    List<Parameter> parameters =
        every.stream().filter(parameter -> !constants.containsKey(parameter.name())).toList();
    tiles.computeIfAbsent(
        name,
        ignored ->
            new Tile(
                name,
                "%s by %s."
                    .formatted(
                        rows == 1 ? "One row" : rows + " rows",
                        vectors == 1 ? "one vector" : vectors + " vectors"),
                parameters,
                constants(every, constants) + SimdTile.body(c, rows, vectors, tail)));
    return call(name, c, parameters, all, row, column);
  }

  /**
   * Whether the numbers of a kernel stand in a tile: in the large ones, which most rows go through,
   * and in all where they bound loops. The others are shared with other kernels.
   */
  private static boolean isOwn(Contraction c, Kernel kernel, Contraction.Tile tile, boolean tail) {
    return !kernel.constants().isEmpty()
        && (c.nested() || (!tail && (tile.equals(c.wide()) || tile.equals(c.narrow()))));
  }

  private static String constants(List<Parameter> parameters, Map<String, Integer> constants) {
    JavaText text = new JavaText();
    for (Parameter parameter : parameters) {
      Integer value = constants.get(parameter.name());
      if (value != null) {
        text.constant(parameter.name(), value);
      }
    }
    return text.toString();
  }

  private static List<Parameter> parameters(Contraction c, Kernel kernel, boolean all) {
    if (!all) {
      return parameters(c, kernel.parameters());
    }
    Set<String> outside = c.operands() == Operands.PIXELS ? ROWS : Set.of("m");
    List<Parameter> every =
        new ArrayList<>(
            kernel.parameters().stream()
                .filter(parameter -> !outside.contains(parameter.name()))
                .toList());
    every.add(new Parameter(Kernel.Type.INT, "column"));
    return every;
  }

  /** Registers the tile of one row and 16 columns and returns a call of it. */
  String scalar(Contraction c, Kernel kernel, String row, String column) {
    String name = c.name() + (c.nested() ? "Nest" : "") + "1x16";
    List<Parameter> parameters = parameters(c, kernel, c.takesAll());
    tiles.computeIfAbsent(
        name,
        ignored -> new Tile(name, "One row by 16 columns.", parameters, ScalarTile.body(c, real)));
    return call(name, c, parameters, c.takesAll(), row, column);
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
        outside.addAll(List.of(BETWEEN_NAMES.split(text)));
      }
    }
    outside.add(loops.get(c.tileLoop()).count());
    List<Parameter> all = new ArrayList<>();
    if (!c.operands().startsFromZero()) {
      all.add(new Parameter(Kernel.Type.BOOLEAN, "first"));
    }
    all.add(new Parameter(Kernel.Type.INT, "steps"));
    kernel.stream().filter(parameter -> !outside.contains(parameter.name())).forEach(all::add);
    all.add(new Parameter(Kernel.Type.INT, "column"));
    return all;
  }

  /**
   * Opens the loops around a tile; it takes at most {@link TileIndices#mostSteps} steps at once, so
   * that C2 knows its loop to be short and puts no safepoint into it. The values that live across a
   * safepoint lie in memory, and with them all sums.
   */
  static void openPasses(Contraction c, JavaText text) {
    if (c.takesAll()) {
      return;
    }
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
                  inner ? variable + " += " + TileIndices.mostSteps(c) : variable + "++"));
      String suffix = inner ? "At" : String.valueOf((char) ('A' + level));
      text.line("int a%s = %s;".formatted(suffix, IndexText.sum(a, loop.aIndex())));
      text.line("int w%s = %s;".formatted(suffix, IndexText.sum(w, loop.bIndex())));
      a = "a" + suffix;
      w = "w" + suffix;
      first.add(variable + " == 0");
      if (inner) {
        text.line(
            "int steps = Math.min(%s - %s, %d);"
                .formatted(loop.count(), variable, TileIndices.mostSteps(c)));
      }
    }
    if (!c.operands().startsFromZero()) {
      text.line("boolean first = %s;".formatted(String.join(" && ", first)));
    }
  }

  /** Opens the loop over the rows of an image. */
  static void openRows(JavaText text) {
    text.open("for (int row = 0; row < rows; row++)");
    text.line("int wAt = wo + row * rowStep;");
    text.line("int cAt = co + row * n;");
  }

  static void closePasses(Contraction c, JavaText text) {
    for (int level = 0; !c.takesAll() && level <= c.tileLoop(); level++) {
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
                QUAD_VECTOR.cast(s0.blend(s2.rearrange(HALVES), HIGH)).intoArray(y, yo);
                QUAD_VECTOR.cast(s1.blend(s3.rearrange(HALVES), HIGH)).intoArray(y, yo + yStep);
                QUAD_VECTOR.cast(s2.blend(s0.rearrange(HALVES), LOW)).intoArray(y, yo + 2 * yStep);
                QUAD_VECTOR.cast(s3.blend(s1.rearrange(HALVES), LOW)).intoArray(y, yo + 3 * yStep);
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
    boolean perLane = c.operands() == Operands.LANE_PAIRS;
    boolean pixels = c.operands() == Operands.PIXELS;
    return parameters.stream()
        .map(
            parameter ->
                switch (parameter.name()) {
                  case "ao" ->
                      IndexText.sum(
                          all ? "ao" : "aAt",
                          c.rows().index(row),
                          perLane ? "(" + column + " & 15)" : "0");
                  case "wo" -> all && !pixels ? "wo" : "wAt";
                  case "bo" ->
                      c.operands().biasOfRow() ? "bo < 0 ? bo : " + IndexText.sum("bo", row) : "bo";
                  case "co" ->
                      IndexText.sum(pixels ? "cAt" : "co", IndexText.product(row, resultStep));
                  case "column" -> column;
                  case String other -> other;
                })
        .collect(Collectors.joining(", ", name + "(", ")"));
  }
}

package dev.neurite.processor.emit;

import dev.neurite.processor.kernel.Contraction;
import dev.neurite.processor.kernel.IndexText;
import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.Stmt;
import dev.neurite.processor.kernel.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Kernels with the Vector API: whole vectors first, then what is left lane by lane as scalar code.
 */
final class SimdPrinter extends KernelPrinter {

  /** The constant that holds the class of vectors, and that of vectors of four lanes. */
  static final String VECTOR = "VECTOR";

  static final String QUAD_VECTOR = "QUAD_VECTOR";

  /** Shuffles that bring each lane what the fourth or the eighth lane behind it has. */
  static final String FOUR_ON = "FOUR_ON";

  static final String EIGHT_ON = "EIGHT_ON";

  /** Shuffles that bring every other lane to the front, from the first or the second on. */
  static final String EVEN_LANES = "EVEN_LANES";

  static final String ODD_LANES = "ODD_LANES";

  private final TileMethods tiles;
  private final Kernel kernel;

  SimdPrinter(TileMethods tiles, Kernel kernel) {
    super("float");
    this.tiles = tiles;
    this.kernel = kernel;
  }

  @Override
  void lanes(Stmt.Lanes lanes) {
    String lane = fresh("i");
    if (lanes.rest() != Stmt.Lanes.Rest.ONE_BY_ONE) {
      text.open(
          "for (int %s = 0; %s < %s; %s += LANES)".formatted(lane, lane, lanes.count(), lane));
      vectorLanes(lanes, lane);
      text.close();
      return;
    }
    String end = fresh("end");
    text.line("int " + lane + " = 0;");
    text.open(
        "for (int %s = SPECIES.loopBound(%s); %s < %s; %s += LANES)"
            .formatted(end, lanes.count(), lane, end, lane));
    vectorLanes(lanes, lane);
    text.close();
    text.open("for (; %s < %s; %s++)".formatted(lane, lanes.count(), lane));
    scalarLanes(lanes.body(), lane);
    text.close();
  }

  private void vectorLanes(Stmt.Lanes lanes, String lane) {
    vectorLanes(lanes.body(), new VectorValues(this, "SPECIES", lane, carried(lanes.body())));
  }

  private void vectorLanes(List<Stmt> body, VectorValues values) {
    for (Stmt statement : body) {
      switch (statement) {
        case Stmt.Let let ->
            text.line("FloatVector " + let.name() + " = " + values.print(let.value()) + ";");
        case Stmt.Set set -> text.line(set.name() + " = " + values.print(set.value()) + ";");
        case Stmt.Put put ->
            text.line(
                "%s.intoArray(%s, %s);"
                    .formatted(
                        values.stored(put.value()),
                        put.array(),
                        IndexText.sum(put.index(), values.lane())));
        case Stmt.For loop -> {
          text.open(
              "for (int %s = %s; %s < %s; %s += %d)"
                  .formatted(
                      loop.variable(),
                      loop.from(),
                      loop.variable(),
                      loop.to(),
                      loop.variable(),
                      loop.step()));
          vectorLanes(loop.body(), values);
          text.close();
        }
        case Stmt.Int declared ->
            text.line("int " + declared.name() + " = " + declared.expression() + ";");
        case Stmt.If choice -> throw misplaced(choice);
        case Stmt.Lanes lanes -> throw misplaced(lanes);
        case Stmt.Reduce reduce -> throw misplaced(reduce);
        case Stmt.Plain plain -> throw misplaced(plain);
        case Stmt.Transpose16 block -> throw misplaced(block);
        case Stmt.MaxPairs pairs -> throw misplaced(pairs);
        case Stmt.Contract contract -> throw misplaced(contract);
      }
    }
  }

  /** The variables that statements set again, in a loop or behind it. */
  private static Set<String> carried(List<Stmt> body) {
    Set<String> names = new HashSet<>();
    for (Stmt statement : body) {
      if (statement instanceof Stmt.Set set) {
        names.add(set.name());
      } else if (statement instanceof Stmt.For loop) {
        names.addAll(carried(loop.body()));
      }
    }
    return names;
  }

  @Override
  void reduce(Stmt.Reduce reduce) {
    switch (reduce.partials()) {
      case VARIABLES -> reduceInVariables(reduce);
      case VECTORS -> reduceInVectors(reduce);
    }
  }

  /**
   * The 16 partial results of the definition in one, two or four vectors, joined as the scalar form
   * joins them. Vectors of four lanes would need no choice between widths, but C2 compiles
   * additions for every class of vectors that the process has added.
   */
  private void reduceInVectors(Stmt.Reduce reduce) {
    boolean sum = reduce.kind() == Stmt.Reduce.Kind.SUM;
    String join = sum ? "add" : "max";
    String lane = fresh("i");
    text.line("float " + reduce.name() + " = " + (sum ? "0" : "Float.NEGATIVE_INFINITY") + ";");
    text.line("int " + lane + " = 0;");
    text.open("if (" + reduce.count() + " >= 16)");
    String[] partial = new String[4];
    for (int j = 0; j < 4; j++) {
      partial[j] = fresh("partial" + j);
      String start =
          sum
              ? "FloatVector.zero(SPECIES)"
              : "FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY)";
      text.line("FloatVector " + partial[j] + " = " + start + ";");
    }
    text.open("for (; " + lane + " <= " + reduce.count() + " - 16; " + lane + " += 16)");
    add(partial[0], join, reduce.value(), lane);
    text.open("if (LANES < 16)");
    add(partial[1], join, reduce.value(), lane + " + LANES");
    text.close();
    text.open("if (LANES < 8)");
    add(partial[2], join, reduce.value(), lane + " + 8");
    add(partial[3], join, reduce.value(), lane + " + 12");
    text.close();
    text.close();
    String joined = fresh("joined");
    text.line("FloatVector " + joined + ";");
    text.open("if (LANES == 16)");
    text.line(joined + " = " + fours(partial[0], join) + ";");
    text.line(joined + " = " + folded(joined, join, EIGHT_ON) + ";");
    text.reopen("else if (LANES == 8)");
    text.line(
        joined
            + " = "
            + fours(partial[0], join)
            + "."
            + join
            + "("
            + fours(partial[1], join)
            + ");");
    text.reopen("else");
    text.line(
        joined
            + " = "
            + pair(partial[0], join, partial[1])
            + ("." + join + "(")
            + pair(partial[2], join, partial[3])
            + ");");
    text.close();
    String[] last = new String[4];
    for (int j = 0; j < 4; j++) {
      last[j] = VECTOR + ".cast(" + joined + ").lane(" + j + ")";
    }
    text.line(
        (sum ? "%s = (%s + %s) + (%s + %s);" : "%s = Math.max(Math.max(%s, %s), Math.max(%s, %s));")
            .formatted(reduce.name(), last[0], last[1], last[2], last[3]));
    text.close();
    rest(reduce, lane);
  }

  /** Joins what the vector from {@code lane} on has to a vector of partial results. */
  private void add(String partial, String join, Value value, String lane) {
    String more = new VectorValues(this, "SPECIES", lane, Set.of()).print(value);
    text.line(partial + " = " + pair(partial, join, more) + ";");
  }

  private static String pair(String partial, String join, String more) {
    return VECTOR + ".cast(" + partial + ")." + join + "(" + more + ")";
  }

  /** Each four lanes with the four that follow them. */
  private static String fours(String partial, String join) {
    return folded(partial, join, FOUR_ON);
  }

  private static String folded(String vector, String join, String shuffle) {
    return pair(vector, join, VECTOR + ".cast(" + vector + ").rearrange(" + shuffle + ")");
  }

  @Override
  String transposition() {
    return tiles.simdTransposition();
  }

  /** Columns with those behind the last that fill its panel. */
  private static final String END = "int end = (n + 15) & -16;";

  /** A form of tile: its vectors, and whether its last columns may be beyond the end. */
  private record Form(int vectors, boolean tail) {}

  /** Half a vector at a time: the pairs' largest numbers are in every other lane. */
  @Override
  void maxPairs(Stmt.MaxPairs pairs) {
    String lane = fresh("i");
    text.open(
        "for (int %s = 0; %s < %s; %s += LANES / 2)".formatted(lane, lane, pairs.count(), lane));
    String at = fresh("at");
    text.line("int %s = 2 * %s;".formatted(at, lane));
    String best = fresh("best");
    text.line(
        "FloatVector %s = %s.max(%s);"
            .formatted(
                best, vector(pairs.x(), pairs.upper(), at), vector(pairs.x(), pairs.lower(), at)));
    text.line(
        "%s.cast(%s.rearrange(%s).max(%s.rearrange(%s))).intoArray(%s, %s);"
            .formatted(
                VECTOR,
                best,
                EVEN_LANES,
                best,
                ODD_LANES,
                pairs.y(),
                IndexText.sum(pairs.yAt(), lane)));
    text.close();
  }

  private static String vector(String array, String... index) {
    return "FloatVector.fromArray(SPECIES, " + array + ", " + IndexText.sum(index) + ")";
  }

  @Override
  void contract(Stmt.Contract contract) {
    Contraction c = contract.contraction();
    switch (c.operands()) {
      case OUTPUTS -> {
        if (c.singleRow()) {
          singleRow(c);
        }
        byPanels(c);
      }
      case PANEL -> inPanel(c);
      case WEIGHTS, NEW_WEIGHTS -> byPanels(c);
      case LANES -> byPixels(c);
      case PIXELS -> overPixels(c);
      case LANE_PAIRS -> byLanes(c);
    }
  }

  /**
   * One row alone takes eight vectors at a time, then four, then two: a sum waits for the one
   * before it, so the more sums, the less waiting.
   */
  private void singleRow(Contraction c) {
    text.open("if (m == 1)");
    text.line("int column = 0;");
    String end = c.room() ? "end" : "n";
    if (c.room()) {
      text.line(END);
    }
    for (int vectors : new int[] {8, 4}) {
      String step = vectors + " * LANES";
      text.open("for (; column + %s <= %s; column += %s)".formatted(step, end, step));
      TileMethods.openPasses(c, text);
      text.line(tiles.simd(c, kernel, 1, vectors, false, "0", "column") + ";");
      TileMethods.closePasses(c, text);
      text.close();
    }
    text.open("for (; column < " + end + "; column += 2 * LANES)");
    TileMethods.openPasses(c, text);
    byForm(
        c,
        form ->
            onceIfAll(
                c,
                form,
                () ->
                    text.line(
                        tiles.simd(c, kernel, 1, form.vectors(), form.tail(), "0", "column")
                            + ";")));
    TileMethods.closePasses(c, text);
    text.close();
    text.line("return;");
    text.close();
  }

  private void byPanels(Contraction c) {
    if (c.wide().vectors() == 4) {
      text.open("if (WIDE)");
      text.open("for (int column = 0; column < n; column += 4 * LANES)");
      TileMethods.openPasses(c, text);
      text.line("int i = 0;");
      rowLoop(c, new Form(4, false), c.wide().rows());
      restByPairs(c);
      TileMethods.closePasses(c, text);
      text.close();
      text.line("return;");
      text.close();
    }
    if (c.room()) {
      text.line(END);
      text.open(
          "for (int column = (end - 1) / (2 * LANES) * (2 * LANES); column >= 0; column -= 2 * LANES)");
    } else {
      text.open("for (int column = 0; column < n; column += 2 * LANES)");
    }
    TileMethods.openPasses(c, text);
    text.line("int i = 0;");
    byForm(c, form -> onceIfAll(c, form, () -> rows(c, form)));
    TileMethods.closePasses(c, text);
    text.close();
  }

  /** One vector of sixteen lanes holds all columns; narrower ones come in pairs. */
  private void inPanel(Contraction c) {
    text.open("if (LANES == 16)");
    rowsInPanel(c, c.wide(), "0");
    text.reopen("else");
    text.open("for (int column = 16 - 2 * LANES; column >= 0; column -= 2 * LANES)");
    rowsInPanel(c, c.narrow(), "column");
    text.close();
    text.close();
  }

  private void rowsInPanel(Contraction c, Contraction.Tile tile, String column) {
    text.line("int i = 0;");
    int vectors = tile.vectors();
    int left = Objects.requireNonNull(kernel.constants().get("m"), "rows of a panel are a number");
    for (int rows : new int[] {tile.rows(), 8, 4, 2, 1}) {
      if (rows <= tile.rows() && rows <= left) {
        text.open("for (; i + %d <= m; i += %d)".formatted(rows, rows));
        text.line(tiles.simd(c, kernel, rows, vectors, false, "i", column) + ";");
        text.close();
        left %= rows;
      }
    }
  }

  /** Columns are pixels of 16 lanes each: whole vectors, whatever their width. */
  private void byPixels(Contraction c) {
    text.line("int column = 0;");
    text.open("if (WIDE)");
    columnLoop(c, c.wide());
    text.close();
    columnLoop(c, c.narrow());
    if (c.columns().odd()) {
      columnLoop(c, new Contraction.Tile(c.narrow().rows(), 1));
    }
  }

  /** Columns are neighbouring pixels; a tile moves its vectors back where they would end behind. */
  private void overPixels(Contraction c) {
    TileMethods.openRows(text);
    text.open(
        "for (int column = 0; column < n; column += %d * LANES)".formatted(c.wide().vectors()));
    tiles(c, c.wide());
    text.close();
    text.close();
  }

  private void columnLoop(Contraction c, Contraction.Tile tile) {
    String step = tile.vectors() == 1 ? "LANES" : tile.vectors() + " * LANES";
    text.open("for (; column + %s <= n; column += %s)".formatted(step, step));
    TileMethods.openPasses(c, text);
    tiles(c, tile);
    TileMethods.closePasses(c, text);
    text.close();
  }

  /** Columns have 16 lanes each, of which a tile takes the same for all its rows and columns. */
  private void byLanes(Contraction c) {
    text.open("for (int lane = 0; lane < 16; lane += LANES)");
    if (c.wide().equals(c.narrow())) {
      laneLoop(c, c.wide());
    } else {
      text.open("if (WIDE)");
      laneLoop(c, c.wide());
      text.reopen("else");
      laneLoop(c, c.narrow());
      text.close();
    }
    text.close();
  }

  private void laneLoop(Contraction c, Contraction.Tile tile) {
    text.open("for (int column = lane; column < n; column += %d)".formatted(16 * tile.vectors()));
    TileMethods.openPasses(c, text);
    tiles(c, tile);
    TileMethods.closePasses(c, text);
    text.close();
  }

  /** All rows in tiles of one width. */
  private void tiles(Contraction c, Contraction.Tile tile) {
    text.line("int i = 0;");
    rowLoop(c, new Form(tile.vectors(), false), tile.rows());
    if (c.moreRows() && tile.rows() > 1) {
      rowLoop(c, new Form(tile.vectors(), false), 1);
    }
  }

  /**
   * The forms of tiles that the columns from {@code column} on may need, each under its condition.
   */
  private void byForm(Contraction c, Consumer<Form> tile) {
    Contraction.Columns columns = c.columns();
    if (!columns.odd() && !columns.ragged()) {
      tile.accept(new Form(2, false));
      return;
    }
    String end = c.room() ? "end" : "n";
    text.open("if (column + 2 * LANES <= " + end + ")");
    tile.accept(new Form(2, false));
    if (columns.ragged()) {
      text.reopen("else if (LANES < 16 || column + LANES < n)");
      tile.accept(new Form(2, true));
    }
    if (columns.odd()) {
      text.reopen("else if (column + LANES == " + end + ")");
      tile.accept(new Form(1, false));
    }
    if (columns.oddRagged()) {
      text.reopen("else");
      tile.accept(new Form(1, true));
    }
    text.close();
  }

  /** The rows that a tile of four vectors leaves over: four by such a tile, others by pairs. */
  private void restByPairs(Contraction c) {
    if (c.endsWithFours()) {
      rowLoop(c, new Form(4, false), 4);
    }
    for (int rows : c.endsWithFours() ? new int[] {2, 1} : new int[] {4, 2, 1}) {
      if (rows < c.wide().rows()) {
        text.open("for (; i + %d <= m; i += %d)".formatted(rows, rows));
        for (String column : List.of("column", "column + 2 * LANES")) {
          text.line(tiles.simd(c, kernel, rows, 2, false, "i", column) + ";");
        }
        text.close();
      }
    }
  }

  /** A tile that takes all steps in one call is called in the first pass only. */
  private void onceIfAll(Contraction c, Form form, Runnable lines) {
    boolean all = TileIndices.takesAll(c, form.tail());
    if (all) {
      text.open("if (first)");
    }
    lines.run();
    if (all) {
      text.close();
    }
  }

  private void rows(Contraction c, Form form) {
    int narrow = c.narrow().rows();
    // Masks beside as many sums as 32 registers hold are more than C2 inlines.
    int wide = form.tail() || c.wide().vectors() != 2 ? narrow : c.wide().rows();
    if (wide == narrow) {
      rowLoop(c, form, wide);
    } else {
      text.open("if (WIDE)");
      rowLoop(c, form, wide);
      text.reopen("else");
      rowLoop(c, form, narrow);
      text.close();
    }
    int largest = Math.max(wide, narrow);
    for (int rows : new int[] {4, 2, 1}) {
      if (rows < largest) {
        rowLoop(c, form, rows);
      }
    }
  }

  private void rowLoop(Contraction c, Form form, int rows) {
    text.open("for (; i + %d <= m; i += %d)".formatted(rows, rows));
    text.line(tiles.simd(c, kernel, rows, form.vectors(), form.tail(), "i", "column") + ";");
    text.close();
  }
}

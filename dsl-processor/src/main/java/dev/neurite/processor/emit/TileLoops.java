package dev.neurite.processor.emit;

import dev.neurite.processor.kernel.Contraction;
import dev.neurite.processor.kernel.Kernel;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** The loops around the tiles of a sum of products with the Vector API: its rows and columns. */
final class TileLoops {

  /** Columns with those behind the last that fill its panel. */
  private static final String END = "int end = (n + 15) & -16;";

  /** A form of tile: its vectors, and whether its last columns may be beyond the end. */
  private record Form(int vectors, boolean tail) {}

  private final TileMethods tiles;
  private final Kernel kernel;
  private final Contraction c;
  private final JavaText text;

  TileLoops(TileMethods tiles, Kernel kernel, Contraction c, JavaText text) {
    this.tiles = tiles;
    this.kernel = kernel;
    this.c = c;
    this.text = text;
  }

  void write() {
    switch (c.operands()) {
      case OUTPUTS -> {
        if (c.singleRow()) {
          singleRow();
        }
        byPanels();
      }
      case PANEL -> inPanel();
      case WEIGHTS, NEW_WEIGHTS -> byPanels();
      case LANES -> byPixels();
      case PIXELS -> overPixels();
      case LANE_PAIRS -> byLanes();
    }
  }

  /**
   * One row alone takes eight vectors at a time, then four, then two: a sum waits for the one
   * before it, so the more sums, the less waiting.
   */
  private void singleRow() {
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
      tile(1, whole(vectors), "0", "column");
      TileMethods.closePasses(c, text);
      text.close();
    }
    text.open("for (; column < " + end + "; column += 2 * LANES)");
    TileMethods.openPasses(c, text);
    byForm(form -> onceIfAll(form, () -> tile(1, form, "0", "column")));
    TileMethods.closePasses(c, text);
    text.close();
    text.line("return;");
    text.close();
  }

  private void byPanels() {
    if (c.wide().vectors() == 4) {
      text.open("if (WIDE)");
      text.open("for (int column = 0; column < n; column += 4 * LANES)");
      TileMethods.openPasses(c, text);
      text.line("int i = 0;");
      rowLoop(whole(4), c.wide().rows());
      restByPairs();
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
    byForm(form -> onceIfAll(form, () -> rows(form)));
    TileMethods.closePasses(c, text);
    text.close();
  }

  /** One vector of sixteen lanes holds all columns; narrower ones come in pairs. */
  private void inPanel() {
    text.open("if (LANES == 16)");
    rowsInPanel(c.wide(), "0");
    text.reopen("else");
    text.open("for (int column = 16 - 2 * LANES; column >= 0; column -= 2 * LANES)");
    rowsInPanel(c.narrow(), "column");
    text.close();
    text.close();
  }

  private void rowsInPanel(Contraction.Tile tile, String column) {
    text.line("int i = 0;");
    int vectors = tile.vectors();
    int left = Objects.requireNonNull(kernel.constants().get("m"), "rows of a panel are a number");
    for (int rows : new int[] {tile.rows(), 8, 4, 2, 1}) {
      if (rows <= tile.rows() && rows <= left) {
        text.open("for (; i + %d <= m; i += %d)".formatted(rows, rows));
        tile(rows, whole(vectors), "i", column);
        text.close();
        left %= rows;
      }
    }
  }

  /** Columns are pixels of 16 lanes each: whole vectors, whatever their width. */
  private void byPixels() {
    text.line("int column = 0;");
    text.open("if (WIDE)");
    columnLoop(c.wide());
    text.close();
    columnLoop(c.narrow());
    if (c.columns().odd()) {
      columnLoop(new Contraction.Tile(c.narrow().rows(), 1));
    }
  }

  /** Columns are neighbouring pixels; a tile moves its vectors back where they would end behind. */
  private void overPixels() {
    TileMethods.openRows(text);
    text.open(
        "for (int column = 0; column < n; column += %d * LANES)".formatted(c.wide().vectors()));
    tiles(c.wide());
    text.close();
    text.close();
  }

  private void columnLoop(Contraction.Tile tile) {
    String step = tile.vectors() == 1 ? "LANES" : tile.vectors() + " * LANES";
    text.open("for (; column + %s <= n; column += %s)".formatted(step, step));
    TileMethods.openPasses(c, text);
    tiles(tile);
    TileMethods.closePasses(c, text);
    text.close();
  }

  /** Columns have 16 lanes each, of which a tile takes the same for all its rows and columns. */
  private void byLanes() {
    text.open("for (int lane = 0; lane < 16; lane += LANES)");
    if (c.wide().equals(c.narrow())) {
      laneLoop(c.wide());
    } else {
      text.open("if (WIDE)");
      laneLoop(c.wide());
      text.reopen("else");
      laneLoop(c.narrow());
      text.close();
    }
    text.close();
  }

  private void laneLoop(Contraction.Tile tile) {
    text.open("for (int column = lane; column < n; column += %d)".formatted(16 * tile.vectors()));
    TileMethods.openPasses(c, text);
    tiles(tile);
    TileMethods.closePasses(c, text);
    text.close();
  }

  /** All rows in tiles of one width. */
  private void tiles(Contraction.Tile tile) {
    text.line("int i = 0;");
    rowLoop(whole(tile.vectors()), tile.rows());
    if (c.moreRows() && tile.rows() > 1) {
      rowLoop(whole(tile.vectors()), 1);
    }
  }

  /**
   * The forms of tiles that the columns from {@code column} on may need, each under its condition.
   */
  private void byForm(Consumer<Form> tile) {
    Contraction.Columns columns = c.columns();
    if (!columns.odd() && !columns.ragged()) {
      tile.accept(whole(2));
      return;
    }
    String end = c.room() ? "end" : "n";
    text.open("if (column + 2 * LANES <= " + end + ")");
    tile.accept(whole(2));
    if (columns.ragged()) {
      text.reopen("else if (LANES < 16 || column + LANES < n)");
      tile.accept(new Form(2, true));
    }
    if (columns.odd()) {
      text.reopen("else if (column + LANES == " + end + ")");
      tile.accept(whole(1));
    }
    if (columns.oddRagged()) {
      text.reopen("else");
      tile.accept(new Form(1, true));
    }
    text.close();
  }

  /** The rows that a tile of four vectors leaves over: four by such a tile, others by pairs. */
  private void restByPairs() {
    if (c.endsWithFours()) {
      rowLoop(whole(4), 4);
    }
    for (int rows : c.endsWithFours() ? new int[] {2, 1} : new int[] {4, 2, 1}) {
      if (rows < c.wide().rows()) {
        text.open("for (; i + %d <= m; i += %d)".formatted(rows, rows));
        for (String column : List.of("column", "column + 2 * LANES")) {
          tile(rows, whole(2), "i", column);
        }
        text.close();
      }
    }
  }

  /** Beside tiles that take passes, one that takes all steps is called in the first pass only. */
  private void onceIfAll(Form form, Runnable lines) {
    boolean once = TileIndices.takesAll(c, form.tail()) && !c.takesAll();
    if (once) {
      text.open("if (first)");
    }
    lines.run();
    if (once) {
      text.close();
    }
  }

  private void rows(Form form) {
    int narrow = c.narrow().rows();
    // Masks beside as many sums as 32 registers hold are more than C2 inlines.
    int wide = form.tail() || c.wide().vectors() != 2 ? narrow : c.wide().rows();
    if (wide == narrow) {
      rowLoop(form, wide);
    } else {
      text.open("if (WIDE)");
      rowLoop(form, wide);
      text.reopen("else");
      rowLoop(form, narrow);
      text.close();
    }
    int largest = Math.max(wide, narrow);
    for (int rows : new int[] {4, 2, 1}) {
      if (rows < largest) {
        rowLoop(form, rows);
      }
    }
  }

  private void rowLoop(Form form, int rows) {
    text.open("for (; i + %d <= m; i += %d)".formatted(rows, rows));
    tile(rows, form, "i", "column");
    text.close();
  }

  private static Form whole(int vectors) {
    return new Form(vectors, false);
  }

  /** A call of a tile. */
  private void tile(int rows, Form form, String row, String column) {
    text.line(tiles.simd(c, kernel, rows, form.vectors(), form.tail(), row, column) + ";");
  }
}

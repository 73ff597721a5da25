package dev.neurite.processor.emit;

import dev.neurite.processor.kernel.IndexText;
import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.Stmt;
import dev.neurite.processor.kernel.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
    new TileLoops(tiles, kernel, contract.contraction(), text).write();
  }
}

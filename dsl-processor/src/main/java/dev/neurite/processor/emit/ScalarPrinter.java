package dev.neurite.processor.emit;

import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.Stmt;
import dev.neurite.processor.kernel.Value;
import java.util.ArrayList;
import java.util.List;

/** Kernels as plain Java, in float or, for checking gradients, in double. */
final class ScalarPrinter extends KernelPrinter {

  private final TileMethods tiles;
  private final Kernel kernel;

  ScalarPrinter(String real, TileMethods tiles, Kernel kernel) {
    super(real);
    this.tiles = tiles;
    this.kernel = kernel;
  }

  @Override
  void lanes(Stmt.Lanes lanes) {
    String lane = fresh("i");
    text.open("for (int %s = 0; %s < %s; %s++)".formatted(lane, lane, lanes.count(), lane));
    scalarLanes(lanes.body(), lane);
    text.close();
  }

  @Override
  void reduce(Stmt.Reduce reduce) {
    boolean sum = reduce.kind() == Stmt.Reduce.Kind.SUM;
    String lane = fresh("i");
    String end = fresh("end");
    List<String> partial = new ArrayList<>();
    String start = sum ? "0" : literal(Double.NEGATIVE_INFINITY, real);
    for (int j = 0; j < 16; j++) {
      partial.add(fresh("partial" + j));
    }
    for (int j = 0; j < 16; j += 4) {
      text.line(
          "%s %s = %s, %s = %s, %s = %s, %s = %s;"
              .formatted(
                  real,
                  partial.get(j),
                  start,
                  partial.get(j + 1),
                  start,
                  partial.get(j + 2),
                  start,
                  partial.get(j + 3),
                  start));
    }
    text.line("int " + lane + " = 0;");
    text.open(
        "for (int %s = %s - 15; %s < %s; %s += 16)"
            .formatted(end, reduce.count(), lane, end, lane));
    for (int j = 0; j < 16; j++) {
      Value value = reduce.value();
      String printed = scalars(j == 0 ? lane : lane + " + " + j).print(value);
      text.line(
          sum
              ? partial.get(j) + " += " + printed + ";"
              : "%s = Math.max(%s, %s);".formatted(partial.get(j), partial.get(j), printed));
    }
    text.close();
    List<String> joined = new ArrayList<>();
    for (int j = 0; j < 4; j++) {
      joined.add(
          join(
              sum,
              join(sum, partial.get(j), partial.get(j + 4)),
              join(sum, partial.get(j + 8), partial.get(j + 12))));
    }
    text.line(
        "%s %s = %s;"
            .formatted(
                real,
                reduce.name(),
                join(
                    sum,
                    join(sum, joined.get(0), joined.get(1)),
                    join(sum, joined.get(2), joined.get(3)))));
    text.open("for (; %s < %s; %s++)".formatted(lane, reduce.count(), lane));
    String printed = scalars(lane).print(reduce.value());
    text.line(
        sum
            ? reduce.name() + " += " + printed + ";"
            : "%s = Math.max(%s, %s);".formatted(reduce.name(), reduce.name(), printed));
    text.close();
  }

  private static String join(boolean sum, String left, String right) {
    return sum ? "(" + left + " + " + right + ")" : "Math.max(" + left + ", " + right + ")";
  }

  @Override
  String transposition() {
    return tiles.scalarTransposition();
  }

  @Override
  void contract(Stmt.Contract contract) {
    text.open("for (int column = 0; column < n; column += 16)");
    TileMethods.openPasses(contract.contraction(), text);
    text.open("for (int i = 0; i < m; i++)");
    text.line(tiles.scalar(contract.contraction(), kernel, "i", "column") + ";");
    text.close();
    TileMethods.closePasses(contract.contraction(), text);
    text.close();
  }
}

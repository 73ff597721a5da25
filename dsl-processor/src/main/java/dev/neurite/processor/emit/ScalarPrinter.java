package dev.neurite.processor.emit;

import dev.neurite.processor.kernel.Contraction;
import dev.neurite.processor.kernel.Contraction.Operands;
import dev.neurite.processor.kernel.IndexText;
import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.Stmt;

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
    reduceInVariables(reduce);
  }

  @Override
  String transposition() {
    return tiles.scalarTransposition();
  }

  @Override
  void maxPairs(Stmt.MaxPairs pairs) {
    String lane = fresh("i");
    text.open("for (int %s = 0; %s < %s; %s++)".formatted(lane, lane, pairs.count(), lane));
    String at = fresh("at");
    text.line("int %s = 2 * %s;".formatted(at, lane));
    text.line(
        "%s[%s] = Math.max(Math.max(%s, %s), Math.max(%s, %s));"
            .formatted(
                pairs.y(),
                IndexText.sum(pairs.yAt(), lane),
                element(pairs.x(), pairs.upper(), at),
                element(pairs.x(), pairs.lower(), at),
                element(pairs.x(), pairs.upper(), at, "1"),
                element(pairs.x(), pairs.lower(), at, "1")));
    text.close();
  }

  private static String element(String array, String... index) {
    return array + "[" + IndexText.sum(index) + "]";
  }

  @Override
  void contract(Stmt.Contract contract) {
    Contraction c = contract.contraction();
    boolean pixels = c.operands() == Operands.PIXELS;
    if (pixels) {
      TileMethods.openRows(text);
    }
    text.open("for (int column = 0; column < n; column += 16)");
    TileMethods.openPasses(c, text);
    text.open("for (int i = 0; i < m; i++)");
    text.line(tiles.scalar(c, kernel, "i", pixels ? "Math.min(column, n - 16)" : "column") + ";");
    text.close();
    TileMethods.closePasses(c, text);
    text.close();
    if (pixels) {
      text.close();
    }
  }
}

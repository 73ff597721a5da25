package dev.neurite.processor.emit;

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

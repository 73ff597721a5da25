package dev.neurite;

import dev.neurite.optim.Optimizer;

/** Steps of a thousandth of the gradient, without a form for a GPU. */
class Halving extends Optimizer {

  Halving() {
    super("halving", 0.001);
  }

  @Override
  protected int memoryCount() {
    return 0;
  }

  @Override
  protected void begin(long step, double rate) {}

  @Override
  protected void update(
      float[] p, float[] g, float[][] memories, int from, int to, float weightDecay) {
    for (int i = from; i < to; i++) {
      p[i] -= 0.001f * g[i];
    }
  }
}

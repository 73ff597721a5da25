package dev.neurite;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.neurite.loss.Loss;
import dev.neurite.loss.Losses;
import dev.neurite.optim.Clipping;
import dev.neurite.optim.Optimizer;
import dev.neurite.optim.Optimizers;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AllocationTest {

  private static final int ROWS = 4;
  private static final int STEPS = 200;

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void stepsAllocateNothing(int threads) {
    ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Object[] inputs = {new int[] {0, 1, 2, 1}, new float[ROWS]};
    float[] ratings = new float[ROWS];
    int[] liked = {0, 1, 1, 0};
    Loss mse = Losses.mse();
    Loss crossEntropy = Losses.crossEntropy();
    Optimizer optimizer = Optimizers.adam(0.01).weightDecay(0.1);
    Clipping clipping = Clipping.norm(0.1);
    TwoHeads model = new TwoHeads(3, 1);
    try (Training step = model.training(ROWS, threads)) {
      long before = 0;
      for (int i = 0; i < 2 * STEPS; i++) {
        if (i == STEPS) {
          before = bean.getCurrentThreadAllocatedBytes();
        }
        step.forward(inputs, ROWS);
        step.loss("rating", mse, ratings, 0.5f);
        step.loss("liked", crossEntropy, liked, 1);
        step.backward();
        clipping.apply(step);
        optimizer.step(step);
      }
      // One object a step would be 16 bytes each; the first park of a thread may allocate once.
      assertThat(bean.getCurrentThreadAllocatedBytes() - before).isLessThan(8 * STEPS);
    }
  }
}

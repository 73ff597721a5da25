package dev.neurite.examples.digits;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.neurite.Training;
import dev.neurite.loss.Loss;
import dev.neurite.loss.Losses;
import dev.neurite.optim.Optimizer;
import dev.neurite.optim.Optimizers;
import java.lang.management.ManagementFactory;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * Steps of a network with long kernels, which C2 turns into code that keeps vectors in registers or
 * into code that makes objects of them.
 */
final class StepAllocationTest {

  private static final int ROWS = 32;
  private static final int STEPS = 10;

  /**
   * Bytes a step. The aim is 0; in about one process of fifty a step still makes a mask of 48. A
   * kernel that makes objects of its vectors allocates a thousand and more.
   */
  private static final int MOST_BYTES = 64;

  /** Tens of seconds; all kernels are compiled in a few. */
  private static final int MOST_ROUNDS = 200;

  @Test
  void stepsKeepVectorsInRegistersOnceTheyAreCompiled() {
    ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    float[] images = new float[ROWS * 28 * 28];
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextFloat();
    }
    int[] classes = random.ints(ROWS, 0, 10).toArray();
    Object[] inputs = {images};
    Loss loss = Losses.nll();
    Optimizer optimizer = Optimizers.adam(0.001);
    DigitsModel model = DigitsModel.create(1);
    String output = model.description().outputs().getFirst().name();
    long least = Long.MAX_VALUE;
    try (Training step = model.training(ROWS, 1)) {
      for (int round = 0; round < MOST_ROUNDS && least >= MOST_BYTES * STEPS; round++) {
        long before = bean.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < STEPS; i++) {
          step.forward(inputs, ROWS);
          step.loss(output, loss, classes, 1);
          step.backward();
          optimizer.step(step);
        }
        least = Math.min(least, bean.getCurrentThreadAllocatedBytes() - before);
      }
    }
    assertThat(least).as("bytes of %d steps", STEPS).isLessThan(MOST_BYTES * STEPS);
  }
}

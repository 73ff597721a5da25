package dev.neurite.data;

import dev.neurite.spi.Philox;
import java.util.List;

/**
 * A random change to a row whenever it enters a batch, so that no two epochs show the same values.
 */
@FunctionalInterface
public interface Augmentation {

  /**
   * Writes one changed row.
   *
   * @param source holds the row, not to be written to
   * @param from where the row begins in it
   * @param target where the changed row goes
   * @param to where it begins there
   * @param shape of the row, channels first
   * @param random numbers of this seed, epoch and row; the same for all columns of the row
   */
  void apply(
      float[] source, int from, float[] target, int to, List<Integer> shape, Philox.Stream random);
}

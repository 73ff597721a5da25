package dev.neurite.loss;

import dev.neurite.spi.DeviceLoss;
import dev.neurite.spi.ModelDescription;
import org.jspecify.annotations.Nullable;

/**
 * What training makes small: a number computed from an output and its targets, and the derivative
 * of that number by each value of the output.
 *
 * <p>Implementations compute in one order with operations that give the same bits on every machine,
 * and allocate nothing.
 */
public interface Loss {

  /** The name in reports, such as {@code crossEntropy}. */
  String name();

  /**
   * Refuses an output that this loss does not fit, such as probabilities where it takes logits.
   *
   * @throws IllegalArgumentException with both facts and a remedy
   */
  default void check(ModelDescription.Output output) {}

  /**
   * Computes the loss.
   *
   * @param output the output's name and shape
   * @param values of the output, row-major; rows x size are read
   * @param targets {@code float[]} or {@code int[]} as the loss takes them
   * @param rows at least 1
   * @return the loss, averaged as it says
   * @throws IllegalArgumentException if the targets are of the wrong type, too few, or no class of
   *     the output
   */
  double value(ModelDescription.Output output, float[] values, Object targets, int rows);

  /**
   * Computes the loss and its gradient.
   *
   * @param output the output's name and shape
   * @param values of the output, row-major; rows x size are read
   * @param targets {@code float[]} or {@code int[]} as the loss takes them
   * @param rows at least 1
   * @param gradient gets {@code weight} times the derivative by each value, rows x size of them
   * @param weight factor of the gradient
   * @return the loss, averaged as it says, without the weight
   * @throws IllegalArgumentException if the targets are of the wrong type, too few, or no class of
   *     the output; the gradient is unchanged then
   */
  double gradient(
      ModelDescription.Output output,
      float[] values,
      Object targets,
      int rows,
      float[] gradient,
      float weight);

  /**
   * This loss as a GPU computes it, for targets such as these.
   *
   * @param output the output's name and shape
   * @param targets {@code float[]} or {@code int[]} as the loss takes them
   * @param rows at least 1
   * @return null if there is no such form: then values and gradients are copied to and from the
   *     host in every step
   * @throws IllegalArgumentException if the targets are of the wrong type, too few, or no class of
   *     the output
   */
  default @Nullable DeviceLoss onDevice(ModelDescription.Output output, Object targets, int rows) {
    return null;
  }
}

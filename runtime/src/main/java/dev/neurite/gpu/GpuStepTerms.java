package dev.neurite.gpu;

import dev.neurite.spi.DeviceClip;
import dev.neurite.spi.DeviceLoss;
import dev.neurite.spi.DeviceUpdate;
import dev.neurite.spi.StoredTensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a whole training step does besides the passes of the network.
 *
 * @param losses at most one of each output
 * @param clip limit of the gradients; null for none
 * @param trained what a limit counts; the same list until it changes
 * @param update the optimizer's step
 * @param outputs whether the values of the outputs will be asked for
 */
public record GpuStepTerms(
    List<Term> losses,
    @Nullable DeviceClip clip,
    List<StoredTensor> trained,
    DeviceUpdate update,
    boolean outputs) {

  /**
   * One loss.
   *
   * @param output which
   * @param loss on the GPU
   * @param weight of its gradient
   */
  public record Term(int output, DeviceLoss loss, float weight) {}
}

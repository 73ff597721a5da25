package dev.neurite;

import dev.neurite.loss.Loss;
import dev.neurite.spi.DeviceClip;
import dev.neurite.spi.DeviceUpdate;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Training} is made of on one kind of device. The caller has checked states, lengths
 * and indices.
 */
sealed interface Passes extends AutoCloseable permits HostPasses, GpuPasses {

  int maxRows();

  int threads();

  void trainingMode(boolean training);

  void requireInputGradients(boolean required);

  void forward(Object[] inputs, int rows, long seed, long pass);

  /** The values of an output of the last forward pass, live. */
  float[] output(int index);

  /** The loss of an output; its gradient times {@code weight} is kept for {@link #backward}. */
  double loss(int index, Loss loss, Object targets, float weight);

  /** Sets the gradient of an output, copying it; null for 0. */
  void outputGradient(int index, float @Nullable [] values);

  void backward();

  float[] inputGradient(int index);

  /** The flat gradients, live, in the layout of the processor. */
  float[] gradients();

  /** Changes the flat parameters on the host, in parts. */
  void update(Training.Work change);

  void inParts(Training.Work work);

  /** An optimizer's step where the passes run; false where that is {@link #update}. */
  default boolean update(DeviceUpdate update) {
    return false;
  }

  /** Copies an optimizer's memories to the host, where they are not there already. */
  default void memories(DeviceUpdate update, boolean release) {}

  /** Limits the gradients where the passes run: their size before; NaN on the processor. */
  default double clip(DeviceClip clip) {
    return Double.NaN;
  }

  @Override
  void close();
}

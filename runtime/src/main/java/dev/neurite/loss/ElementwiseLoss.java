package dev.neurite.loss;

import dev.neurite.spi.DeviceLoss;
import dev.neurite.spi.ModelDescription;
import org.jspecify.annotations.Nullable;

/**
 * A loss that is a sum over the elements of an output, each with a target of its own. Targets are
 * {@code float[]}; {@code int[]} are taken as the numbers they are.
 */
abstract class ElementwiseLoss extends SinglePassLoss {

  ElementwiseLoss(String name) {
    super(name);
  }

  /** The loss of one element. */
  abstract double lossOf(float y, float t);

  /** The derivative of {@link #lossOf} by y. */
  abstract double derivative(float y, float t);

  /** {@link #lossOf} and {@link #derivative} in CUDA C, in float. */
  abstract DeviceLoss.Elementwise onDevice();

  @Override
  public final DeviceLoss onDevice(ModelDescription.Output output, Object targets, int rows) {
    int length =
        switch (targets) {
          case float[] floats -> floats.length;
          case int[] integers -> integers.length;
          default -> throw Targets.wrongType(name(), output, "float[]", targets);
        };
    Targets.length(name(), output, length, rows, output.size());
    return onDevice();
  }

  /** What the sum over all elements is divided by. */
  double divisor(int rows, int size) {
    return (double) rows * size;
  }

  @Override
  final double compute(
      ModelDescription.Output output,
      float[] values,
      Object targets,
      int rows,
      float @Nullable [] gradient,
      float weight) {
    int size = output.size();
    int count = rows * size;
    double divisor = divisor(rows, size);
    double scale = weight / divisor;
    double total = 0;
    if (targets instanceof float[] floats) {
      Targets.length(name(), output, floats.length, rows, size);
      for (int i = 0; i < count; i++) {
        total += lossOf(values[i], floats[i]);
      }
      if (gradient != null) {
        for (int i = 0; i < count; i++) {
          gradient[i] = (float) (derivative(values[i], floats[i]) * scale);
        }
      }
    } else if (targets instanceof int[] integers) {
      Targets.length(name(), output, integers.length, rows, size);
      for (int i = 0; i < count; i++) {
        total += lossOf(values[i], integers[i]);
      }
      if (gradient != null) {
        for (int i = 0; i < count; i++) {
          gradient[i] = (float) (derivative(values[i], integers[i]) * scale);
        }
      }
    } else {
      throw Targets.wrongType(name(), output, "float[]", targets);
    }
    return total / divisor;
  }
}

package dev.neurite.loss;

import dev.neurite.spi.ModelDescription;
import org.jspecify.annotations.Nullable;

/** A loss that computes its gradient, where one is wanted, along with its value. */
abstract class SinglePassLoss implements Loss {

  private final String name;

  SinglePassLoss(String name) {
    this.name = name;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final double value(
      ModelDescription.Output output, float[] values, Object targets, int rows) {
    return compute(output, values, targets, rows, null, 0);
  }

  @Override
  public final double gradient(
      ModelDescription.Output output,
      float[] values,
      Object targets,
      int rows,
      float[] gradient,
      float weight) {
    return compute(output, values, targets, rows, gradient, weight);
  }

  /** As {@link #gradient}, or {@link #value} if {@code gradient} is null. */
  abstract double compute(
      ModelDescription.Output output,
      float[] values,
      Object targets,
      int rows,
      float @Nullable [] gradient,
      float weight);
}

package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Batch normalisation: y = (x - mean) / &radic;(variance + epsilon) &middot; weight + bias, for
 * each channel of an image over batch, height and width, or for each feature over the batch.
 *
 * <p>Training normalises by the mean and the biased variance (divisor n) of the batch and moves the
 * running statistics: running = (1 - momentum) &middot; running + momentum &middot; batch, where
 * the variance stored is the unbiased one (divisor n - 1). Inference normalises by the running
 * statistics.
 *
 * <p>Shape: {@code [C, H, W]} or {@code [F]}, unchanged. Parameters, unless {@link #affine} is
 * false: {@code weight} and {@code bias}, [C] or [F], starting at 1 and 0. State: {@code
 * running_mean}, {@code running_var}, {@code num_batches_tracked}. Source: Ioffe and Szegedy, Batch
 * Normalization (2015).
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface BatchNorm {
  /**
   * Added to the variance under the root.
   *
   * @return greater than 0; 1e-5 by default
   */
  double epsilon() default 1e-5;

  /**
   * The weight of the newest batch in the running statistics, as in PyTorch.
   *
   * @return from 0 to 1; 0.1 by default
   */
  double momentum() default 0.1;

  /**
   * Whether the result is multiplied by a trained weight and a trained bias is added.
   *
   * @return true by default
   */
  boolean affine() default true;
}

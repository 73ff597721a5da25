package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Layer normalisation: y = (x - mean) / &radic;(variance + epsilon) &middot; weight + bias over the
 * last axis, with the biased variance.
 *
 * <p>Shape: any with at least one axis, unchanged. Parameters, unless {@link #affine} is false:
 * {@code weight} and {@code bias} of the last axis's size, starting at 1 and 0. Source: Ba et al.,
 * Layer Normalization (2016).
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface LayerNorm {
  /**
   * Added to the variance under the root.
   *
   * @return greater than 0; 1e-5 by default
   */
  double epsilon() default 1e-5;

  /**
   * Whether the result is multiplied by a trained weight and a trained bias is added.
   *
   * @return true by default
   */
  boolean affine() default true;
}

package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Softmax: e<sup>x<sub>i</sub></sup> / &Sigma; e<sup>x<sub>j</sub></sup> along one axis, computed
 * safely for large x.
 *
 * <p>Shape: any with at least one axis, unchanged.
 *
 * <p>A network trained with cross-entropy on logits needs none; ask the model for probabilities
 * instead.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Softmax {
  /**
   * The axis along which the values are set against each other, without the batch; negative ones
   * count from the end.
   *
   * @return -1 by default: the last axis
   */
  int axis() default -1;
}

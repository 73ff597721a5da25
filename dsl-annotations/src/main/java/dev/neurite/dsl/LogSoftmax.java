package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The logarithm of the softmax: x<sub>i</sub> - ln &Sigma; e<sup>x<sub>j</sub></sup> along one
 * axis, computed safely for large x.
 *
 * <p>Shape: any with at least one axis, unchanged.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface LogSoftmax {
  /**
   * The axis along which the values are set against each other, without the batch; negative ones
   * count from the end.
   *
   * @return -1 by default: the last axis
   */
  int axis() default -1;
}

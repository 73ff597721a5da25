package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The layers that {@link From} names, at least two, one after another along an axis.
 *
 * <p>Shape: equal but for the size along the axis; the result's is their sum.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Concat {
  /**
   * The axis along which the values are joined, without the batch; negative ones count from the
   * end.
   *
   * @return 0 by default: the channels of images, the features of vectors
   */
  int axis() default 0;
}

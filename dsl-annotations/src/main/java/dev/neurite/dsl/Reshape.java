package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The same values in another shape; the row-major, channels-first order of the values is kept.
 *
 * <p>Shape: any, to the one stated, which has as many values.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Reshape {
  /**
   * The new shape, without the batch.
   *
   * @return one to three sizes greater than 0
   */
  int[] value();
}

package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Value by value: ln(1 + e<sup>beta x</sup>) / beta, and x itself where beta &middot; x &gt;
 * threshold.
 *
 * <p>Shape: any, unchanged.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Softplus {
  /**
   * How sharp the bend at 0 is.
   *
   * @return finite, greater than 0; 1 by default
   */
  double beta() default 1.0;

  /**
   * From which beta &middot; x on the result is x itself.
   *
   * @return finite; 20 by default
   */
  double threshold() default 20.0;
}

package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Value by value: x for x &gt; 0, slope &middot; x otherwise. The derivative at 0 is the slope.
 *
 * <p>Shape: any, unchanged.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface LeakyReLU {
  /**
   * The slope for negative values.
   *
   * @return finite, at least 0; 0.01 by default
   */
  double value() default 0.01;
}

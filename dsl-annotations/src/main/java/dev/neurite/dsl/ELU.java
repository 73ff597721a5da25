package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Value by value: x for x &gt; 0, alpha (e<sup>x</sup> - 1) otherwise. The derivative at 0 is
 * alpha.
 *
 * <p>Shape: any, unchanged. Source: Clevert et al., Fast and Accurate Deep Network Learning by
 * Exponential Linear Units (2016).
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface ELU {
  /**
   * The limit for large negative values is -alpha.
   *
   * @return finite, greater than 0; 1 by default
   */
  double value() default 1.0;
}

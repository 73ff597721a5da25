package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A fully connected layer: y = x W<sup>T</sup> + b on the last axis.
 *
 * <p>Shape: {@code [F]} to {@code [units]}, or {@code [T, F]} to {@code [T, units]}. An image
 * {@code [C, H, W]} needs {@link Flatten} first.
 *
 * <p>Parameters: {@code weight} [units, F] and, unless {@link #bias} is false, {@code bias}
 * [units]. Both start uniform in &plusmn;1/&radic;F unless {@link Init} says otherwise.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Dense {
  /**
   * The number of units: the size of the last axis of the result.
   *
   * @return at least 1
   */
  int value();

  /**
   * Whether b is added.
   *
   * @return true by default
   */
  boolean bias() default true;
}

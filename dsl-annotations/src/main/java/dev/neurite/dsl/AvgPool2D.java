package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The mean of each window.
 *
 * <p>Shape: {@code [C, H, W]} to {@code [C, H', W']} with H' = &lfloor;(H + 2 padding - window) /
 * stride&rfloor; + 1, and W' likewise.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface AvgPool2D {
  /**
   * The size of the window.
   *
   * @return one number for height and width, or {height, width}
   */
  int[] value();

  /**
   * How far the window moves from one result to the next.
   *
   * @return one number for height and width, or {height, width}; the window's size by default
   */
  int[] stride() default {};

  /**
   * Rows and columns added on each side of the image, at most half the window.
   *
   * @return one number for height and width, or {height, width}; 0 by default
   */
  int[] padding() default 0;

  /**
   * Whether padding counts as zeros: the sum of a window is divided by its area, or else by the
   * number of its values that lie in the image.
   *
   * @return true by default
   */
  boolean countPadding() default true;
}

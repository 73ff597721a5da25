package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Value by value: x &Phi;(x), &Phi; being the distribution function of the standard normal
 * distribution.
 *
 * <p>Shape: any, unchanged. Source: Hendrycks and Gimpel, Gaussian Error Linear Units (2016).
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface GELU {
  /** How &Phi; is computed. */
  enum Approximation {
    /** Exactly: x / 2 &middot; (1 + erf(x / &radic;2)). */
    NONE,
    /** As x / 2 &middot; (1 + tanh(&radic;(2 / &pi;) (x + 0.044715 x<sup>3</sup>))). */
    TANH
  }

  /**
   * How &Phi; is computed.
   *
   * @return {@link Approximation#NONE} by default
   */
  Approximation approximate() default Approximation.NONE;
}

package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Sets a share of the values to 0 during training and divides the others by 1 - share (inverted
 * dropout), so that nothing is left to do at inference, where it is the identity.
 *
 * <p>Shape: unchanged. Source: Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks
 * from Overfitting (2014).
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Dropout {
  /**
   * The share dropped.
   *
   * @return at least 0, less than 1
   */
  double value();
}

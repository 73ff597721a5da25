package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Sets a share of the channels of an image to 0 during training, each as a whole, and divides the
 * others by 1 - share. At inference it is the identity.
 *
 * <p>Shape: {@code [C, H, W]}, unchanged. Source: Tompson et al., Efficient Object Localization
 * Using Convolutional Networks (2015).
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface SpatialDropout {
  /**
   * The share of the channels dropped.
   *
   * @return at least 0, less than 1
   */
  double value();
}

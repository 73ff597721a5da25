package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How the parameters of the {@link Dense}, {@link Conv2D} or {@link Embedding} on this method
 * start; without it, as in PyTorch.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Init {
  /**
   * How the weight starts.
   *
   * @return {@link Initializer#DEFAULT} by default
   */
  Initializer value() default Initializer.DEFAULT;

  /**
   * How the bias starts: {@link Initializer#DEFAULT}, {@link Initializer#ZEROS}, {@link
   * Initializer#ONES}, {@link Initializer#NORMAL} or {@link Initializer#UNIFORM}; the others need a
   * matrix.
   *
   * @return {@link Initializer#DEFAULT} by default
   */
  Initializer bias() default Initializer.DEFAULT;
}

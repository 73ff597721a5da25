package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Values given to the network from outside. Stands alone on its method.
 *
 * <p>Shape: as stated, one to three sizes for {@link InputType#FLOAT}: {@code [F]} features, {@code
 * [T, F]} a sequence of feature vectors, {@code [C, H, W]} an image. An input of {@link
 * InputType#INDEX} is one index, shape {@code []}, or a sequence {@code [T]} of them; only {@link
 * Embedding} reads it. In a {@link Block} the shape may be left out: it is that of what the block
 * is given.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Input {
  /**
   * The shape of one row, without the batch.
   *
   * @return sizes greater than 0, channels first; empty for one single index
   */
  int[] value() default {};

  /**
   * What one element is.
   *
   * @return {@link InputType#FLOAT} by default
   */
  InputType type() default InputType.FLOAT;
}

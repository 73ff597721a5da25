package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A table of trained vectors: each index is replaced by its row.
 *
 * <p>Shape: {@code []} to {@code [size]}, {@code [T]} to {@code [T, size]}; reads an input of
 * {@link InputType#INDEX}. An index that occurs more than once adds its gradients.
 *
 * <p>Parameters: {@code weight} [vocabulary, size], starting normal with mean 0 and deviation 1
 * unless {@link Init} says otherwise.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Embedding {
  /**
   * How many indices there are; valid ones are 0 to vocabulary - 1.
   *
   * @return at least 1
   */
  int vocabulary();

  /**
   * The length of each vector.
   *
   * @return at least 1
   */
  int size();
}

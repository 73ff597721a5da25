package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the layers that this one reads in place of the one above it.
 *
 * <p>Several names need {@link Add}, {@link Multiply} or {@link Concat} as the first operation on
 * the method.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface From {
  /**
   * Names of layers declared above this one.
   *
   * @return at least one name
   */
  String[] value();
}

package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * All values in one row, read in the order of the axes: of an image channel by channel, each row by
 * row.
 *
 * <p>Shape: {@code [C, H, W]} to {@code [C * H * W]}, {@code [T, F]} to {@code [T * F]}.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Flatten {}

package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Value by value: x tanh(ln(1 + e<sup>x</sup>)).
 *
 * <p>Shape: any, unchanged. Source: Misra, Mish: A Self Regularized Non-Monotonic Activation
 * Function (2019).
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Mish {}

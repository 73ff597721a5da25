package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares a neural network: an interface whose abstract methods are the layers.
 *
 * <p>Each abstract method takes no parameters and returns {@link Layer}. Layers run in the order
 * written and each reads the one above it; {@link From} names other, earlier layers to read
 * instead. The last layer is the network's output unless {@link Output} marks others. The
 * annotations on one method apply in the order written, and at most one of them has parameters.
 *
 * <pre>{@code
 * @Model
 * public interface Digits {
 *   @Input({1, 28, 28})                     Layer image();
 *   @Conv2D(filters = 32, kernel = 3) @ReLU Layer conv1();
 *   @MaxPool2D(2)                           Layer pool();
 *   @Flatten @Dense(10)                     Layer logits();
 * }
 * }</pre>
 *
 * <p>All shapes are compile-time constants, leave out the batch and count channels first: axis 0 of
 * an image {@code [C, H, W]} is its channels. Default and static methods, constants and nested
 * types of the interface are left alone. The interface may be nested and need not be public; it has
 * no type parameters and inherits no abstract method.
 *
 * <p>For {@code Digits} the compiler writes {@code DigitsModel}, {@code DigitsForward} and {@code
 * DigitsBackward} into the same package; for a nested {@code Outer.Digits} their names begin with
 * {@code Outer_Digits}.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Model {
  /**
   * The most trained parameters the network may have; more is a compile-time error.
   *
   * @return a number of single values, padding and running statistics not counted; no limit by
   *     default
   */
  long maxParameters() default Long.MAX_VALUE;

  /**
   * The most memory one thread of inference may need beside the parameters; more is a compile-time
   * error.
   *
   * @return a number of bytes; no limit by default
   */
  long maxWorkspaceBytes() default Long.MAX_VALUE;

  /**
   * The most multiply-adds one row's forward pass may take; more is a compile-time error.
   *
   * @return a number of multiply-adds of dense layers and convolutions, biases not counted; no
   *     limit by default
   */
  long maxMultiplyAdds() default Long.MAX_VALUE;

  /**
   * Whether a class that runs the network on an NVIDIA GPU is wanted too.
   *
   * @return false by default
   */
  boolean cuda() default false;
}

package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares a reusable part of networks: an interface whose abstract methods are layers, as those of
 * a {@link Model} are, applied by {@link Stack}.
 *
 * <pre>{@code
 * @Block
 * public interface ResidualBlock {
 *   @Input                                                           Layer x();
 *   @Conv2D(filters = 16, kernel = 3, padding = 1, bias = false)     Layer conv1();
 *   @BatchNorm @ReLU                                                 Layer bn1();
 *   @Conv2D(filters = 16, kernel = 3, padding = 1, bias = false)     Layer conv2();
 *   @BatchNorm                                                       Layer bn2();
 *   @From({"bn2", "x"}) @Add @ReLU                                   Layer sum();
 * }
 * }</pre>
 *
 * <p>An {@link Input} without a shape takes the shape and kind of element at each place of use; one
 * with a shape must be given that shape. A block has at least one input and gives one value: that
 * of its last layer, or of the layer marked by {@link Output}. Names in {@link From} and {@link
 * SharedWith} are those of the block's own layers. Blocks may apply other blocks, but not
 * themselves. The interface may be nested, private or in a library; no class is generated for it.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Block {}

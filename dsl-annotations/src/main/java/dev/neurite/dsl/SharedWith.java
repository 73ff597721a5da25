package dev.neurite.dsl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Lets this layer use the parameters of another one. They are stored once, under that layer's name;
 * gradients of all uses are added up in the order declared.
 *
 * <p>Both methods carry the same operation with parameters. What is shared:
 *
 * <ul>
 *   <li>{@link Dense}, {@link Conv2D}: the weight, and the bias where both have one. The shapes
 *       [units, features] or [filters, channels / groups, height, width] and the groups must be
 *       equal; stride, padding and dilation may differ. A layer with a bias whose owner has none
 *       has its own.
 *   <li>{@link Dense} whose shape is that of the other turned around: the weight, transposed; the
 *       bias is its own. So the decoder of an autoencoder ties its weights to those of the encoder:
 *       <pre>{@code
 * @Input(784)                                  Layer pixels();
 * @Dense(32) @ReLU                             Layer encoder();      // encoder.weight [32, 784]
 * @SharedWith("encoder") @Dense(784) @Sigmoid  Layer decoder();      // stores decoder.bias only
 * }</pre>
 *       Where both shapes are the same square the weight is used as it is.
 *   <li>{@link BatchNorm}, {@link LayerNorm}: weight and bias where both are affine; of a batch
 *       normalisation the running statistics too, which each use updates, in the order declared.
 *   <li>{@link Embedding}: the table; vocabulary and size must be equal.
 *   <li>{@link Stack}: everything that the same block, applied as often, has there.
 * </ul>
 *
 * <p>The other layer may use parameters of a third one. What it uses from there is shared with the
 * third; what it has beside, such as the bias of a decoder, is shared with it.
 *
 * <p>The {@link Layer} of this method shows the parameters stored under its own name only. {@link
 * Layer#freeze} on it freezes those; the shared ones are frozen where they belong.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface SharedWith {
  /**
   * The name of the layer whose parameters are used.
   *
   * @return a layer declared above this one
   */
  String value();
}

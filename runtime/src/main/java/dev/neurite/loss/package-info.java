/**
 * Losses: from an output and its targets to a number and its gradient.
 *
 * <p>They know a network's outputs ({@link dev.neurite.spi.ModelDescription.Output}) and arrays,
 * nothing of training. Sums are in double and in one order, logarithms are {@link StrictMath}'s and
 * exponentials a polynomial: the same bits on every machine.
 */
@NullMarked
package dev.neurite.loss;

import org.jspecify.annotations.NullMarked;

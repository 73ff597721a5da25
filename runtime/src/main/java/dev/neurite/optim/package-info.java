/**
 * Optimizers, learning-rate schedules, and clipping: what happens between gradients and parameters.
 *
 * <p>In comes a {@link dev.neurite.Training} after its backward pass; its flat parameter array
 * comes out changed. An optimizer is a loop over ranges of that array, without a branch or a call
 * that would keep the compiler from vector instructions; it knows tensors by their ranges only.
 */
@NullMarked
package dev.neurite.optim;

import org.jspecify.annotations.NullMarked;

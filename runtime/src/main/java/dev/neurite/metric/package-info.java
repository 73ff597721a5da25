/**
 * Metrics: from outputs and targets, batch after batch, to a number for people.
 *
 * <p>They know a network's outputs ({@link dev.neurite.spi.ModelDescription.Output}) and arrays,
 * nothing of training.
 */
@NullMarked
package dev.neurite.metric;

import org.jspecify.annotations.NullMarked;

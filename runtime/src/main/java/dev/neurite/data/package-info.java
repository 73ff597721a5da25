/**
 * Datasets, their loaders, their preparation, and their way into batches.
 *
 * <p>Files and arrays enter ({@link dev.neurite.data.Idx}, {@link dev.neurite.data.Csv}, {@link
 * dev.neurite.data.Column}), datasets with columns named as a model's inputs and outputs are
 * prepared ({@link dev.neurite.data.Dataset}), batches leave ({@link dev.neurite.data.Batches}).
 * Everything random follows from a seed, the epoch and the row. Knows the random numbers of {@code
 * dev.neurite.spi}, no model, no training.
 */
@NullMarked
package dev.neurite.data;

import org.jspecify.annotations.NullMarked;

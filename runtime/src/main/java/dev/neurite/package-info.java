/**
 * Training: what generated models are, the step by hand, and the trainer on top of it.
 *
 * <p>In come a generated model ({@link dev.neurite.TrainableModel} with its {@link
 * dev.neurite.spi.TrainingProgram}), a {@link dev.neurite.data.Dataset}, a loss and an optimizer;
 * out come changed parameters and a {@link dev.neurite.TrainingReport}. {@link
 * dev.neurite.Training} is one step, its stages split over threads that wait by spinning, then
 * parked; {@link dev.neurite.Trainer} adds epochs, validation and checkpoints. The other packages
 * of the runtime may be used here; of them only {@code optim} knows this one.
 */
@NullMarked
package dev.neurite;

import org.jspecify.annotations.NullMarked;

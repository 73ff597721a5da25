/** Optimizers and learning-rate schedules. */
@NullMarked
package dev.neurite.optim;

import org.jspecify.annotations.NullMarked;

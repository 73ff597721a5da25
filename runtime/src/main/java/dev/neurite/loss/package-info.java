/** Losses. */
@NullMarked
package dev.neurite.loss;

import org.jspecify.annotations.NullMarked;

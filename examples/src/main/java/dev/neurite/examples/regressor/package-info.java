/** A small network learns curves, from one sample at a time and from all at once. */
@NullMarked
package dev.neurite.examples.regressor;

import org.jspecify.annotations.NullMarked;

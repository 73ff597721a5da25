/** A network with two inputs and two outputs. */
@NullMarked
package dev.neurite.examples.ratings;

import org.jspecify.annotations.NullMarked;

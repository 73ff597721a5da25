/** Images for the examples: what they train on, and how it is drawn in a terminal. */
@NullMarked
package dev.neurite.examples.images;

import org.jspecify.annotations.NullMarked;

/** The launcher of the examples. */
@NullMarked
package dev.neurite.examples;

import org.jspecify.annotations.NullMarked;

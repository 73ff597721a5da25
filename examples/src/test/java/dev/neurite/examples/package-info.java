/** Runs every example with small settings. */
@NullMarked
package dev.neurite.examples;

import org.jspecify.annotations.NullMarked;

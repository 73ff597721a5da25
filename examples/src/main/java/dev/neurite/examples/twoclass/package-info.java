/** A small sigmoid network tells two interleaved classes apart. */
@NullMarked
package dev.neurite.examples.twoclass;

import org.jspecify.annotations.NullMarked;

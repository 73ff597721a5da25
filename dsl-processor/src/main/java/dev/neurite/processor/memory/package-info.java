/** The steps go in; the layout of parameters, state and workspace comes out. */
@NullMarked
package dev.neurite.processor.memory;

import org.jspecify.annotations.NullMarked;

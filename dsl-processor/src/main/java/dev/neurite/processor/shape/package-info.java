/** The graph goes in; the graph with every shape and element type comes out, or diagnostics. */
@NullMarked
package dev.neurite.processor.shape;

import org.jspecify.annotations.NullMarked;

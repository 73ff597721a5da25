/**
 * The typed graph goes in; the graph with the order in which each value lies in memory comes out,
 * conversions inserted.
 */
@NullMarked
package dev.neurite.processor.arrange;

import org.jspecify.annotations.NullMarked;

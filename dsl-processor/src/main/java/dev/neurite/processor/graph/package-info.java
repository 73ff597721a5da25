/**
 * A declared network as operations and edges: the declaration goes in, a graph with every name
 * resolved comes out.
 */
@NullMarked
package dev.neurite.processor.graph;

import org.jspecify.annotations.NullMarked;

/** What a neuron is, what a network adds, and how gradients are checked. */
@NullMarked
package dev.neurite.examples.neuron;

import org.jspecify.annotations.NullMarked;

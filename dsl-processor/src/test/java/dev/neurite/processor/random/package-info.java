/**
 * Random declarations, right and wrong ones: a generator with a shape calculus of its own, a
 * catalogue of mistakes, and what must hold for every declaration.
 */
@NullMarked
package dev.neurite.processor.random;

import org.jspecify.annotations.NullMarked;

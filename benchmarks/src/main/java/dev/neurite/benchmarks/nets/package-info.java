/** Networks that are measured. */
@NullMarked
package dev.neurite.benchmarks.nets;

import org.jspecify.annotations.NullMarked;

/** Cost against size; compiled with {@code -Dbench=scaling} only. */
@NullMarked
package dev.neurite.benchmarks.scaling;

import org.jspecify.annotations.NullMarked;

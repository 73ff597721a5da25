/** Benchmarks, run by JMH. */
@NullMarked
package dev.neurite.benchmarks;

import org.jspecify.annotations.NullMarked;

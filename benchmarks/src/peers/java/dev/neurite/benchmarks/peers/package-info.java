/** Libraries that Neurite is measured against; compiled with {@code -Dbench=peers} only. */
@NullMarked
package dev.neurite.benchmarks.peers;

import org.jspecify.annotations.NullMarked;

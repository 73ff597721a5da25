/**
 * Neurite and its peers on the same work. A parent process starts a process for each contender,
 * lets them warm up, and asks one after another for a sample, round after round.
 */
@NullMarked
package dev.neurite.benchmarks.race;

import org.jspecify.annotations.NullMarked;

/**
 * What docs/gpu.md says of speed, agreement and memory on an NVIDIA GPU: run by {@code
 * benchmarks/gpu/run.sh} on a machine that has one, without Maven or JMH.
 */
@NullMarked
package dev.neurite.benchmarks.gpu;

import org.jspecify.annotations.NullMarked;

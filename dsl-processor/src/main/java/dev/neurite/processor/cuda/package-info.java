/**
 * The arranged graph and its training steps go in; a {@link dev.neurite.processor.cuda.CudaProgram}
 * comes out: kernels in CUDA C, the calls that run them, and where everything lies on the device.
 * Independent of {@code kernel} and {@code lower}, which write for the processor.
 */
@NullMarked
package dev.neurite.processor.cuda;

import org.jspecify.annotations.NullMarked;

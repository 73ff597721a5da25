/**
 * NVIDIA GPUs through the libraries that are installed: the driver (libcuda), cuBLASLt and NVRTC,
 * called with {@code java.lang.foreign}. Nothing native is shipped.
 *
 * <p>In come a {@link dev.neurite.spi.GpuProgram} and arrays of the host; out come outputs, losses
 * and changed parameters. {@link dev.neurite.gpu.Gpu} is one opened device; {@link
 * dev.neurite.gpu.GpuModel} one network on it, {@link dev.neurite.gpu.GpuTraining} a training of
 * that. Users say {@code model.to(Device.gpu())} and need none of it but {@code Gpu.available()}.
 */
@NullMarked
package dev.neurite.gpu;

import org.jspecify.annotations.NullMarked;

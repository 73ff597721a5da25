package dev.neurite.processor.cuda;

import java.util.List;

/**
 * A network for a GPU.
 *
 * @param functions what kernels call, in CUDA C
 * @param kernels in the order first launched
 * @param layout of parameters and state on the device
 * @param training workspace of the passes that train
 * @param inference workspace of inference
 * @param forward pass that keeps what the backward pass reads
 * @param backward pass
 * @param infer inference
 */
public record CudaProgram(
    String functions,
    List<CudaKernel> kernels,
    CudaLayout layout,
    CudaMemory training,
    CudaMemory inference,
    List<DeviceMethod> forward,
    List<DeviceMethod> backward,
    List<DeviceMethod> infer) {

  public CudaProgram {
    kernels = List.copyOf(kernels);
    forward = List.copyOf(forward);
    backward = List.copyOf(backward);
    infer = List.copyOf(infer);
  }
}

package dev.neurite.spi;

import java.util.List;

/**
 * One network as calls for an NVIDIA GPU: what the compiler generates beside the classes for the
 * CPU.
 *
 * <p>A pass is a plain sequence of calls in which every size is a literal but the rows. It is asked
 * for once for each number of rows, recorded, and replayed for every batch of so many rows. Values
 * are row-major, channels first. Kernels use no atomic operations on floats, so that the same pass
 * gives the same bits.
 */
public interface GpuProgram {

  /**
   * CUDA C for NVRTC, one piece: kernels are {@code extern "C" __global__}. It begins with {@link
   * GpuStep#DECLARATION} and includes no file.
   */
  String source();

  /** The flat arrays of parameters and state on the device. */
  GpuLayout layout();

  /** The workspace of {@link #forward} and {@link #backward}. */
  GpuMemory trainingMemory();

  /** The workspace of {@link #infer}. */
  GpuMemory inferenceMemory();

  /**
   * The forward pass that keeps what the backward pass reads.
   *
   * @param rows 1 to the capacity
   * @param training whether values are dropped and batches normalised by their own statistics; if
   *     not, dropout does nothing, batch normalisation uses its running statistics and the state
   *     stays as it is
   */
  void forward(GpuCalls calls, int rows, boolean training);

  /**
   * The backward pass, which overwrites all gradients; padding between tensors is left alone.
   *
   * @param rows as in the forward pass
   * @param training as in the forward pass
   * @param inputGradients whether the gradients of the inputs are wanted too
   */
  void backward(GpuCalls calls, int rows, boolean training, boolean inputGradients);

  /**
   * Inference, in a workspace of its own.
   *
   * @param rows 1 to the capacity
   */
  void infer(GpuCalls calls, int rows);

  /**
   * The flat arrays on the device. Each tensor begins at a multiple of {@link GpuPlace#ALIGNMENT}
   * floats; what lies between is 0.
   *
   * @param parameterFloats length of the parameter array, and of the gradients
   * @param stateFloats length of the state array
   * @param tensors where the values of each tensor of {@link ModelDescription#tensors} lie, in that
   *     order; its role says in which array
   */
  record GpuLayout(long parameterFloats, long stateFloats, List<Storage> tensors) {

    /** A layout with an unmodifiable list. */
    public GpuLayout {
      tensors = List.copyOf(tensors);
    }
  }
}

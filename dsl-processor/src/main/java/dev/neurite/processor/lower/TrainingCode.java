package dev.neurite.processor.lower;

import dev.neurite.processor.memory.TrainingMemory;
import java.util.List;

/**
 * A training pass as methods and the stages that call them.
 *
 * @param methods all methods, each once
 * @param forward for each stage of the forward pass its methods in order
 * @param backward the same of the backward pass
 * @param kernels what they call
 * @param memory the workspace they share
 * @param smallestBatch the fewest rows that batch statistics can be taken of
 */
public record TrainingCode(
    List<LayerMethod> methods,
    List<List<LayerMethod>> forward,
    List<List<LayerMethod>> backward,
    KernelSet kernels,
    TrainingMemory memory,
    int smallestBatch) {

  public TrainingCode {
    methods = List.copyOf(methods);
    forward = forward.stream().map(List::copyOf).toList();
    backward = backward.stream().map(List::copyOf).toList();
  }
}

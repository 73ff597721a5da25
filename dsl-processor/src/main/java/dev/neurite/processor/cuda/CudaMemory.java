package dev.neurite.processor.cuda;

import dev.neurite.processor.cuda.Buffer.Slot;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A workspace on the device: fixed slots first, then for each row.
 *
 * @param places of slots, in the order asked for
 * @param fixedFloats of all fixed slots
 * @param rowFloats of all others, for each row
 * @param outputs where each output lies
 * @param outputGradients where the gradient of each output is written, empty for inference
 * @param inputGradients where that of each input lies, none for indices; empty for inference
 */
public record CudaMemory(
    Map<Slot, Place> places,
    long fixedFloats,
    long rowFloats,
    List<Slot> outputs,
    List<Slot> outputGradients,
    List<Optional<Slot>> inputGradients) {

  public CudaMemory {
    outputs = List.copyOf(outputs);
    outputGradients = List.copyOf(outputGradients);
    inputGradients = List.copyOf(inputGradients);
  }

  /** Floats after the start of the workspace: so many, and so many for each row of its capacity. */
  public record Place(long fixed, long perRow) {}
}

package dev.neurite.processor.cuda;

import dev.neurite.processor.memory.ParameterLayout;
import dev.neurite.processor.memory.ParameterLayout.Role;
import dev.neurite.processor.memory.ParameterLayout.Storage;
import dev.neurite.processor.memory.ParameterLayout.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Parameters and state on the device: no padding within tensors, weights of images channels last.
 *
 * @param tensors in the order of the layout on the processor
 * @param parameterFloats of all parameters
 * @param stateFloats of all state
 */
public record CudaLayout(List<Stored> tensors, int parameterFloats, int stateFloats) {

  /** Tensors begin at multiples of so many floats, 256 bytes: what libraries align to. */
  private static final int ALIGNMENT = 64;

  public CudaLayout {
    tensors = List.copyOf(tensors);
  }

  /** A tensor and the floats before it. */
  public record Stored(Tensor tensor, int offset) {}

  static CudaLayout of(ParameterLayout layout) {
    List<Stored> tensors = new ArrayList<>();
    int parameters = 0;
    int state = 0;
    for (Tensor tensor : layout.tensors()) {
      int floats = Math.ceilDiv(size(tensor.storage()), ALIGNMENT) * ALIGNMENT;
      if (tensor.role() == Role.PARAMETER) {
        tensors.add(new Stored(tensor, parameters));
        parameters = Math.addExact(parameters, floats);
      } else {
        tensors.add(new Stored(tensor, state));
        state = Math.addExact(state, floats);
      }
    }
    return new CudaLayout(tensors, parameters, state);
  }

  private static int size(Storage storage) {
    return switch (storage) {
      case Storage.Panels panels ->
          Math.multiplyExact(
              panels.groups() * panels.outputs(),
              panels.channels() * panels.height() * panels.width());
      case Storage.Rows rows -> Math.multiplyExact(rows.rows(), rows.columns());
    };
  }

  /** Where a tensor of the layout on the processor begins. */
  int offset(Tensor tensor) {
    return tensors.stream()
        .filter(stored -> stored.tensor().equals(tensor))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no place for " + tensor))
        .offset();
  }
}

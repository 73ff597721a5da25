package dev.neurite.processor.generated;

import dev.neurite.Training;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.StoredTensor;

/** Positions of the flat arrays that hold no value: exactly 0 at all times. */
final class Padding {

  private Padding() {}

  static void check(GeneratedNetwork network, Training step) {
    check(network.name(), network.description(), step);
  }

  static void check(String name, ModelDescription description, Training step) {
    boolean[] used = new boolean[description.parameterLength()];
    for (StoredTensor tensor : description.tensors()) {
      if (tensor.role() == StoredTensor.Role.PARAMETER) {
        for (int i = 0; i < tensor.storage().size(); i++) {
          used[tensor.storage().index(i)] = true;
        }
      }
    }
    for (int i = 0; i < used.length; i++) {
      if (!used[i] && (step.parameters()[i] != 0 || step.gradients()[i] != 0)) {
        throw new IllegalStateException(
            "%s: padding at %d holds %s, its gradient %s"
                .formatted(name, i, step.parameters()[i], step.gradients()[i]));
      }
    }
  }
}

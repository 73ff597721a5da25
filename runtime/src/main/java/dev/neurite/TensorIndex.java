package dev.neurite;

import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.StoredTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tensors of a model by name. */
final class TensorIndex {

  private final Map<String, StoredTensor> byName = new LinkedHashMap<>();

  TensorIndex(ModelDescription description) {
    for (StoredTensor tensor : description.tensors()) {
      byName.put(tensor.name(), tensor);
    }
  }

  /**
   * The tensor of a name such as {@code hidden.weight}.
   *
   * @throws IllegalArgumentException if there is none
   */
  StoredTensor find(String name) {
    StoredTensor tensor = byName.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "no tensor " + name + "; there is " + String.join(", ", byName.keySet()));
    }
    return tensor;
  }

  /**
   * The tensors of one layer, and of the blocks that it applies, in the order of the model's file.
   */
  List<StoredTensor> ofLayer(String layer) {
    List<StoredTensor> tensors = new ArrayList<>();
    for (StoredTensor tensor : byName.values()) {
      if (tensor.layer().equals(layer) || tensor.layer().startsWith(layer + ".")) {
        tensors.add(tensor);
      }
    }
    return tensors;
  }
}

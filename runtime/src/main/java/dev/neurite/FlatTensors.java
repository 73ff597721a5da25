package dev.neurite;

import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.Storage;
import dev.neurite.spi.StoredTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tensors of a model by name, and copies between a flat array and PyTorch's layout. */
final class FlatTensors {

  private final Map<String, StoredTensor> byName = new LinkedHashMap<>();

  FlatTensors(ModelDescription description) {
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

  /** The tensors of one layer in the order of the model's file. */
  List<StoredTensor> ofLayer(String layer) {
    List<StoredTensor> tensors = new ArrayList<>();
    for (StoredTensor tensor : byName.values()) {
      if (tensor.layer().equals(layer)) {
        tensors.add(tensor);
      }
    }
    return tensors;
  }

  /** The values of a tensor in row-major order of PyTorch's layout. */
  static float[] copy(StoredTensor tensor, float[] flat) {
    Storage storage = tensor.storage();
    float[] values = new float[storage.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = flat[storage.index(i)];
    }
    return values;
  }

  /** Writes values in row-major order of PyTorch's layout; padding is left alone. */
  static void write(StoredTensor tensor, float[] values, float[] flat) {
    Storage storage = tensor.storage();
    for (int i = 0; i < values.length; i++) {
      flat[storage.index(i)] = values[i];
    }
  }
}

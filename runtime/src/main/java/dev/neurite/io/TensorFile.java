package dev.neurite.io;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a safetensors file holds: named tensors and named strings, both in the order of the file.
 * {@link SafeTensors} reads and writes it.
 *
 * @param tensors by name
 * @param metadata by name
 */
public record TensorFile(Map<String, Tensor> tensors, Map<String, String> metadata) {

  /** The header's key of the strings, which no tensor may have as its name. */
  static final String METADATA = "__metadata__";

  /**
   * Contents with unmodifiable maps of the same order.
   *
   * @throws IllegalArgumentException if a tensor is named {@code __metadata__}
   */
  public TensorFile {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    if (tensors.containsKey(METADATA)) {
      throw new IllegalArgumentException(
          "the format keeps the name " + METADATA + " for the metadata: rename the tensor");
    }
  }

  /**
   * The tensor of this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Tensor tensor(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "no tensor is named " + name + "; there are " + tensors.keySet());
    }
    return tensor;
  }
}

package dev.neurite;

import dev.neurite.dsl.Layer;
import dev.neurite.io.WeightFiles;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.StoredTensor;
import java.util.List;

/**
 * A layer of a model, with the model's parameters. State counts as a parameter that is not trained.
 */
record LayerView(TrainableModel model, ModelDescription.LayerRow row) implements Layer {

  @Override
  public String name() {
    return row.name();
  }

  @Override
  public List<List<Integer>> inputShapes() {
    return row.inputShapes();
  }

  @Override
  public List<Integer> outputShape() {
    return row.outputShape();
  }

  @Override
  public List<String> parameterNames() {
    return values().stream().map(this::nameHere).toList();
  }

  @Override
  public List<Integer> parameterShape(String parameter) {
    return find(parameter).shape();
  }

  @Override
  public float[] parameter(String parameter) {
    StoredTensor tensor = find(parameter);
    return WeightFiles.gather(tensor, model.arrayOf(tensor));
  }

  @Override
  public void setParameter(String parameter, float[] values) {
    StoredTensor tensor = find(parameter);
    WeightFiles.scatter(tensor, values, model.arrayOf(tensor));
    model.changed();
  }

  @Override
  public void freeze() {
    model.freeze(name(), true);
  }

  @Override
  public void unfreeze() {
    model.freeze(name(), false);
  }

  @Override
  public boolean frozen() {
    return model.isFrozen(name());
  }

  @Override
  public String toString() {
    return name() + ": " + row.operation() + " -> " + outputShape();
  }

  /** {@code weight}, or {@code 0.conv1.weight} in a stack of blocks. */
  private String nameHere(StoredTensor tensor) {
    return tensor.name().substring(name().length() + 1);
  }

  /** The layer's tensors of float values, those of blocks that it applies among them. */
  private List<StoredTensor> values() {
    return model.tensors().ofLayer(name()).stream()
        .filter(tensor -> tensor.role() != StoredTensor.Role.COUNTER)
        .toList();
  }

  private StoredTensor find(String parameter) {
    List<StoredTensor> tensors = values();
    for (StoredTensor tensor : tensors) {
      if (nameHere(tensor).equals(parameter)) {
        return tensor;
      }
    }
    throw new IllegalArgumentException(
        "layer "
            + name()
            + " has no parameter "
            + parameter
            + (tensors.isEmpty() ? "" : "; it has " + Checks.names(tensors, this::nameHere)));
  }
}

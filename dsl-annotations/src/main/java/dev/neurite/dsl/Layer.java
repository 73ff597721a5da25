package dev.neurite.dsl;

import java.util.List;

/**
 * One declared layer of a network.
 *
 * <p>A method of a {@code @Model} interface returns {@code Layer}; on the generated model it gives
 * a view of that layer's shapes and parameters. Shapes leave out the batch and count channels
 * first.
 */
public interface Layer {

  /**
   * The declared name, such as {@code conv1}.
   *
   * @return a method name of the model interface
   */
  String name();

  /**
   * The shapes this layer reads, one for each input, without the batch.
   *
   * @return sizes, channels first
   */
  List<List<Integer>> inputShapes();

  /**
   * The shape this layer gives, without the batch.
   *
   * @return sizes, channels first
   */
  List<Integer> outputShape();

  /**
   * The names of this layer's parameters, such as {@code weight} and {@code bias}; empty where it
   * has none. A {@link Stack} of blocks has those of all its layers, such as {@code
   * 0.conv1.weight}.
   *
   * @return names in the order of PyTorch's {@code state_dict}
   */
  List<String> parameterNames();

  /**
   * The shape of a parameter in PyTorch's layout, such as [128, 9216] for the weight of a dense
   * layer.
   *
   * @param parameter one of {@link #parameterNames}
   * @return sizes, empty for a single number
   * @throws IllegalArgumentException if this layer has no parameter of that name
   */
  List<Integer> parameterShape(String parameter);

  /**
   * A copy of a parameter's values, row-major in PyTorch's layout.
   *
   * @param parameter one of {@link #parameterNames}
   * @return a new array
   * @throws IllegalArgumentException if this layer has no parameter of that name
   */
  float[] parameter(String parameter);

  /**
   * Replaces a parameter's values, row-major in PyTorch's layout.
   *
   * @param parameter one of {@link #parameterNames}
   * @param values as many as the parameter has; copied
   * @throws IllegalArgumentException if this layer has no parameter of that name or the number of
   *     values differs from the parameter's; nothing is changed then
   */
  void setParameter(String parameter, float[] values);

  /** Keeps this layer's parameters as they are in the training steps that follow. */
  void freeze();

  /** Lets training steps change this layer's parameters again. */
  void unfreeze();

  /**
   * Whether training steps leave this layer's parameters unchanged.
   *
   * @return false at first
   */
  boolean frozen();
}

package dev.neurite.spi;

import java.util.List;

/**
 * What the compiler knows of a network, for the runtime: written by the annotation processor, read
 * by models, trainers and files.
 *
 * @param name the declared interface's simple name, such as {@code Digits}
 * @param inputs in the order declared
 * @param outputs in the order declared
 * @param layers in the order declared
 * @param tensors parameters and state in the order of PyTorch's {@code state_dict}
 * @param parameterLength length of the flat parameter array, padding included
 * @param stateLength length of the flat state array, padding included
 */
public record ModelDescription(
    String name,
    List<Input> inputs,
    List<Output> outputs,
    List<LayerRow> layers,
    List<StoredTensor> tensors,
    int parameterLength,
    int stateLength) {

  /** A description with unmodifiable lists. */
  public ModelDescription {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    layers = List.copyOf(layers);
    tensors = List.copyOf(tensors);
  }

  /**
   * One input.
   *
   * @param name the layer's name
   * @param shape without the batch, channels first
   * @param vocabulary for an input of indices, how many there are (valid are 0 to vocabulary - 1);
   *     0 for an input of float values
   */
  public record Input(String name, List<Integer> shape, int vocabulary) {

    /** An input with an unmodifiable shape. */
    public Input {
      shape = List.copyOf(shape);
    }

    /** Whether this input takes {@code int[]} indices and not {@code float[]} values. */
    public boolean isIndex() {
      return vocabulary > 0;
    }

    /** Values of one row. */
    public int size() {
      return product(shape);
    }
  }

  /**
   * One output.
   *
   * @param name the layer's name
   * @param shape without the batch, channels first
   * @param last what its last operation makes of the values
   */
  public record Output(String name, List<Integer> shape, Values last) {

    /** An output with an unmodifiable shape. */
    public Output {
      shape = List.copyOf(shape);
    }

    /** Values of one row. */
    public int size() {
      return product(shape);
    }
  }

  /** What the values of an output are, as far as its last operation says so. */
  public enum Values {
    /** Any real numbers: logits, or plain values. */
    UNBOUNDED,
    /** Each in (0, 1): after a sigmoid. */
    SIGMOID,
    /** Probabilities that sum to 1: after a softmax. */
    SOFTMAX,
    /** Logarithms of probabilities: after a log-softmax. */
    LOG_SOFTMAX,
    /** Bounded or clipped otherwise: after another activation, such as ReLU or tanh. */
    OTHER
  }

  /**
   * One layer.
   *
   * @param name the method's name; in a block after those of its places of use: {@code
   *     stage1.0.conv1}
   * @param operation its annotations as a reader would write them, such as {@code Conv2D 32 3x3,
   *     ReLU}
   * @param inputShapes the shapes it reads, without the batch
   * @param outputShape the shape it gives, without the batch
   * @param multiplyAdds of one row's forward pass, biases not counted
   */
  public record LayerRow(
      String name,
      String operation,
      List<List<Integer>> inputShapes,
      List<Integer> outputShape,
      long multiplyAdds) {

    /** A layer with unmodifiable lists. */
    public LayerRow {
      inputShapes = inputShapes.stream().map(List::copyOf).toList();
      outputShape = List.copyOf(outputShape);
    }
  }

  private static int product(List<Integer> shape) {
    int product = 1;
    // By index: an iterator would be an allocation in every training step.
    for (int axis = 0; axis < shape.size(); axis++) {
      product = Math.multiplyExact(product, shape.get(axis));
    }
    return product;
  }
}

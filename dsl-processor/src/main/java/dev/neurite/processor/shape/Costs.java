package dev.neurite.processor.shape;

import dev.neurite.processor.graph.Operation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one operation costs.
 *
 * @param parameters trained values, without padding
 * @param stored places that the trained values take in the flat array, which pads outputs to panels
 * @param multiplyAdds of one row's forward pass: those of dense layers and convolutions, biases not
 *     counted
 */
public record Costs(long parameters, long stored, long multiplyAdds) {

  /** Outputs side by side in one panel of stored weights. */
  private static final int PANEL = 16;

  private static final Costs NONE = new Costs(0, 0, 0);

  /** The same where parameters of another node are used, which that one counts. */
  public static Costs of(
      Operation operation,
      List<TensorType> inputs,
      TensorType output,
      TypedGraph.@Nullable Share share) {
    Costs all = of(operation, inputs, output);
    if (share == null) {
      return all;
    }
    long biases =
        switch (operation) {
          case Operation.Dense dense -> dense.bias() ? dense.units() : 0;
          case Operation.Conv2D convolution -> convolution.bias() ? convolution.filters() : 0;
          case Operation other -> 0;
        };
    if (!share.has("weight")) {
      return all;
    }
    return share.has("bias")
        ? new Costs(0, 0, all.multiplyAdds())
        : new Costs(biases, padded((int) biases), all.multiplyAdds());
  }

  /** The costs of an operation that reads and gives values of these types. */
  public static Costs of(Operation operation, List<TensorType> inputs, TensorType output) {
    return switch (operation) {
      case Operation.Dense dense -> {
        long features = inputs.getFirst().shape().getLast();
        yield weights(1, dense.units(), features, dense.bias(), rows(output));
      }
      case Operation.Conv2D convolution -> {
        int groups = convolution.groups();
        long inputsOfOne =
            (long) (inputs.getFirst().shape().getFirst() / groups)
                * convolution.kernel().height()
                * convolution.kernel().width();
        long places = (long) output.shape().get(1) * output.shape().get(2);
        yield weights(
            groups, convolution.filters() / groups, inputsOfOne, convolution.bias(), places);
      }
      case Operation.BatchNorm batchNorm -> vectors(batchNorm.affine(), output.shape().getFirst());
      case Operation.LayerNorm layerNorm -> vectors(layerNorm.affine(), output.shape().getLast());
      case Operation.Embedding embedding ->
          new Costs(
              (long) embedding.vocabulary() * embedding.size(),
              embedding.vocabulary() * padded(embedding.size()),
              0);
      case Operation.Input ignored -> NONE;
      case Operation.Pass ignored -> NONE;
      case Operation.MaxPool2D ignored -> NONE;
      case Operation.AvgPool2D ignored -> NONE;
      case Operation.GlobalAvgPool ignored -> NONE;
      case Operation.Flatten ignored -> NONE;
      case Operation.Reshape ignored -> NONE;
      case Operation.Dropout ignored -> NONE;
      case Operation.SpatialDropout ignored -> NONE;
      case Operation.Add ignored -> NONE;
      case Operation.Multiply ignored -> NONE;
      case Operation.Concat ignored -> NONE;
      case Operation.Activation ignored -> NONE;
      case Operation.Softmax ignored -> NONE;
      case Operation.LogSoftmax ignored -> NONE;
    };
  }

  private static Costs weights(int groups, int outputs, long inputs, boolean bias, long places) {
    long all = (long) groups * outputs;
    long biases = bias ? all : 0;
    long stored = saturated(saturated(groups, padded(outputs)), inputs + (bias ? 1 : 0));
    return new Costs(
        saturated(all, inputs) + biases, stored, saturated(saturated(all, inputs), places));
  }

  /**
   * A product, or a quarter of the largest long where it is larger: still far beyond every limit.
   */
  private static long saturated(long a, long b) {
    long high = Math.multiplyHigh(a, b);
    long low = a * b;
    return high != 0 || low < 0 ? Long.MAX_VALUE / 4 : low;
  }

  private static Costs vectors(boolean affine, int size) {
    return affine ? new Costs(2L * size, 2 * padded(size), 0) : NONE;
  }

  private static long padded(int outputs) {
    return ((long) outputs + PANEL - 1) / PANEL * PANEL;
  }

  /** How many vectors along the last axis a row consists of. */
  private static long rows(TensorType type) {
    return type.size() / type.shape().getLast();
  }
}

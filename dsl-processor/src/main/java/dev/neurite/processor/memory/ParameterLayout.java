package dev.neurite.processor.memory;

import java.util.List;
import java.util.Map;

/**
 * Where parameters and state lie in their two flat arrays.
 *
 * @param tensors in the order of PyTorch's {@code state_dict}
 * @param shared tensors of other nodes by the uses of those that have them not
 * @param parameterLength of the flat parameter array
 * @param stateLength of the flat state array
 */
public record ParameterLayout(
    List<Tensor> tensors, Map<Use, Tensor> shared, int parameterLength, int stateLength) {

  /**
   * Where the first number of a flat array or a workspace lies, so that vectors do not straddle
   * cache lines of 64 bytes: the JVM puts large arrays at the start of a region (G1, from half a
   * region on), and their numbers begin 16 bytes behind it.
   */
  public static final int START = 12;

  public ParameterLayout {
    tensors = List.copyOf(tensors);
    shared = Map.copyOf(shared);
  }

  /** A tensor of another node, as a typed node calls it. */
  public record Use(int node, String leaf) {}

  /** As in the runtime's description of a model. */
  public enum Role {
    PARAMETER,
    STATE,
    COUNTER
  }

  /** As in the runtime's description of a model. */
  public sealed interface Storage {
    int offset();

    int length();

    record Panels(int offset, int groups, int outputs, int channels, int height, int width)
        implements Storage {
      public int panels() {
        return (outputs + 15) / 16;
      }

      /** Floats of one group. */
      public int groupLength() {
        return Math.multiplyExact(panels() * 16, channels * height * width);
      }

      @Override
      public int length() {
        return Math.multiplyExact(groups, groupLength());
      }
    }

    record Rows(int offset, int rows, int columns, int stride) implements Storage {
      @Override
      public int length() {
        return Math.multiplyExact(rows, stride);
      }
    }
  }

  /** How first values are drawn. */
  public sealed interface Start {
    record Uniform(double low, double high) implements Start {}

    record Normal(double mean, double deviation) implements Start {}

    record Constant(double value) implements Start {}

    record Orthogonal(double gain) implements Start {}
  }

  /**
   * One tensor.
   *
   * @param node the typed node that has it
   */
  public record Tensor(
      int node,
      String layer,
      String leaf,
      List<Integer> shape,
      Role role,
      Storage storage,
      Start start) {
    public Tensor {
      shape = List.copyOf(shape);
    }
  }

  /** The tensor {@code leaf} of a typed node, its own or one that it shares. */
  public Tensor tensor(int node, String leaf) {
    Tensor other = shared.get(new Use(node, leaf));
    if (other != null) {
      return other;
    }
    return tensors.stream()
        .filter(tensor -> tensor.node() == node && tensor.leaf().equals(leaf))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("node " + node + " has no tensor " + leaf));
  }
}

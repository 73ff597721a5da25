package dev.neurite.spi;

import java.util.List;

/**
 * One tensor of a model's file, in the order of PyTorch's {@code state_dict}.
 *
 * @param layer the layer it belongs to, such as {@code bn1}
 * @param leaf its name in the layer, such as {@code running_mean}
 * @param shape its shape in PyTorch's layout; empty for a single number
 * @param role which flat array holds it
 * @param storage where in that array
 * @param initialization how its first values are drawn
 */
public record StoredTensor(
    String layer,
    String leaf,
    List<Integer> shape,
    Role role,
    Storage storage,
    Initialization initialization) {

  /** Which flat array holds a tensor, and as what it is written. */
  public enum Role {
    /** Trained: in the parameter array; float32 in files. */
    PARAMETER,
    /** Kept beside the parameters, seen by no optimizer: in the state array; float32 in files. */
    STATE,
    /** A count in the state array; int64 in files. */
    COUNTER
  }

  /** A tensor with an unmodifiable shape. */
  public StoredTensor {
    shape = List.copyOf(shape);
  }

  /** The name in files: {@code layer.leaf}. */
  public String name() {
    return layer + "." + leaf;
  }
}

package dev.neurite.processor.shape;

import java.util.List;

/** Element type and shape of one row of a value: without the batch, channels first. */
public record TensorType(Element element, List<Integer> shape) {

  /** What one element is. */
  public enum Element {
    FLOAT,
    INDEX
  }

  public TensorType {
    shape = List.copyOf(shape);
  }

  public static TensorType ofFloats(List<Integer> shape) {
    return new TensorType(Element.FLOAT, shape);
  }

  /** Elements of one row; sizes beyond int are refused before a type is made. */
  public int size() {
    return shape.stream().reduce(1, Math::multiplyExact);
  }

  public int rank() {
    return shape.size();
  }
}

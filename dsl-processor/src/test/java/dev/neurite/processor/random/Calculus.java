package dev.neurite.processor.random;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Shapes and costs of operations, from their definitions: not by the compiler under test. An
 * annotation is read as it is written.
 */
final class Calculus {

  private Calculus() {}

  /**
   * What an operation gives and costs.
   *
   * @param parameters trained values
   * @param multiplyAdds of one row
   */
  record Outcome(List<Integer> shape, long parameters, long multiplyAdds) {

    Outcome {
      shape = List.copyOf(shape);
    }
  }

  static long values(List<Integer> shape) {
    return shape.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
  }

  /** What an operation makes of values; null if it cannot read them. */
  static @Nullable Outcome of(Piece piece, List<Value> operands) {
    Value first = operands.getFirst();
    if (operands.stream().anyMatch(Value::index)) {
      return piece.is("Embedding") ? embedding(piece, first.shape()) : null;
    }
    List<Integer> shape = first.shape();
    int rank = shape.size();
    return switch (piece.name) {
      case "Embedding" -> null;
      case "Dense" -> rank == 3 ? null : dense(piece, shape);
      case "Conv2D" -> rank == 3 ? convolution(piece, shape) : null;
      case "BatchNorm" -> rank == 2 ? null : normalization(piece, shape, shape.getFirst());
      case "LayerNorm" -> normalization(piece, shape, shape.getLast());
      case "MaxPool2D", "AvgPool2D" -> rank == 3 ? pool(piece, shape) : null;
      case "GlobalAvgPool" ->
          rank == 1 ? null : free(List.of(rank == 3 ? shape.getFirst() : shape.getLast()));
      case "Flatten" -> free(List.of((int) values(shape)));
      case "Reshape" -> reshape(piece, shape);
      case "SpatialDropout" -> rank == 3 ? free(shape) : null;
      case "Softmax", "LogSoftmax" -> {
        int axis = piece.number("axis", -1);
        yield axis < -rank || axis >= rank ? null : free(shape);
      }
      case "Add", "Multiply" ->
          operands.stream().allMatch(other -> other.shape().equals(shape)) ? free(shape) : null;
      case "Concat" -> concat(piece, operands);
      default -> free(shape);
    };
  }

  private static Outcome free(List<Integer> shape) {
    return new Outcome(shape, 0, 0);
  }

  static boolean has(Piece piece, String flag) {
    return !"false".equals(piece.attributes.get(flag));
  }

  private static Outcome dense(Piece piece, List<Integer> shape) {
    int units = piece.number("value", 0);
    List<Integer> gives = new ArrayList<>(shape);
    gives.set(gives.size() - 1, units);
    long weights = (long) units * shape.getLast();
    return new Outcome(gives, weights + (has(piece, "bias") ? units : 0), values(shape) * units);
  }

  private static @Nullable Outcome convolution(Piece piece, List<Integer> shape) {
    int groups = piece.number("groups", 1);
    int filters = piece.number("filters", 0);
    if (shape.getFirst() % groups != 0) {
      return null;
    }
    boolean same = "true".equals(piece.attributes.get("same"));
    List<Integer> gives = new ArrayList<>(List.of(filters));
    for (int i = 0; i < 2; i++) {
      int extent = piece.side("dilation", i, 1) * (piece.side("kernel", i, 1) - 1) + 1;
      int free = shape.get(i + 1) + 2 * piece.side("padding", i, 0) - extent;
      if (!same && free < 0) {
        return null;
      }
      gives.add(same ? shape.get(i + 1) : free / piece.side("stride", i, 1) + 1);
    }
    long weights =
        (long) filters
            * (shape.getFirst() / groups)
            * piece.side("kernel", 0, 1)
            * piece.side("kernel", 1, 1);
    return new Outcome(
        gives, weights + (has(piece, "bias") ? filters : 0), weights * gives.get(1) * gives.get(2));
  }

  private static Outcome normalization(Piece piece, List<Integer> shape, int values) {
    return new Outcome(shape, has(piece, "affine") ? 2L * values : 0, 0);
  }

  private static @Nullable Outcome pool(Piece piece, List<Integer> shape) {
    List<Integer> gives = new ArrayList<>(List.of(shape.getFirst()));
    for (int i = 0; i < 2; i++) {
      int window = piece.side("value", i, 1);
      int free = shape.get(i + 1) + 2 * piece.side("padding", i, 0) - window;
      if (free < 0) {
        return null;
      }
      gives.add(free / piece.side("stride", i, window) + 1);
    }
    return free(gives);
  }

  private static @Nullable Outcome reshape(Piece piece, List<Integer> shape) {
    List<Integer> gives = piece.numbers("value");
    return values(gives) == values(shape) ? free(gives) : null;
  }

  private static @Nullable Outcome concat(Piece piece, List<Value> operands) {
    List<Integer> first = operands.getFirst().shape();
    int declared = piece.number("axis", 0);
    int axis = declared < 0 ? declared + first.size() : declared;
    if (axis < 0 || axis >= first.size()) {
      return null;
    }
    int sum = 0;
    for (Value operand : operands) {
      List<Integer> other = new ArrayList<>(operand.shape());
      if (other.size() != first.size()) {
        return null;
      }
      sum += other.set(axis, first.get(axis));
      if (!other.equals(first)) {
        return null;
      }
    }
    List<Integer> gives = new ArrayList<>(first);
    gives.set(axis, sum);
    return free(gives);
  }

  private static Outcome embedding(Piece piece, List<Integer> shape) {
    List<Integer> gives = new ArrayList<>(shape);
    int size = piece.number("size", 0);
    gives.add(size);
    return new Outcome(gives, (long) piece.number("vocabulary", 0) * size, 0);
  }
}

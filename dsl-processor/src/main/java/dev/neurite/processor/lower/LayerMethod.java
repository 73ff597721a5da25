package dev.neurite.processor.lower;

import java.util.List;

/**
 * One method of a generated class: what a layer does in one stage.
 *
 * @param name such as {@code conv1Forward}
 * @param documentation for its Javadoc
 * @param split what its range {@code from} to {@code to} counts, or that it takes the part as it is
 * @param onlyForInputs whether it runs only where the gradients of the network's inputs are asked
 *     for
 * @param rowFloats values of one row that it reads and writes where it is as fast on few rows as on
 *     many; 0 where it is not, as a matrix product that reads all its weights for each tile of rows
 * @param lines its body
 */
public record LayerMethod(
    String name,
    String documentation,
    Split split,
    boolean onlyForInputs,
    int rowFloats,
    List<Line> lines) {

  public LayerMethod {
    lines = List.copyOf(lines);
  }

  /** How the work of a method is divided among threads. */
  public sealed interface Split {
    /** Rows of the batch. */
    record Rows() implements Split {}

    /**
     * A count known at compile time, such as channels, in multiples of {@code multiple} so that no
     * two threads write into one vector.
     */
    record Units(int count, int multiple) implements Split {}

    /** What the method itself makes of {@code part} and {@code parts}: rows and columns at once. */
    record Part() implements Split {}
  }
}

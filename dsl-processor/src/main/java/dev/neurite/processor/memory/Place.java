package dev.neurite.processor.memory;

import dev.neurite.processor.kernel.IndexText;

/**
 * Where the rows of a value lie.
 *
 * @param array the Java expression of the array
 * @param base the Java expression of where the first row begins
 * @param rowSize elements of one row
 */
public record Place(String array, String base, int rowSize) {

  /** Where a row begins. */
  public String at(String row) {
    return IndexText.sum(base, IndexText.product(row, Integer.toString(rowSize)));
  }

  /** Where an element of a row lies. */
  public String at(String row, String element) {
    return IndexText.sum(at(row), element);
  }

  /** A place some elements further in every row. */
  public String base(int element) {
    return IndexText.sum(base, Integer.toString(element));
  }
}

package dev.neurite.data;

import dev.neurite.spi.Philox;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Rows in memory, in columns named as the inputs and outputs of the model that they train.
 *
 * <p>Immutable: every method that changes something gives a new dataset, which shares the columns
 * that did not change. All randomness comes from the seed given, so the same call gives the same
 * rows on every machine.
 */
public final class Dataset {

  /** Streams of random numbers beside those of the epochs, which count up from 0. */
  private static final long SHUFFLED = -1;

  private static final long SPLIT = -2;

  private final Map<String, Column> columns;
  private final int rows;

  private Dataset(List<? extends Column> columns) {
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("a dataset needs at least one column");
    }
    Column first = columns.getFirst();
    this.rows = first.rows();
    this.columns = new LinkedHashMap<>();
    for (Column column : columns) {
      if (column.rows() != rows) {
        throw new IllegalArgumentException(
            "column "
                + first.name()
                + " has "
                + rows
                + " rows, but column "
                + column.name()
                + " has "
                + column.rows());
      }
      if (this.columns.put(column.name(), column) != null) {
        throw new IllegalArgumentException("two columns are named " + column.name());
      }
    }
  }

  /** Two parts of a dataset. */
  public record Split(Dataset first, Dataset second) {}

  /**
   * A dataset of these columns.
   *
   * @throws IllegalArgumentException if they have different numbers of rows, or two have one name
   */
  public static Dataset of(Column... columns) {
    return new Dataset(Arrays.asList(columns));
  }

  /** Number of rows. */
  public int rows() {
    return rows;
  }

  /** All columns, in order. */
  public List<Column> columns() {
    return List.copyOf(columns.values());
  }

  /** Whether there is a column of this name. */
  public boolean has(String column) {
    return columns.containsKey(column);
  }

  /**
   * The column of this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Column column(String name) {
    Column column = columns.get(name);
    if (column == null) {
      throw new IllegalArgumentException(
          "no column is named " + name + "; there are " + columns.keySet());
    }
    return column;
  }

  /**
   * The column of float values of this name.
   *
   * @throws IllegalArgumentException if there is none, or it holds indices
   */
  public FloatColumn floats(String name) {
    return switch (column(name)) {
      case FloatColumn column -> column;
      case IndexColumn column ->
          throw new IllegalArgumentException(
              "column " + name + " holds indices, not float values: see oneHot");
    };
  }

  /**
   * The column of indices of this name.
   *
   * @throws IllegalArgumentException if there is none, or it holds float values
   */
  public IndexColumn indices(String name) {
    return switch (column(name)) {
      case IndexColumn column -> column;
      case FloatColumn column ->
          throw new IllegalArgumentException("column " + name + " holds float values, not indices");
    };
  }

  /**
   * This dataset with one more column, or with another in place of the one of the same name.
   *
   * @throws IllegalArgumentException if it has another number of rows
   */
  public Dataset with(Column column) {
    Map<String, Column> changed = new LinkedHashMap<>(columns);
    changed.put(column.name(), column);
    return new Dataset(List.copyOf(changed.values()));
  }

  /**
   * This dataset with another name for a column, such as that of a model's output.
   *
   * @throws IllegalArgumentException if there is no column {@code from}, or already one {@code to}
   */
  public Dataset renamed(String from, String to) {
    Column renamed = column(from).renamed(to);
    return new Dataset(
        columns.values().stream()
            .map(column -> column.name().equals(from) ? renamed : column)
            .toList());
  }

  /**
   * Some rows, in the order given.
   *
   * @param rows indices from 0, in any order, each as often as wanted
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public Dataset take(int... rows) {
    for (int row : rows) {
      if (row < 0 || row >= this.rows) {
        throw new IndexOutOfBoundsException(
            "there are " + this.rows + " rows, counted from 0; got row " + row);
      }
    }
    return new Dataset(columns.values().stream().map(column -> column.take(rows)).toList());
  }

  /** All rows in an order drawn from the seed. */
  public Dataset shuffled(long seed) {
    return take(order(seed, SHUFFLED));
  }

  /**
   * Two parts without a row in common, drawn from the seed.
   *
   * @param share of the rows that go to the first part, rounded to whole rows; in [0, 1]
   */
  public Split split(double share, long seed) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("expected a share of the rows in [0, 1], got " + share);
    }
    int[] order = order(seed, SPLIT);
    int first = (int) Math.round(share * rows);
    return new Split(
        take(Arrays.copyOf(order, first)), take(Arrays.copyOfRange(order, first, rows)));
  }

  /**
   * The rows before a row, and those from it on, in their order.
   *
   * @param row from 0 to the number of rows
   */
  public Split splitAt(int row) {
    if (row < 0 || row > rows) {
      throw new IndexOutOfBoundsException(
          "there are " + rows + " rows; they cannot be split at " + row);
    }
    return new Split(
        take(IntStream.range(0, row).toArray()), take(IntStream.range(row, rows).toArray()));
  }

  /**
   * This dataset with a column of float values normalised.
   *
   * @throws IllegalArgumentException if the column holds indices, or the normalisation is for
   *     another shape
   */
  public Dataset normalised(String column, Normalization normalization) {
    return with(normalization.apply(floats(column)));
  }

  /**
   * This dataset with a column of single indices made to one of {@code classes} float values that
   * are 1 at the index and 0 elsewhere: shape {@code [classes]}.
   *
   * @throws IllegalArgumentException if an index is not in [0, classes), or rows hold more than one
   */
  public Dataset oneHot(String column, int classes) {
    IndexColumn indices = indices(column);
    if (indices.rowSize() != 1) {
      throw new IllegalArgumentException(
          "expected one index per row in column "
              + column
              + ", got rows of shape "
              + indices.shape());
    }
    float[] values = new float[Math.multiplyExact(rows, classes)];
    for (int row = 0; row < rows; row++) {
      int index = indices.values()[row];
      if (index < 0 || index >= classes) {
        throw new IllegalArgumentException(
            "row "
                + row
                + " of column "
                + column
                + " holds "
                + index
                + ", which is not one of "
                + classes
                + " classes");
      }
      values[row * classes + index] = 1;
    }
    return with(new FloatColumn(column, List.of(classes), values));
  }

  /** The columns, one a line. */
  @Override
  public String toString() {
    List<String> lines = new ArrayList<>();
    columns.values().forEach(column -> lines.add(column.toString()));
    return String.join("\n", lines);
  }

  /** Which row comes at which place in an epoch. */
  int[] epochOrder(long seed, int epoch) {
    return order(seed, epoch);
  }

  private int[] order(long seed, long stream) {
    int[] order = IntStream.range(0, rows).toArray();
    new Philox.Stream(seed, Philox.SHUFFLE, stream).shuffle(order);
    return order;
  }
}

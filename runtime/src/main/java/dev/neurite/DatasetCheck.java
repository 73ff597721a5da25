package dev.neurite;

import dev.neurite.data.Column;
import dev.neurite.data.Dataset;
import dev.neurite.data.FloatColumn;
import dev.neurite.data.IndexColumn;
import dev.neurite.spi.ModelDescription;
import java.util.Arrays;

/**
 * Checks before the first step that data fit a model, so that training does not fail in its third
 * hour.
 *
 * @param what the data are, for messages, such as "the training data"
 * @param data to check
 */
record DatasetCheck(String what, Dataset data) {

  DatasetCheck {
    if (data.rows() == 0) {
      throw new IllegalArgumentException(what + " have no rows");
    }
  }

  /** The column of an input: there, of the input's type and size, and with valid indices. */
  void input(ModelDescription.Input input) {
    switch (column("input", input.name())) {
      case FloatColumn floats -> {
        if (input.isIndex()) {
          throw new IllegalArgumentException(
              "input "
                  + input.name()
                  + " takes indices, but its column in "
                  + what
                  + " holds float values");
        }
        size(input, floats);
      }
      case IndexColumn indices -> {
        if (!input.isIndex()) {
          throw new IllegalArgumentException(
              "input "
                  + input.name()
                  + " takes float values, but its column in "
                  + what
                  + " holds indices: use oneHot, or declare the input as INDEX");
        }
        size(input, indices);
        for (int i = 0; i < indices.values().length; i++) {
          int index = indices.values()[i];
          if (index < 0 || index >= input.vocabulary()) {
            throw new IllegalArgumentException(
                "input "
                    + input.name()
                    + " takes indices from 0 to "
                    + (input.vocabulary() - 1)
                    + ", but row "
                    + i / indices.rowSize()
                    + " of "
                    + what
                    + " holds "
                    + index);
          }
        }
      }
    }
  }

  private void size(ModelDescription.Input input, Column column) {
    if (column.rowSize() != input.size()) {
      throw new IllegalArgumentException(
          "input "
              + input.name()
              + " "
              + input.shape()
              + " takes "
              + input.size()
              + " values per row, but its column in "
              + what
              + " "
              + column.shape()
              + " has "
              + column.rowSize());
    }
  }

  /** The column of an output with a loss: what the loss takes. */
  void targets(Objective.LossTerm term) {
    Column column = column("output", term.output().name());
    float[] zeros = new float[term.output().size()];
    // Types and sizes are those of the first row; classes are looked at in every row.
    int rows = column instanceof IndexColumn ? column.rows() : 1;
    int size = column.rowSize();
    for (int row = 0; row < rows; row++) {
      Object targets =
          switch (column) {
            case FloatColumn floats -> Arrays.copyOfRange(floats.values(), 0, size);
            case IndexColumn indices ->
                Arrays.copyOfRange(indices.values(), row * size, (row + 1) * size);
          };
      try {
        term.loss().value(term.output(), zeros, targets, 1);
      } catch (IllegalArgumentException unfit) {
        throw new IllegalArgumentException(
            "row " + row + " of " + what + ": " + unfit.getMessage(), unfit);
      }
    }
  }

  /** The column of this name, which must be there. */
  Column column(String kind, String name) {
    if (!data.has(name)) {
      String there = data.columns().getLast().name();
      throw new IllegalArgumentException(
          what
              + " have no column "
              + name
              + " for the "
              + kind
              + " of that name; there is "
              + Checks.names(data.columns(), Column::name)
              + ": rename one, such as data.renamed(\""
              + there
              + "\", \""
              + name
              + "\")");
    }
    return data.column(name);
  }
}

package dev.neurite;

import dev.neurite.spi.ModelDescription;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Checks of what users hand in, before anything is changed. Nothing is allocated unless one fails.
 */
final class Checks {

  private Checks() {}

  static int atLeast1(String what, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("expected " + what + " of at least 1, got " + value);
    }
    return value;
  }

  static void rows(int rows, int maxRows) {
    if (rows < 1 || rows > maxRows) {
      throw new IllegalArgumentException("expected 1 to " + maxRows + " rows, got " + rows);
    }
  }

  /** One array for each input, of its type, long enough, and with indices in the vocabulary. */
  static void inputs(ModelDescription description, @Nullable Object[] inputs, int rows) {
    List<ModelDescription.Input> expected = description.inputs();
    if (inputs.length != expected.size()) {
      throw new IllegalArgumentException(
          description.name()
              + " has "
              + expected.size()
              + " inputs ("
              + names(expected, ModelDescription.Input::name)
              + "), got "
              + inputs.length
              + " arrays");
    }
    for (int i = 0; i < inputs.length; i++) {
      input(expected.get(i), inputs[i], rows);
    }
  }

  private static void input(ModelDescription.Input expected, @Nullable Object values, int rows) {
    String name = expected.name();
    long needed = (long) rows * expected.size();
    if (expected.isIndex()) {
      if (!(values instanceof int[] indices)) {
        throw new IllegalArgumentException(
            "input " + name + " takes indices as int[], got " + type(values));
      }
      length("input ", name, indices.length, expected.size(), rows, needed);
      for (int i = 0; i < needed; i++) {
        if (indices[i] < 0 || indices[i] >= expected.vocabulary()) {
          throw new IllegalArgumentException(
              "input "
                  + name
                  + " takes indices from 0 to "
                  + (expected.vocabulary() - 1)
                  + ", got "
                  + indices[i]
                  + " in row "
                  + i / expected.size());
        }
      }
    } else {
      if (!(values instanceof float[] floats)) {
        throw new IllegalArgumentException(
            "input " + name + " takes values as float[], got " + type(values));
      }
      length("input ", name, floats.length, expected.size(), rows, needed);
    }
  }

  static void outputGradient(ModelDescription.Output output, float[] gradient, int rows) {
    length(
        "gradient of output ",
        output.name(),
        gradient.length,
        output.size(),
        rows,
        (long) rows * output.size());
  }

  /** An array for what an output gives. */
  static void output(ModelDescription.Output output, float[] values, int rows) {
    length(
        "output ", output.name(), values.length, output.size(), rows, (long) rows * output.size());
  }

  private static void length(
      String kind, String name, int length, int size, int rows, long needed) {
    if (length < needed) {
      throw new IllegalArgumentException(
          kind
              + name
              + ": expected "
              + size
              + " values per row, "
              + needed
              + " for "
              + rows
              + (rows == 1 ? " row" : " rows")
              + ", got "
              + length);
    }
  }

  /** The position of a named element; the message lists the names there are. */
  static <T> int indexOf(String kind, List<T> list, Function<T, String> name, String wanted) {
    for (int i = 0; i < list.size(); i++) {
      if (name.apply(list.get(i)).equals(wanted)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        "no " + kind + " " + wanted + "; there is " + names(list, name));
  }

  /** The position of the only element; the message lists the names where there are several. */
  static <T> int only(String kind, List<T> list, Function<T, String> name) {
    if (list.size() != 1) {
      throw new IllegalStateException(
          "there are " + list.size() + " " + kind + " (" + names(list, name) + "): name one");
    }
    return 0;
  }

  static <T> String names(List<T> list, Function<T, String> name) {
    return list.stream().map(name).collect(Collectors.joining(", "));
  }

  private static String type(@Nullable Object value) {
    return value == null ? "null" : value.getClass().getSimpleName();
  }
}

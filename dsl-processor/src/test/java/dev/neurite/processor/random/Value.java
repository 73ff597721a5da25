package dev.neurite.processor.random;

import java.util.List;

/** What a layer gives: numbers, or indices. */
record Value(List<Integer> shape, boolean index) {

  Value {
    shape = List.copyOf(shape);
  }
}

package dev.neurite.gpu;

import dev.neurite.spi.GpuPlace;
import org.jspecify.annotations.Nullable;

/**
 * The memory that one kind of pass works in.
 *
 * @param parameters of the model
 * @param state of the model
 * @param gradients in the layout of the parameters; null for inference
 * @param workspace of the pass
 * @param batch what changes from pass to pass
 * @param capacity rows that fit
 */
record Areas(
    DeviceMemory parameters,
    DeviceMemory state,
    @Nullable DeviceMemory gradients,
    DeviceMemory workspace,
    DeviceMemory batch,
    long capacity) {

  /** Rows that memory is allocated for, so that places stay aligned. */
  static long capacity(int rows) {
    return Math.ceilDiv((long) rows, GpuPlace.ROWS) * GpuPlace.ROWS;
  }

  /** The address of a place. */
  long address(GpuPlace place) {
    return address(place, 0);
  }

  /** The address of a place from which so many floats are used. */
  long address(GpuPlace place, long floats) {
    DeviceMemory memory =
        switch (place.area()) {
          case PARAMETERS -> parameters;
          case STATE -> state;
          case GRADIENTS -> {
            if (gradients == null) {
              throw new IllegalArgumentException(place + ": inference has no gradients");
            }
            yield gradients;
          }
          case WORKSPACE -> workspace;
          case BATCH -> batch;
        };
    long offset = place.offset(capacity);
    if (offset + floats > memory.floats()) {
      throw new IllegalArgumentException(
          place
              + " with "
              + floats
              + " floats ends at "
              + (offset + floats)
              + ", but "
              + place.area()
              + " has "
              + memory.floats()
              + " floats for "
              + capacity
              + " rows");
    }
    return memory.address() + offset * Float.BYTES;
  }
}

package dev.neurite.gpu;

import dev.neurite.spi.GpuPlace;
import dev.neurite.spi.GpuStep;
import dev.neurite.spi.ModelDescription;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Where inputs and targets of a pass lie in the memory that changes from pass to pass, on the GPU
 * and in the page-locked memory of the host, which has the same layout.
 *
 * @param inputs place of each input
 * @param targets place of each output's targets
 * @param capacity rows that fit
 * @param floats of the whole
 */
record BatchLayout(List<GpuPlace> inputs, List<GpuPlace> targets, long capacity, long floats) {

  /** Bytes of the {@link GpuStep} and what follows it up to the inputs. */
  static final long STEP_BYTES = (long) GpuPlace.ALIGNMENT * Float.BYTES;

  static BatchLayout of(ModelDescription description, long capacity, boolean withTargets) {
    List<GpuPlace> inputs = new ArrayList<>();
    List<GpuPlace> targets = new ArrayList<>();
    long before = 0;
    for (ModelDescription.Input input : description.inputs()) {
      inputs.add(GpuPlace.input(before));
      before += input.size();
    }
    if (withTargets) {
      for (ModelDescription.Output output : description.outputs()) {
        targets.add(GpuPlace.input(before));
        before += output.size();
      }
    }
    return new BatchLayout(
        inputs, targets, capacity, GpuPlace.ALIGNMENT + Math.multiplyExact(before, capacity));
  }

  /** Bytes before a place. */
  long bytes(GpuPlace place) {
    return place.offset(capacity) * Float.BYTES;
  }

  /** Writes what numbers the random numbers of a pass. */
  static void writeStep(MemorySegment host, long seed, long pass) {
    host.set(ValueLayout.JAVA_LONG, 0, seed);
    host.set(ValueLayout.JAVA_LONG, GpuStep.PASS, pass);
  }

  /** Writes numbers of the runtime behind those. */
  static void writeValues(MemorySegment host, float[] values) {
    MemorySegment.copy(values, 0, host, ValueLayout.JAVA_FLOAT, GpuStep.VALUES, values.length);
  }

  /**
   * Writes the first elements of an array to a place.
   *
   * @param values {@code float[]} or {@code int[]}
   * @param from first element
   * @param count of elements
   */
  void write(MemorySegment host, GpuPlace place, Object values, int from, int count) {
    if (values instanceof int[] indices) {
      MemorySegment.copy(indices, from, host, ValueLayout.JAVA_INT, bytes(place), count);
    } else {
      MemorySegment.copy((float[]) values, from, host, ValueLayout.JAVA_FLOAT, bytes(place), count);
    }
  }
}

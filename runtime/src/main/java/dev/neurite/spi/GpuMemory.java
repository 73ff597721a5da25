package dev.neurite.spi;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The workspace of one kind of pass: {@code fixedFloats + rowFloats * capacity} floats, and where
 * in it the caller finds what it reads and writes.
 *
 * @param fixedFloats that do not depend on the rows
 * @param rowFloats for each row of the capacity
 * @param outputs where each output's rows x size values lie after a forward pass, row-major,
 *     channels first
 * @param outputGradients where the caller writes the gradient of each output before a backward
 *     pass; empty for inference
 * @param inputGradients where the gradient of each input lies after a backward pass that was asked
 *     for them, null for inputs of indices; empty for inference
 */
public record GpuMemory(
    long fixedFloats,
    long rowFloats,
    List<GpuPlace> outputs,
    List<GpuPlace> outputGradients,
    List<@Nullable GpuPlace> inputGradients) {

  /** A memory with unmodifiable lists. */
  public GpuMemory {
    if (fixedFloats < 0 || rowFloats < 0) {
      throw new IllegalArgumentException(
          "expected lengths of at least 0, got " + fixedFloats + " and " + rowFloats);
    }
    outputs = List.copyOf(outputs);
    outputGradients = List.copyOf(outputGradients);
    inputGradients = Collections.unmodifiableList(new ArrayList<>(inputGradients));
  }

  /** The workspace of an inference pass. */
  public static GpuMemory inference(long fixedFloats, long rowFloats, List<GpuPlace> outputs) {
    return new GpuMemory(fixedFloats, rowFloats, outputs, List.of(), List.of());
  }

  /** Floats for a capacity. */
  public long floats(long capacity) {
    return Math.addExact(fixedFloats, Math.multiplyExact(rowFloats, capacity));
  }
}

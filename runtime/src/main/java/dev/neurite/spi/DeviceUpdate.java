package dev.neurite.spi;

import java.util.List;

/** A step of an optimizer as a GPU makes it. */
public interface DeviceUpdate {

  /** The most {@link #values} there may be: half of {@link GpuStep#VALUE_COUNT}. */
  int MAX_VALUES = GpuStep.VALUE_COUNT / 2;

  /** The most {@link #memories} there may be. */
  int MAX_MEMORIES = 3;

  /**
   * CUDA C of the step of one element: statements that change the floats {@code p} (the parameter)
   * and {@code m0}, {@code m1}, {@code m2} (the memories) along {@code g} (the gradient), with
   * {@code v[]} ({@link #values}) and {@code decay} (the weight decay of this element).
   */
  String code();

  /** What changes from step to step; at most {@link #MAX_VALUES} numbers. */
  float[] values();

  /** The weight decay of the tensors that have it. */
  float weightDecay();

  /** What is trained; the same list until it changes. */
  List<StoredTensor> trained();

  /** Whether each tensor of {@link #trained} has weight decay. */
  List<Boolean> decays();

  /**
   * The memories on the host, in the layout of the processor: what the device begins with, and
   * where they go when they are asked for.
   */
  List<float[]> memories();
}

package dev.neurite.processor.cuda;

import java.util.List;

/**
 * What one layer's node does in a pass: a method of the generated class.
 *
 * @param name of the method
 * @param comment what it does
 * @param condition when it is called
 * @param steps in order
 */
public record DeviceMethod(
    String name, String comment, Condition condition, List<DeviceStep> steps) {

  public DeviceMethod {
    steps = List.copyOf(steps);
  }

  /** When a pass calls a method. */
  public enum Condition {
    ALWAYS,
    /** Where batches are normalised by their own statistics. */
    TRAINING,
    /** Where they are not. */
    EVALUATION,
    /** Where the gradients of the inputs are wanted. */
    INPUT_GRADIENTS
  }
}

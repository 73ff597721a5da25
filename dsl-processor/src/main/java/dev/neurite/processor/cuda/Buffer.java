package dev.neurite.processor.cuda;

/** Something in the memory of a device that kernels and products read or write. */
public sealed interface Buffer {

  /**
   * A part of the workspace, which other slots use again when it is read no more.
   *
   * @param id which one, in the order asked for
   * @param name of the field that says where it lies
   * @param rowFloats for each row
   * @param fixedFloats once; one of the two is 0
   */
  record Slot(int id, String name, long rowFloats, long fixedFloats) implements Buffer {}

  /** A trained tensor, that many floats after the start of all. */
  record Parameter(long offset) implements Buffer {}

  /** The gradient of a trained tensor. */
  record Gradient(long offset) implements Buffer {}

  /** A tensor of the state. */
  record State(long offset) implements Buffer {}

  /** An input, behind inputs of so many values a row. */
  record Input(long sizesBefore) implements Buffer {}

  /** Seed and number of the pass. */
  record Step() implements Buffer {}
}

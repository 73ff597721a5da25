package dev.neurite.processor.cuda;

/** An argument of a kernel. */
public sealed interface Operand {

  /**
   * An address.
   *
   * @param rowFloats floats that it moves on for each row before a chunk's first
   * @param fixed floats after the start of the buffer
   * @param onRequest whether it is null unless the gradients of the inputs are wanted
   */
  record Address(Buffer buffer, long rowFloats, long fixed, boolean onRequest) implements Operand {

    /** The start of a buffer. */
    static Address of(Buffer buffer) {
      return new Address(buffer, 0, 0, false);
    }

    /** The same, moving on with the rows of chunks. */
    Address chunked(long floats) {
      return new Address(buffer, floats, fixed, onRequest);
    }

    /** The same, null unless the gradients of the inputs are wanted. */
    Address requested(boolean only) {
      return new Address(buffer, rowFloats, fixed, only);
    }
  }

  /** The rows of the pass, or within chunks of the chunk. */
  record Rows() implements Operand {}

  /** 1 where values are dropped and batches normalised by their own statistics, else 0. */
  record Training() implements Operand {}

  /** How many parts a sum over all rows is made of. */
  record PartCount(Parts parts) implements Operand {}
}

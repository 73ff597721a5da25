package dev.neurite;

import java.util.Arrays;

/** What a training has done since its last forward pass, and so what may be asked of it. */
final class PassState {

  /** Whether the gradient of each output has been written since the last forward pass. */
  private final boolean[] given;

  private int rows;
  private boolean backwardDone;
  private boolean inputGradientsRequired;
  private boolean inputGradientsValid;
  private boolean closed;

  PassState(int outputs) {
    given = new boolean[outputs];
  }

  /** Rows of the last forward pass; 0 before the first, and where it failed. */
  int rows() {
    return rows;
  }

  /** A forward pass begins: nothing of the one before is valid any more. */
  void forwardBegins() {
    rows = 0;
    backwardDone = false;
    inputGradientsValid = false;
    Arrays.fill(given, false);
  }

  void forwardDone(int rows) {
    this.rows = rows;
  }

  /** The gradient of an output has been written. */
  void give(int output) {
    given[output] = true;
  }

  boolean isGiven(int output) {
    return given[output];
  }

  void requireInputGradients(boolean required) {
    inputGradientsRequired = required;
  }

  void backwardBegins() {
    backwardDone = false;
  }

  void backwardDone() {
    backwardDone = true;
    inputGradientsValid = inputGradientsRequired;
  }

  void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("this training is closed: make another with training(...)");
    }
  }

  void requirePass() {
    requireOpen();
    if (rows == 0) {
      throw new IllegalStateException("no forward pass yet: call forward first");
    }
  }

  void requireLoss() {
    for (boolean one : given) {
      if (one) {
        return;
      }
    }
    throw new IllegalStateException(
        "no loss was computed since the forward pass: call loss(...), or pass the gradient of the"
            + " output to backward(...)");
  }

  void requireGradients() {
    if (!backwardDone) {
      throw new IllegalStateException("no gradients since the last forward pass: call backward");
    }
  }

  void requireInputGradients() {
    if (!inputGradientsValid) {
      throw new IllegalStateException(
          "no input gradients: call requireInputGradients(true) before backward");
    }
  }
}

package dev.neurite.gpu;

/** A mark in a stream that the host or another stream may wait for. */
final class Event implements Part {

  private final Gpu gpu;
  private final long event;
  private boolean recorded;
  private boolean closed;

  /** An event that has not been recorded: waiting for it does nothing. */
  Event(Gpu gpu) {
    this(gpu, false);
  }

  /**
   * An event that has not been recorded.
   *
   * @param timed whether it keeps when it happened
   */
  Event(Gpu gpu, boolean timed) {
    this.gpu = gpu;
    gpu.use();
    event = gpu.driver().createEvent(timed);
  }

  /** Marks what a stream was given so far. */
  void record(long stream) {
    gpu.driver().record(event, stream);
    recorded = true;
  }

  /** Waits on the host. */
  void await() {
    if (recorded) {
      gpu.driver().synchronizeEvent(event);
    }
  }

  /** Lets what a stream is given from now on wait. */
  void await(long stream) {
    if (recorded) {
      gpu.driver().await(stream, event);
    }
  }

  /** Milliseconds from another event to this one; both timed, and both have happened. */
  float since(Event start) {
    return gpu.driver().elapsed(start.event, event);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      gpu.use();
      gpu.driver().destroyEvent(event);
    }
  }
}

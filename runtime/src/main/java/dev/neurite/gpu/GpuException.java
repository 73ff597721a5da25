package dev.neurite.gpu;

/**
 * A GPU that cannot be opened, or a call to one of its libraries that failed. The message names the
 * call, the code the library gave, and the sizes that were asked for.
 */
public final class GpuException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** With everything a reader needs in the message. */
  public GpuException(String message) {
    super(message);
  }

  /** With the failure of the foreign function interface as the cause. */
  public GpuException(String message, Throwable cause) {
    super(message, cause);
  }
}

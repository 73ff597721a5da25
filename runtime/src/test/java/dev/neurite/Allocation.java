package dev.neurite;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Memory that the current thread asked for. */
public final class Allocation {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocation() {}

  /** Bytes allocated by this thread since it began. */
  public static long bytes() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }
}

package dev.neurite;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that run the parts of one piece of work after another.
 *
 * <p>The calling thread runs part 0 itself; part i belongs to worker i. A thread without work spins
 * for a short while, because the next stage usually follows within microseconds, and then parks, so
 * that a machine with more threads than cores does not burn them. Handing work over allocates
 * nothing. One thread at a time may call {@link #run}.
 */
final class WorkerPool implements AutoCloseable {

  /** How long a thread spins before it parks: several times what waking a parked one costs. */
  private static final long SPIN_NANOS = 50_000;

  /** Spins between two looks at the clock, which costs about as much as one of them. */
  private static final int SPINS_PER_LOOK = 32;

  private final Worker[] workers;
  private final AtomicInteger remaining = new AtomicInteger();

  private Training.@Nullable Work work;
  private int parts;
  private @Nullable Thread caller;
  private volatile boolean callerParked;
  private volatile boolean closed;

  /** Pieces of work so far. */
  private int tickets;

  /** Their number again, for the workers: a new one is what they wait for. */
  private volatile int ticket;

  /**
   * A pool whose threads start at once.
   *
   * @param threads the calling thread included
   */
  WorkerPool(int threads) {
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
      workers[i].thread.start();
    }
  }

  /** Threads, the calling one included. */
  int threads() {
    return workers.length + 1;
  }

  /**
   * Runs every part and returns when all have ended. What a part throws is thrown here, that of the
   * lowest part if several do.
   */
  void run(Training.Work work) {
    run(work, threads());
  }

  /**
   * The same in fewer parts than there are threads.
   *
   * @param parts 1 to {@link #threads}; a single part wakes no thread
   */
  void run(Training.Work work, int parts) {
    if (parts == 1) {
      work.run(0, 1);
      return;
    }
    this.work = work;
    this.parts = parts;
    caller = Thread.currentThread();
    remaining.set(workers.length);
    ticket = ++tickets;
    for (Worker worker : workers) {
      if (worker.parked) {
        LockSupport.unpark(worker.thread);
      }
    }
    Throwable failure = null;
    try {
      work.run(0, parts);
    } catch (RuntimeException | Error thrown) {
      failure = thrown;
    }
    awaitWorkers();
    this.work = null;
    caller = null;
    for (Worker worker : workers) {
      Throwable thrown = worker.failure;
      worker.failure = null;
      if (failure == null) {
        failure = thrown;
      }
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
    if (failure instanceof Error error) {
      throw error;
    }
  }

  /** Ends the threads; work that is running is finished first. */
  @Override
  public void close() {
    closed = true;
    for (Worker worker : workers) {
      LockSupport.unpark(worker.thread);
    }
  }

  private void awaitWorkers() {
    long start = System.nanoTime();
    do {
      for (int i = 0; i < SPINS_PER_LOOK; i++) {
        if (remaining.get() == 0) {
          return;
        }
        Thread.onSpinWait();
      }
    } while (System.nanoTime() - start < SPIN_NANOS);
    callerParked = true;
    while (remaining.get() != 0) {
      LockSupport.park(this);
    }
    callerParked = false;
  }

  private final class Worker implements Runnable {

    private final int part;
    private final Thread thread;
    private volatile boolean parked;
    private @Nullable Throwable failure;

    @SuppressWarnings("ThisEscapedInObjectConstruction") // The thread starts after construction.
    Worker(int part) {
      this.part = part;
      thread = new Thread(this, "neurite-worker-" + part);
      thread.setDaemon(true);
    }

    @Override
    public void run() {
      int seen = 0;
      while (awaitTicket(seen)) {
        seen++;
        Training.Work current = work;
        try {
          if (current != null && part < parts) {
            current.run(part, parts);
          }
        } catch (Throwable thrown) {
          failure = thrown;
        }
        Thread waiting = caller;
        if (remaining.decrementAndGet() == 0 && callerParked) {
          LockSupport.unpark(waiting);
        }
      }
    }

    /** Waits for the piece of work after {@code seen}; false when the pool was closed instead. */
    private boolean awaitTicket(int seen) {
      long start = System.nanoTime();
      do {
        for (int i = 0; i < SPINS_PER_LOOK; i++) {
          if (ticket != seen) {
            return true;
          }
          Thread.onSpinWait();
        }
      } while (System.nanoTime() - start < SPIN_NANOS);
      parked = true;
      while (ticket == seen && !closed) {
        LockSupport.park(WorkerPool.this);
      }
      parked = false;
      return ticket != seen;
    }
  }
}

package dev.neurite;

import java.lang.ref.Cleaner;

/**
 * The passes of a training and the threads that run them, released once it is closed or nobody
 * refers to it any more.
 */
record Resources(Passes passes, WorkerPool pool) implements Runnable {

  private static final Cleaner CLEANER = Cleaner.create();

  /**
   * Passes over at most so many rows on so many threads.
   *
   * @throws IllegalArgumentException if there are to be none of one of them
   */
  static Resources open(TrainableModel model, int maxRows, int threads) {
    if (maxRows < 1) {
      throw new IllegalArgumentException("expected at least 1 row, got " + maxRows);
    }
    if (threads < 1) {
      throw new IllegalArgumentException("expected at least 1 thread, got " + threads);
    }
    WorkerPool pool = new WorkerPool(threads);
    try {
      return new Resources(model.newPasses(maxRows, pool), pool);
    } catch (RuntimeException | Error e) {
      pool.close();
      throw e;
    }
  }

  /** What releases these when it is called, or when {@code owner} is no longer reachable. */
  Cleaner.Cleanable releasedWith(Object owner) {
    return CLEANER.register(owner, this);
  }

  @Override
  public void run() {
    try {
      passes.close();
    } finally {
      pool.close();
    }
  }
}

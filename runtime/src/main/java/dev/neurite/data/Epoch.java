package dev.neurite.data;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The batches of one epoch, in order. A daemon thread assembles the next ones while the caller
 * works on one; closing ends it. For one caller: not thread-safe.
 */
public final class Epoch implements Iterator<Batch>, AutoCloseable {

  private final Batches batches;
  private final int epoch;
  private final int[] order;
  private final List<Batch> buffers = new ArrayList<>();

  /** Both queues have room for all buffers: only taking waits. */
  private final BlockingQueue<Batch> free;

  private final BlockingQueue<Assembled> ready;
  private final Thread assembler;
  private int next;
  private @Nullable Batch lent;
  private boolean closed;

  /** A batch, or why there is none. */
  private record Assembled(@Nullable Batch batch, @Nullable Throwable failure) {}

  Epoch(Batches batches, int epoch, int[] order, int first, int ahead) {
    this.batches = batches;
    this.epoch = epoch;
    this.order = order;
    this.next = first;
    int count = Math.max(1, Math.min(ahead, batches.count() - first));
    this.free = new ArrayBlockingQueue<>(count);
    // One more for a failure.
    this.ready = new ArrayBlockingQueue<>(count + 1);
    for (int i = 0; i < count; i++) {
      Batch batch = batches.borrow();
      buffers.add(batch);
      free.add(batch);
    }
    this.assembler =
        Thread.ofPlatform().daemon().name("neurite-batches").start(() -> assemble(first));
  }

  @Override
  public boolean hasNext() {
    return !closed && next < batches.count();
  }

  /**
   * The next batch, once it is ready; the one before is then no longer to be read.
   *
   * @throws NoSuchElementException if there is none, or the epoch is closed
   * @throws IllegalStateException if assembling it failed, or the thread was interrupted while it
   *     waited
   */
  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException(
          "epoch " + epoch + (closed ? " is closed" : " has no more batches"));
    }
    if (lent != null) {
      free.add(lent);
      lent = null;
    }
    Assembled assembled;
    try {
      assembled = ready.take();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      close();
      throw new IllegalStateException("interrupted while waiting for batch " + next, interrupted);
    }
    Batch batch = assembled.batch();
    if (batch == null) {
      close();
      throw new IllegalStateException(
          "batch "
              + next
              + " of epoch "
              + epoch
              + " could not be assembled: "
              + assembled.failure(),
          assembled.failure());
    }
    next++;
    lent = batch;
    return batch;
  }

  /** Ends the thread; the last batch is then no longer to be read. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    assembler.interrupt();
    boolean interrupted = false;
    while (true) {
      try {
        assembler.join();
        break;
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    batches.giveBack(buffers);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the thread runs. */
  boolean isAssembling() {
    return assembler.isAlive();
  }

  private void assemble(int first) {
    try {
      for (int index = first; index < batches.count(); index++) {
        Batch batch = free.take();
        batches.fill(batch, epoch, order, index);
        ready.add(new Assembled(batch, null));
      }
    } catch (InterruptedException closed) {
      // The caller wants no more.
    } catch (RuntimeException | Error failure) {
      ready.add(new Assembled(null, failure));
    }
  }
}

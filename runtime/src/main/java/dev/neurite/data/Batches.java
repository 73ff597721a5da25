package dev.neurite.data;

import dev.neurite.spi.Philox;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How a dataset is cut into batches, epoch after epoch. The order of the rows and every change to
 * them follow from the seed, the epoch and the row alone, so that training can go on from any epoch
 * as if it had not stopped.
 *
 * <pre>{@code
 * Batches batches = Batches.of(train, 64).shuffled(42).augmented("image", new ImageAugmentation(2, 10, 0), 42);
 * try (Epoch epoch = batches.epoch(0)) {
 *   while (epoch.hasNext()) {
 *     Batch batch = epoch.next();
 *   }
 * }
 * }</pre>
 */
public final class Batches {

  /** Batches assembled before they are asked for: one is ready while the next is made. */
  private static final int AHEAD = 2;

  private final Dataset dataset;
  private final int size;
  private final @Nullable Long shuffleSeed;
  private final Map<String, Augmentation> augmentations;
  private final long augmentationSeed;

  /** Buffers of epochs that are closed, for those to come. */
  private final ConcurrentLinkedQueue<Batch> unused = new ConcurrentLinkedQueue<>();

  private Batches(
      Dataset dataset,
      int size,
      @Nullable Long shuffleSeed,
      Map<String, Augmentation> augmentations,
      long augmentationSeed) {
    this.dataset = dataset;
    this.size = size;
    this.shuffleSeed = shuffleSeed;
    this.augmentations = Collections.unmodifiableMap(new LinkedHashMap<>(augmentations));
    this.augmentationSeed = augmentationSeed;
  }

  /**
   * Batches in the order of the dataset. All have {@code size} rows, except that the last may have
   * fewer.
   *
   * @throws IllegalArgumentException if the size is less than 1
   */
  public static Batches of(Dataset dataset, int size) {
    if (size < 1) {
      throw new IllegalArgumentException("expected at least 1 row per batch, got " + size);
    }
    return new Batches(dataset, Math.clamp(dataset.rows(), 1, size), null, Map.of(), 0);
  }

  /** The same, each epoch in an order of its own, drawn from the seed. */
  public Batches shuffled(long seed) {
    return new Batches(dataset, size, seed, augmentations, augmentationSeed);
  }

  /**
   * The same, with random changes to a column of float values.
   *
   * @param column to change
   * @param augmentation draws from the seed, the epoch and the row
   * @param seed of all changes
   * @throws IllegalArgumentException if there is no such column, or it holds indices
   */
  public Batches augmented(String column, Augmentation augmentation, long seed) {
    Map<String, Augmentation> more = new LinkedHashMap<>(augmentations);
    more.put(dataset.floats(column).name(), augmentation);
    return new Batches(dataset, size, shuffleSeed, more, seed);
  }

  /** The rows that are cut. */
  public Dataset dataset() {
    return dataset;
  }

  /** The most rows of a batch. */
  public int size() {
    return size;
  }

  /** Batches of one epoch, the partial one included. */
  public int count() {
    return Math.ceilDiv(dataset.rows(), size);
  }

  /**
   * The batches of one epoch, assembled ahead by a thread of their own; to be closed.
   *
   * @param epoch counted from 0
   */
  public Epoch epoch(int epoch) {
    return epoch(epoch, 0);
  }

  /**
   * The batches of one epoch from some batch on, as they would have come in the whole epoch.
   *
   * @param epoch counted from 0
   * @param skipped batches left out
   */
  public Epoch epoch(int epoch, int skipped) {
    if (epoch < 0 || skipped < 0 || skipped > count()) {
      throw new IllegalArgumentException(
          "expected an epoch from 0 and at most "
              + count()
              + " batches left out, got "
              + epoch
              + " and "
              + skipped);
    }
    return new Epoch(this, epoch, order(epoch), skipped, AHEAD + 1);
  }

  /**
   * The rows of the dataset in the order in which the batches of one epoch take them.
   *
   * @param epoch counted from 0
   */
  public int[] order(int epoch) {
    return shuffleSeed == null
        ? IntStream.range(0, dataset.rows()).toArray()
        : dataset.epochOrder(shuffleSeed, epoch);
  }

  /** Whether batches hold anything else than rows of the dataset as they are. */
  public boolean isAugmented() {
    return !augmentations.isEmpty();
  }

  Batch borrow() {
    Batch batch = unused.poll();
    return batch == null ? new Batch(dataset, size) : batch;
  }

  void giveBack(List<Batch> batches) {
    unused.addAll(batches);
  }

  /** Copies the rows of one batch into its buffers. */
  void fill(Batch batch, int epoch, int[] order, int index) {
    int first = index * size;
    int rows = Math.min(size, order.length - first);
    for (Column column : dataset.columns()) {
      int width = column.rowSize();
      switch (column) {
        case IndexColumn indices -> {
          int[] target = batch.indices(column.name());
          for (int i = 0; i < rows; i++) {
            System.arraycopy(indices.values(), order[first + i] * width, target, i * width, width);
          }
        }
        case FloatColumn floats -> {
          float[] target = batch.floats(column.name());
          Augmentation augmentation = augmentations.get(column.name());
          for (int i = 0; i < rows; i++) {
            int row = order[first + i];
            if (augmentation == null) {
              System.arraycopy(floats.values(), row * width, target, i * width, width);
            } else {
              long stream = (long) epoch << 32 | row;
              augmentation.apply(
                  floats.values(),
                  row * width,
                  target,
                  i * width,
                  floats.shape(),
                  new Philox.Stream(augmentationSeed, Philox.AUGMENTATION, stream));
            }
          }
        }
      }
    }
    batch.rows(rows);
  }
}

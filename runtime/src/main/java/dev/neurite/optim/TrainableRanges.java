package dev.neurite.optim;

import dev.neurite.spi.Storage;
import dev.neurite.spi.StoredTensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * The places of the flat parameter array that training may change, as ranges in ascending order of
 * the tensors. Neighbours of the same kind are one range.
 */
final class TrainableRanges {

  /** Starts of the ranges in the flat array. */
  final int[] starts;

  /** Ends of the ranges in the flat array, exclusive. */
  final int[] ends;

  /** Whether weight decay applies to a range. */
  final boolean[] decays;

  /** Places before each range, counting ranges only; the last element is the total. */
  final int[] before;

  TrainableRanges(List<StoredTensor> tensors, Predicate<StoredTensor> decay) {
    int[] from = new int[tensors.size()];
    int[] to = new int[tensors.size()];
    boolean[] kinds = new boolean[tensors.size()];
    int count = 0;
    for (StoredTensor tensor : tensors) {
      Storage storage = tensor.storage();
      boolean kind = decay.test(tensor);
      if (count > 0 && to[count - 1] == storage.offset() && kinds[count - 1] == kind) {
        to[count - 1] += storage.length();
      } else {
        from[count] = storage.offset();
        to[count] = storage.offset() + storage.length();
        kinds[count] = kind;
        count++;
      }
    }
    starts = Arrays.copyOf(from, count);
    ends = Arrays.copyOf(to, count);
    decays = Arrays.copyOf(kinds, count);
    before = new int[count + 1];
    for (int i = 0; i < count; i++) {
      before[i + 1] = before[i] + ends[i] - starts[i];
    }
  }

  int count() {
    return starts.length;
  }

  /** Places in all ranges together. */
  int total() {
    return before[before.length - 1];
  }

  /**
   * Where a part begins, counted as in {@link #before}: multiples of 16, so that no two threads
   * write to one cache line.
   */
  int begin(int part, int parts) {
    return part == parts ? total() : (int) ((long) total() * part / parts) & -Storage.PANEL;
  }
}

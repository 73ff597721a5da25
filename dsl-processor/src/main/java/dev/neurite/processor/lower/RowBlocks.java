package dev.neurite.processor.lower;

import java.util.ArrayList;
import java.util.List;

/**
 * Neighbouring methods of a stage that take the same few rows one after another, so that what one
 * writes is still in the second-level cache when the next reads it.
 */
public final class RowBlocks {

  /** Half a MiB: a part of the smallest second-level caches of today's servers (1 MiB). */
  private static final int CACHE_FLOATS = 1 << 17;

  private RowBlocks() {}

  /** The methods of a stage in order; those in one list share their blocks of rows. */
  public static List<List<LayerMethod>> of(List<LayerMethod> stage) {
    List<List<LayerMethod>> groups = new ArrayList<>();
    List<LayerMethod> current = new ArrayList<>();
    for (LayerMethod method : stage) {
      if (method.rowFloats() == 0 && !current.isEmpty()) {
        groups.add(current);
        current = new ArrayList<>();
      }
      if (method.rowFloats() == 0) {
        groups.add(List.of(method));
      } else {
        current.add(method);
      }
    }
    if (!current.isEmpty()) {
      groups.add(current);
    }
    return groups;
  }

  /** Rows of a block of these methods, a multiple of {@code lanes}. */
  public static int rows(List<LayerMethod> group, int lanes) {
    long floats = group.stream().mapToLong(LayerMethod::rowFloats).sum();
    return (int) Math.max(1, CACHE_FLOATS / floats / lanes) * lanes;
  }
}

package dev.neurite.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which algorithm of cuBLASLt computes each product: the fastest of those that the library thinks
 * fastest, measured when such a product is first asked for, and kept on disk beside the kernels. So
 * a program takes the same ones at every run. To be used with the GPU's monitor held.
 */
final class Algorithms {

  /** {@code off} takes what the library thinks fastest, without measuring. */
  static final String PROPERTY = "neurite.cuda.tuning";

  /** Algorithms that are measured. */
  private static final int CANDIDATES = 8;

  /** Runs that are measured together, after one that is not. */
  private static final int RUNS = 5;

  private final Gpu gpu;
  private final boolean measures = !"off".equals(System.getProperty(PROPERTY));
  private final Map<String, Optional<MemorySegment>> known = new HashMap<>();

  Algorithms(Gpu gpu) {
    this.gpu = gpu;
  }

  /**
   * Multiplies.
   *
   * @param repeatable whether to multiply again gives the same, as it does not where C is added to
   * @return false if the library has no algorithm; nothing has happened then
   */
  boolean run(ProductCall call, boolean repeatable) {
    Optional<MemorySegment> chosen = known.get(call.text());
    if (chosen == null && measures) {
      byte[] stored = gpu.compiler().cache().read(name(call));
      if (stored != null && stored.length == BlasLt.HEURISTIC.byteSize()) {
        MemorySegment algorithm = Arena.ofAuto().allocate(BlasLt.HEURISTIC);
        MemorySegment.copy(stored, 0, algorithm, ValueLayout.JAVA_BYTE, 0, stored.length);
        chosen = Optional.of(algorithm);
        known.put(call.text(), chosen);
      }
    }
    if (chosen != null && (chosen.isEmpty() || call.run(chosen.get()))) {
      return chosen.isPresent();
    }
    boolean measured = measures && repeatable;
    List<MemorySegment> candidates = call.algorithms(measured ? CANDIDATES : 1);
    if (measured && candidates.size() > 1) {
      return measure(call, candidates);
    }
    Optional<MemorySegment> first = candidates.stream().filter(call::run).findFirst();
    if (repeatable || first.isEmpty()) {
      known.put(call.text(), first);
    }
    return first.isPresent();
  }

  /** Runs all and keeps the fastest; the last run's result is that of any. */
  private boolean measure(ProductCall call, List<MemorySegment> candidates) {
    MemorySegment best = null;
    float least = Float.POSITIVE_INFINITY;
    try (Event start = new Event(gpu, true);
        Event end = new Event(gpu, true)) {
      for (MemorySegment candidate : candidates) {
        if (!call.run(candidate)) {
          continue;
        }
        start.record(gpu.stream());
        for (int i = 0; i < RUNS; i++) {
          call.run(candidate);
        }
        end.record(gpu.stream());
        end.await();
        float time = end.since(start);
        if (time < least) {
          least = time;
          best = candidate;
        }
      }
    }
    known.put(call.text(), Optional.ofNullable(best));
    if (best == null) {
      return false;
    }
    gpu.compiler().cache().write(name(call), best.toArray(ValueLayout.JAVA_BYTE));
    return call.run(best);
  }

  private String name(ProductCall call) {
    return KernelCache.key(
            call.text(),
            Long.toString(gpu.blas().version()),
            gpu.toString(),
            gpu.compiler().driverVersion())
        + ".algorithm";
  }
}

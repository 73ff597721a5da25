package dev.neurite.processor.cuda;

import dev.neurite.processor.cuda.Buffer.Slot;
import dev.neurite.processor.cuda.CudaMemory.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives every slot its place: two that are in use at the same time do not overlap. The calls of a
 * pass run one after another, so a slot is in use from the first that mentions it to the last.
 */
final class MemoryPlanner {

  /** Fixed slots begin at multiples of so many floats, 256 bytes. */
  private static final int ALIGNMENT = 64;

  private final Map<Slot, Life> lives = new LinkedHashMap<>();
  private int now;

  private record Life(Slot slot, int first, int last) {}

  /** The next methods run after all so far. */
  void run(List<DeviceMethod> methods) {
    for (DeviceMethod method : methods) {
      run(method.steps(), false);
    }
  }

  private void run(List<DeviceStep> steps, boolean together) {
    for (DeviceStep step : steps) {
      switch (step) {
        case DeviceStep.Launch launch ->
            launch
                .arguments()
                .forEach(
                    argument -> {
                      if (argument instanceof Operand.Address address) {
                        use(address.buffer());
                      }
                    });
        case DeviceStep.Product product -> {
          use(product.a().place().buffer());
          use(product.b().place().buffer());
          use(product.c().place().buffer());
          if (product.vector() != null) {
            use(product.vector().buffer());
          }
          if (product.aux() != null) {
            use(product.aux().buffer());
          }
        }
        // What one step of a chunk reads another of the next chunk may not overwrite.
        case DeviceStep.Chunks chunks -> run(chunks.steps(), true);
      }
      if (!together) {
        now++;
      }
    }
  }

  private void use(Buffer buffer) {
    if (buffer instanceof Slot slot) {
      mention(slot);
    }
  }

  /** The slot is in use now. */
  void mention(Slot slot) {
    Life life = lives.get(slot);
    lives.put(slot, new Life(slot, life == null ? now : life.first(), now));
  }

  /** Lets some time pass. */
  void pause() {
    now++;
  }

  CudaMemory plan(
      List<Slot> outputs,
      List<Slot> outputGradients,
      List<java.util.Optional<Slot>> inputGradients) {
    Map<Slot, Place> places = new LinkedHashMap<>();
    Map<Slot, Long> starts = new HashMap<>();
    List<Life> fixed =
        lives.values().stream().filter(life -> life.slot().fixedFloats() > 0).toList();
    List<Life> perRow =
        lives.values().stream().filter(life -> life.slot().fixedFloats() == 0).toList();
    long fixedFloats = place(fixed, starts);
    long rowFloats = place(perRow, starts);
    lives.values().stream()
        .map(Life::slot)
        .sorted(Comparator.comparingInt(Slot::id))
        .forEach(
            slot -> {
              long start = java.util.Objects.requireNonNull(starts.get(slot));
              places.put(
                  slot,
                  slot.fixedFloats() > 0 ? new Place(start, 0) : new Place(fixedFloats, start));
            });
    return new CudaMemory(places, fixedFloats, rowFloats, outputs, outputGradients, inputGradients);
  }

  private static long length(Slot slot) {
    return slot.fixedFloats() > 0
        ? Math.ceilDiv(slot.fixedFloats(), ALIGNMENT) * ALIGNMENT
        : slot.rowFloats();
  }

  /**
   * The lowest place for each, the largest first, and the length of all.
   *
   * @param starts receives where each begins
   */
  private static long place(List<Life> lives, Map<Slot, Long> starts) {
    List<Life> placed = new ArrayList<>();
    long end = 0;
    List<Life> largestFirst =
        lives.stream()
            .sorted(
                Comparator.comparingLong((Life life) -> length(life.slot()))
                    .reversed()
                    .thenComparingInt(life -> life.slot().id()))
            .toList();
    for (Life life : largestFirst) {
      long length = length(life.slot());
      List<Life> beside =
          placed.stream()
              .filter(other -> other.first() <= life.last() && life.first() <= other.last())
              .sorted(Comparator.comparingLong(other -> starts.getOrDefault(other.slot(), 0L)))
              .toList();
      long start = 0;
      for (Life other : beside) {
        long from = starts.getOrDefault(other.slot(), 0L);
        if (start + length <= from) {
          break;
        }
        start = Math.max(start, from + length(other.slot()));
      }
      starts.put(life.slot(), start);
      placed.add(life);
      end = Math.max(end, start + length);
    }
    return end;
  }
}

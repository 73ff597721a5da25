package dev.neurite.gpu;

import dev.neurite.spi.DeviceUpdate;
import dev.neurite.spi.GpuGrid;
import dev.neurite.spi.GpuPlace;
import dev.neurite.spi.GpuStep;
import dev.neurite.spi.ModelDescription;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a dataset on a GPU, and the order in which an epoch takes them. A step gathers its
 * rows there, so that the host hands over no more than where in the order they begin.
 */
final class ResidentRows implements Part {

  /** Where in the values of a {@link GpuStep} a step says where in the order its rows begin. */
  private static final long FIRST = GpuStep.VALUES + (long) DeviceUpdate.MAX_VALUES * Float.BYTES;

  /** One dataset takes at most this part of what is free: the rest is for what else comes. */
  private static final int PART = 2;

  /** Words that are copied at a time, 256 KiB: datasets may be as large as all memory. */
  private static final int PIECE = 1 << 16;

  private static final int THREADS = 256;

  /** Values that one thread copies at once where rows are multiples of it. */
  private static final int LANES = 4;

  private final TrainingArea area;
  private final int rows;
  private final Parts parts = new Parts();
  private final List<Column> columns = new ArrayList<>();
  private final DeviceMemory order;
  private final Kernels kernels;

  /** Values of all rows, and where a batch wants them. */
  private record Column(DeviceMemory memory, int size, GpuPlace place) {}

  /** Values of all rows on the host. */
  private record Values(Object values, int size, GpuPlace place) {}

  private ResidentRows(TrainingArea area, List<Values> all, int rows) {
    this.area = area;
    this.rows = rows;
    Gpu gpu = area.gpu();
    kernels = area.model().stepKernels().gathering();
    String what = "the dataset of " + area.description().name();
    try {
      order = parts.add(DeviceMemory.allocate(gpu, rows, what));
      for (Values one : all) {
        long count = (long) rows * one.size();
        DeviceMemory memory = parts.add(DeviceMemory.allocate(gpu, count, what));
        upload(one.values(), Math.toIntExact(count), memory);
        columns.add(new Column(memory, one.size(), one.place()));
      }
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
  }

  /**
   * Copies a dataset to the GPU.
   *
   * @param inputs {@code float[]} or {@code int[]} of each input, checked by the caller
   * @param targets the same of each loss
   * @return null if it would take more than half of the memory that is free
   */
  static @Nullable ResidentRows of(
      TrainingArea area,
      Object[] inputs,
      List<Object> targets,
      int rows,
      List<GpuStepTerms.Term> losses) {
    ModelDescription description = area.description();
    List<Values> all = new ArrayList<>();
    for (int i = 0; i < inputs.length; i++) {
      all.add(
          new Values(inputs[i], description.inputs().get(i).size(), area.layout().inputs().get(i)));
    }
    for (int i = 0; i < targets.size(); i++) {
      GpuStepTerms.Term term = losses.get(i);
      ModelDescription.Output output = description.outputs().get(term.output());
      int count = BatchBuffer.targetCount(output, term.loss(), rows);
      all.add(
          new Values(
              BatchBuffer.targetValues(term.loss(), targets.get(i), count),
              count / rows,
              area.layout().targets().get(term.output())));
    }
    long floats = rows;
    for (Values one : all) {
      floats += (long) rows * one.size();
    }
    if (floats * Float.BYTES > area.gpu().freeBytes() / PART) {
      return null;
    }
    return new ResidentRows(area, all, rows);
  }

  /** Writes where in the order the rows of a step begin, to the host's memory of its batch. */
  static void writeFirst(MemorySegment host, int first) {
    host.set(ValueLayout.JAVA_INT, FIRST, first);
  }

  /** The order from now on; steps handed over before keep theirs. */
  void order(int[] rowOrder) {
    if (rowOrder.length != rows) {
      throw new IllegalArgumentException(
          "expected an order of " + rows + " rows, got " + rowOrder.length);
    }
    upload(rowOrder, rows, order);
  }

  /** Copies the step's numbers from the host's memory and its rows to the places of the batch. */
  void gather(BatchBuffer buffer, int batchRows) {
    Gpu gpu = area.gpu();
    long step = buffer.areas().batch().address();
    gpu.driver().copyToDevice(step, buffer.in().address(), BatchLayout.STEP_BYTES, gpu.stream());
    for (Column column : columns) {
      long count = (long) batchRows * column.size();
      boolean wide = column.size() % LANES == 0;
      kernels.launch(
          wide ? "neurite_gather4" : "neurite_gather",
          GpuGrid.covering(wide ? count / LANES : count, THREADS),
          column.memory().address(),
          order.address(),
          step + FIRST,
          buffer.areas().address(column.place()),
          Math.toIntExact(wide ? count / LANES : count),
          wide ? column.size() / LANES : column.size());
    }
  }

  /** Copies an array to the GPU, behind all it was given, and waits for it. */
  private void upload(Object values, int count, DeviceMemory memory) {
    Gpu gpu = area.gpu();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(ValueLayout.JAVA_INT, PIECE);
      int from = 0;
      while (from < count) {
        int words = Math.min(PIECE, count - from);
        if (values instanceof int[] integers) {
          MemorySegment.copy(integers, from, host, ValueLayout.JAVA_INT, 0, words);
        } else {
          MemorySegment.copy((float[]) values, from, host, ValueLayout.JAVA_FLOAT, 0, words);
        }
        long bytes = (long) words * Float.BYTES;
        long to = memory.address() + (long) from * Float.BYTES;
        gpu.driver().copyToDevice(to, host.address(), bytes, gpu.stream());
        gpu.driver().synchronize(gpu.stream());
        from += words;
      }
    }
  }

  @Override
  public void close() {
    parts.close();
  }
}

package dev.neurite.gpu;

import dev.neurite.spi.DeviceLoss;
import dev.neurite.spi.DeviceUpdate;
import dev.neurite.spi.GpuMemory;
import dev.neurite.spi.ModelDescription;
import java.util.ArrayList;
import java.util.List;

/**
 * What the passes of one training work in: gradients, workspace, results, two buffers that take
 * turns, optimizers' memories, and the passes recorded. To be used with the GPU's monitor held.
 */
final class TrainingArea implements Part {

  private static final int BUFFERS = 2;

  private final GpuModel model;
  private final Gpu gpu;
  private final Driver driver;
  private final ModelDescription description;
  private final GpuMemory memory;
  private final BatchLayout layout;
  private final Parts parts = new Parts();
  private final DeviceMemory gradients;
  private final Results results;
  private final Graphs graphs;
  private final List<BatchBuffer> buffers = new ArrayList<>();
  private final List<Updates> updates = new ArrayList<>();
  private final Updates.Trained clipped;
  private int current;

  TrainingArea(GpuModel model, int maxRows) {
    this.model = model;
    gpu = model.gpu();
    driver = gpu.driver();
    description = model.description();
    memory = model.program().trainingMemory();
    long capacity = Areas.capacity(maxRows);
    layout = BatchLayout.of(description, capacity, true);
    String name = description.name();
    try {
      gradients =
          parts.add(
              DeviceMemory.allocate(gpu, model.parameters().floats(), "the gradients of " + name));
      DeviceMemory workspace =
          parts.add(
              DeviceMemory.allocate(
                  gpu,
                  memory.floats(capacity),
                  "training of " + name + " with " + maxRows + " rows a batch"));
      results = parts.add(new Results(gpu, description));
      clipped = parts.add(new Updates.Trained(model));
      int count = description.outputs().size();
      for (int i = 0; i < BUFFERS; i++) {
        buffers.add(
            parts.add(new BatchBuffer(model, layout, gradients, workspace, outBytes(count))));
      }
      graphs = parts.add(new Graphs(gpu));
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
  }

  GpuModel model() {
    return model;
  }

  Gpu gpu() {
    return gpu;
  }

  Driver driver() {
    return driver;
  }

  ModelDescription description() {
    return description;
  }

  GpuMemory memory() {
    return memory;
  }

  BatchLayout layout() {
    return layout;
  }

  DeviceMemory gradients() {
    return gradients;
  }

  Results results() {
    return results;
  }

  Graphs graphs() {
    return graphs;
  }

  /** What limits of the gradients count. */
  Updates.Trained clipped() {
    return clipped;
  }

  /** Something more that is released with this. */
  <T extends Part> T add(T part) {
    return parts.add(part);
  }

  /** Releases something before this is. */
  void release(Part part) {
    parts.remove(part);
    part.close();
  }

  /** The buffer of the last pass. */
  BatchBuffer buffer() {
    return buffers.get(current);
  }

  BatchBuffer buffer(int which) {
    return buffers.get(which);
  }

  /** Which of the two buffers {@link #buffer()} is. */
  int current() {
    return current;
  }

  /**
   * The other buffer, when the pass that used it last has ended. What was handed over since belongs
   * to the buffer that is left.
   */
  BatchBuffer next() {
    buffer().used();
    current = (current + 1) % BUFFERS;
    BatchBuffer buffer = buffer();
    buffer.await();
    return buffer;
  }

  /** The memory of an optimizer, made when it is asked for the first time. */
  Updates known(DeviceUpdate update) {
    for (Updates known : updates) {
      if (known.isOf(update)) {
        return known;
      }
    }
    Updates made = parts.add(new Updates(model, update));
    updates.add(made);
    return made;
  }

  /** The number of an optimizer's memory, which stays until one is released. */
  int number(Updates known) {
    return updates.indexOf(known);
  }

  /** Copies an optimizer's memory to the host's arrays, if it has made a step here. */
  void download(DeviceUpdate update) {
    for (Updates known : updates) {
      if (known.isOf(update)) {
        known.download();
      }
    }
  }

  /** Drops an optimizer's memory; recorded passes are forgotten, for they may use it. */
  void drop(DeviceUpdate update) {
    for (Updates known : List.copyOf(updates)) {
      if (known.isOf(update)) {
        driver.synchronize(gpu.stream());
        graphs.close();
        updates.remove(known);
        release(known);
      }
    }
  }

  /** Computes a loss of the last pass and its gradient. */
  void loss(BatchBuffer buffer, int output, DeviceLoss loss, int rows, float weight) {
    long floats = outputFloats(output, rows);
    results.loss(
        model.stepKernels(),
        loss,
        output,
        rows,
        weight,
        buffer.areas().address(memory.outputs().get(output), floats),
        buffer.areas().address(layout.targets().get(output)),
        buffer.areas().address(memory.outputGradients().get(output), floats));
  }

  /** Copies the results to the host. */
  void copyResults(BatchBuffer buffer) {
    driver.copyToHost(
        buffer.out().address(),
        results.address(),
        (long) results.count() * Double.BYTES,
        gpu.stream());
  }

  /** Sets the gradient of an output to 0. */
  void clearOutputGradient(BatchBuffer buffer, int output, int rows) {
    long floats = outputFloats(output, rows);
    driver.clear(
        buffer.areas().address(memory.outputGradients().get(output), floats), floats, gpu.stream());
  }

  /** Bytes before an output in the memory of the host: behind the results, each at its most. */
  long outBytes(int output) {
    long floats = 0;
    for (int i = 0; i < output; i++) {
      floats += description.outputs().get(i).size() * layout.capacity();
    }
    return (long) results.count() * Double.BYTES + floats * Float.BYTES;
  }

  /** Values of an output. */
  int outputFloats(int output, int rows) {
    return rows * description.outputs().get(output).size();
  }

  /** Waits for all that runs, and copies optimizers' memories to the host; then releases all. */
  @Override
  public void close() {
    try {
      driver.synchronize(gpu.stream());
      updates.forEach(Updates::download);
    } finally {
      parts.close();
    }
  }
}

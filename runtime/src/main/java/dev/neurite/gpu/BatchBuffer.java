package dev.neurite.gpu;

import dev.neurite.spi.DeviceLoss;
import dev.neurite.spi.GpuPlace;
import dev.neurite.spi.ModelDescription;
import java.util.ArrayList;
import java.util.List;

/**
 * One of two buffers that take turns: what a pass reads, on the host and on the GPU, and on the
 * host what it gives.
 */
final class BatchBuffer implements Part {

  private final Gpu gpu;
  private final Driver driver;
  private final ModelDescription description;
  private final BatchLayout layout;
  private final Parts parts = new Parts();
  private final PinnedMemory in;
  private final PinnedMemory out;
  private final Areas areas;
  private final Issuer issuer;
  private final long copied;
  private final long computed;
  private boolean used;

  /** Pieces of the host's memory that were written, each as its first byte and its end. */
  private final List<long[]> pieces = new ArrayList<>();

  BatchBuffer(
      GpuModel model,
      BatchLayout layout,
      DeviceMemory gradients,
      DeviceMemory workspace,
      long outBytes) {
    gpu = model.gpu();
    driver = gpu.driver();
    description = model.description();
    this.layout = layout;
    try {
      DeviceMemory batch =
          parts.add(
              DeviceMemory.allocate(gpu, layout.floats(), "batches of " + description.name()));
      in = parts.add(new PinnedMemory(gpu, layout.floats() * Float.BYTES));
      out = parts.add(new PinnedMemory(gpu, outBytes));
      areas =
          new Areas(
              model.parameters(), model.state(), gradients, workspace, batch, layout.capacity());
      copied = driver.createEvent(false);
      computed = driver.createEvent(false);
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
    issuer = model.issuer(areas);
  }

  /** Page-locked memory in the layout of the batch. */
  PinnedMemory in() {
    return in;
  }

  /** Page-locked memory for results and outputs. */
  PinnedMemory out() {
    return out;
  }

  Areas areas() {
    return areas;
  }

  Issuer issuer() {
    return issuer;
  }

  /** Writes inputs and what numbers the random numbers of a pass to the host's memory. */
  void stage(Object[] inputs, int rows, long seed, long pass) {
    pieces.clear();
    BatchLayout.writeStep(in.segment(), seed, pass);
    pieces.add(new long[] {0, (long) GpuPlace.ALIGNMENT * Float.BYTES});
    for (int i = 0; i < inputs.length; i++) {
      write(layout.inputs().get(i), inputs[i], rows * description.inputs().get(i).size());
    }
  }

  /** Writes the targets of an output to the host's memory. */
  void stageTargets(int output, DeviceLoss loss, Object targets, int rows) {
    int count = targetCount(description.outputs().get(output), loss, rows);
    Object values = targets;
    if (!loss.takesClasses() && targets instanceof int[] integers) {
      float[] floats = new float[count];
      for (int i = 0; i < count; i++) {
        floats[i] = integers[i];
      }
      values = floats;
    }
    write(layout.targets().get(output), values, count);
  }

  /** Copies what was written beside whatever the GPU computes; what comes next waits for it. */
  void send() {
    for (long[] piece : pieces) {
      driver.copyToDevice(
          areas.batch().address() + piece[0],
          in.address() + piece[0],
          piece[1] - piece[0],
          gpu.copies());
    }
    driver.record(copied, gpu.copies());
    driver.await(gpu.stream(), copied);
  }

  /** Says that all that uses this buffer has been handed over. */
  void used() {
    driver.record(computed, gpu.stream());
    used = true;
  }

  /** Waits until what used this buffer has ended. */
  void await() {
    if (used) {
      driver.synchronizeEvent(computed);
    }
  }

  /** Targets of an output for so many rows. */
  static int targetCount(ModelDescription.Output output, DeviceLoss loss, int rows) {
    int classes = output.shape().isEmpty() ? 1 : output.shape().getLast();
    return rows * (loss.takesClasses() ? output.size() / classes : output.size());
  }

  private void write(GpuPlace place, Object values, int count) {
    layout.write(in.segment(), place, values, 0, count);
    long begin = layout.bytes(place);
    long end = begin + (long) count * Float.BYTES;
    long[] last = pieces.isEmpty() ? new long[] {-1, -1} : pieces.getLast();
    if (last[1] == begin) {
      last[1] = end;
    } else {
      pieces.add(new long[] {begin, end});
    }
  }

  @Override
  public void close() {
    driver.destroyEvent(copied);
    driver.destroyEvent(computed);
    parts.close();
  }
}

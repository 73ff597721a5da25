package dev.neurite.gpu;

import dev.neurite.spi.DeviceLoss;
import dev.neurite.spi.GpuPlace;
import dev.neurite.spi.GpuStep;
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
  private final Event copied;
  private final Event computed;

  /** When the numbers of an optimizer's step by hand have been read from the host's memory. */
  private final Event valuesRead;

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
      copied = parts.add(new Event(gpu));
      computed = parts.add(new Event(gpu));
      valuesRead = parts.add(new Event(gpu));
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
    stage(seed, pass);
    for (int i = 0; i < inputs.length; i++) {
      write(layout.inputs().get(i), inputs[i], rows * description.inputs().get(i).size());
    }
  }

  /** Writes what numbers the random numbers of a pass to the host's memory. */
  void stage(long seed, long pass) {
    pieces.clear();
    BatchLayout.writeStep(in.segment(), seed, pass);
    pieces.add(new long[] {0, BatchLayout.STEP_BYTES});
  }

  /** Writes the targets of an output to the host's memory. */
  void stageTargets(int output, DeviceLoss loss, Object targets, int rows) {
    int count = targetCount(description.outputs().get(output), loss, rows);
    write(layout.targets().get(output), targetValues(loss, targets, count), count);
  }

  /** Targets as a loss on the GPU reads them. */
  static Object targetValues(DeviceLoss loss, Object targets, int count) {
    if (loss.takesClasses() || !(targets instanceof int[] integers)) {
      return targets;
    }
    float[] floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = integers[i];
    }
    return floats;
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
    copied.record(gpu.copies());
    copied.await(gpu.stream());
  }

  /** Copies the numbers of an optimizer's step by hand, behind all the GPU was given. */
  void sendValues(float[] values) {
    valuesRead.await();
    BatchLayout.writeValues(in.segment(), values);
    driver.copyToDevice(
        areas.batch().address() + GpuStep.VALUES,
        in.address() + GpuStep.VALUES,
        (long) values.length * Float.BYTES,
        gpu.stream());
    valuesRead.record(gpu.stream());
  }

  /** Says that all that uses this buffer has been handed over. */
  void used() {
    computed.record(gpu.stream());
  }

  /** Waits until what used this buffer has ended. */
  void await() {
    computed.await();
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
    parts.close();
  }
}

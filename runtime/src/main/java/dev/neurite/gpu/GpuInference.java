package dev.neurite.gpu;

import dev.neurite.spi.GpuMemory;
import dev.neurite.spi.GpuPlace;
import dev.neurite.spi.ModelDescription;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Inference of one network on a GPU. To be used with the GPU's monitor held. */
final class GpuInference implements Part {

  /** Rows of one pass: enough to fill any GPU, few enough for its memory. */
  static final int MAX_ROWS = 1024;

  private record Key(int rows) {}

  private final GpuModel model;
  private final Gpu gpu;
  private final GpuMemory memory;
  private final BatchLayout layout;
  private final Parts parts = new Parts();
  private final Areas areas;
  private final Issuer issuer;
  private final PinnedMemory in;
  private final PinnedMemory out;
  private final Graphs graphs;
  private final int maxRows;

  GpuInference(GpuModel model, int rows) {
    this.model = model;
    gpu = model.gpu();
    memory = model.program().inferenceMemory();
    ModelDescription description = model.description();
    long capacity = Areas.capacity(Math.min(rows, MAX_ROWS));
    maxRows = (int) capacity;
    layout = BatchLayout.of(description, capacity, false);
    try {
      DeviceMemory workspace =
          parts.add(
              DeviceMemory.allocate(
                  gpu,
                  memory.floats(capacity),
                  "inference of " + description.name() + " with " + capacity + " rows"));
      DeviceMemory batch =
          parts.add(DeviceMemory.allocate(gpu, layout.floats(), "inputs of " + description.name()));
      areas = new Areas(model.parameters(), model.state(), null, workspace, batch, capacity);
      in = parts.add(new PinnedMemory(gpu, layout.floats() * Float.BYTES));
      long outputs = 0;
      for (ModelDescription.Output output : description.outputs()) {
        outputs += output.size() * capacity;
      }
      out = parts.add(new PinnedMemory(gpu, Math.max(1, outputs) * Float.BYTES));
      graphs = parts.add(new Graphs(gpu));
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
    issuer = model.issuer(areas);
  }

  /** Whether a call of so many rows needs no more memory than there is. */
  boolean fits(int rows) {
    return Math.min(rows, MAX_ROWS) <= maxRows;
  }

  void run(Object[] inputs, int rows, float[][] outputs) {
    for (int from = 0; from < rows; from += maxRows) {
      run(inputs, from, Math.min(maxRows, rows - from), outputs);
    }
  }

  private void run(Object[] inputs, int from, int rows, float[][] outputs) {
    List<ModelDescription.Input> declared = model.description().inputs();
    MemorySegment host = in.segment();
    BatchLayout.writeStep(host, 0, 0);
    Driver driver = gpu.driver();
    for (int i = 0; i < inputs.length; i++) {
      int size = declared.get(i).size();
      GpuPlace place = layout.inputs().get(i);
      layout.write(host, place, inputs[i], from * size, rows * size);
      // The first input lies right behind the step, so one copy takes both.
      long start = i == 0 ? 0 : layout.bytes(place);
      long end = layout.bytes(place) + (long) rows * size * Float.BYTES;
      driver.copyToDevice(
          areas.batch().address() + start, in.address() + start, end - start, gpu.stream());
    }
    graphs.run(new Key(rows), () -> pass(rows));
    driver.synchronize(gpu.stream());
    long offset = 0;
    for (int i = 0; i < outputs.length; i++) {
      int size = model.description().outputs().get(i).size();
      MemorySegment.copy(
          out.segment(), ValueLayout.JAVA_FLOAT, offset, outputs[i], from * size, rows * size);
      offset += (long) rows * size * Float.BYTES;
    }
  }

  /** The pass and the copies of its outputs, side by side for so many rows. */
  private void pass(int rows) {
    model.program().infer(issuer, rows);
    long offset = 0;
    for (int i = 0; i < memory.outputs().size(); i++) {
      long floats = (long) rows * model.description().outputs().get(i).size();
      gpu.driver()
          .copyToHost(
              out.address() + offset,
              areas.address(memory.outputs().get(i), floats),
              floats * Float.BYTES,
              gpu.stream());
      offset += floats * Float.BYTES;
    }
  }

  @Override
  public void close() {
    parts.close();
  }
}

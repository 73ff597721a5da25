package dev.neurite.gpu;

import dev.neurite.spi.DeviceUpdate;
import dev.neurite.spi.GpuGrid;
import dev.neurite.spi.GpuPlace;
import dev.neurite.spi.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One optimizer's memory on a GPU, and what of the parameters it may change. */
final class Updates implements Part {

  private static final int THREADS = 256;

  private final GpuModel model;
  private final DeviceUpdate update;
  private final Kernels kernels;
  private final Parts parts = new Parts();
  private final List<DeviceMemory> memories = new ArrayList<>();
  private final Trained trained;

  Updates(GpuModel model, DeviceUpdate update) {
    this.model = model;
    this.update = update;
    int count = update.memories().size();
    if (count > DeviceUpdate.MAX_MEMORIES || update.values().length > DeviceUpdate.MAX_VALUES) {
      throw new IllegalArgumentException(
          "expected at most "
              + (DeviceUpdate.MAX_MEMORIES + " memories and " + DeviceUpdate.MAX_VALUES)
              + " values, got "
              + (count + " and " + update.values().length));
    }
    kernels = model.stepKernels().update(update);
    try {
      for (float[] memory : update.memories()) {
        DeviceMemory device =
            parts.add(
                DeviceMemory.allocate(
                    model.gpu(),
                    model.parameters().floats(),
                    "the optimizer's memory of " + model.description().name()));
        memories.add(device);
        model.conversion().upload(memory, device, true);
      }
      trained = parts.add(new Trained(model));
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
  }

  @SuppressWarnings("ReferenceEquality") // One optimizer is meant.
  boolean isOf(DeviceUpdate other) {
    return update == other;
  }

  /** Makes sure that the GPU knows what is trained now. */
  void refresh() {
    trained.refresh(update.trained(), update.decays());
  }

  /** Makes a step; the step's values are in the batch memory. */
  void step(DeviceMemory gradients, DeviceMemory batch) {
    long quads = gradients.floats() / 4;
    if (quads == 0) {
      return;
    }
    kernels.launch(
        "neurite_update",
        GpuGrid.covering(quads, THREADS),
        model.parameters().address(),
        gradients.address(),
        memory(0),
        memory(1),
        memory(2),
        trained.kinds().address(),
        quads,
        batch.address(),
        update.weightDecay());
  }

  /** Copies the memories to the host's arrays. */
  void download() {
    for (int i = 0; i < memories.size(); i++) {
      model.conversion().download(memories.get(i), update.memories().get(i), true);
    }
  }

  private long memory(int index) {
    return index < memories.size() ? memories.get(index).address() : 0;
  }

  @Override
  public void close() {
    parts.close();
  }

  /** Which parameters are trained, as a table on the GPU with one byte for each 64 floats. */
  static final class Trained implements Part {

    private final GpuModel model;
    private final DeviceMemory kinds;
    private @Nullable List<StoredTensor> known;

    Trained(GpuModel model) {
      this.model = model;
      long blocks = Math.ceilDiv(model.parameters().floats(), GpuPlace.ALIGNMENT);
      kinds =
          DeviceMemory.allocate(
              model.gpu(),
              Math.ceilDiv(blocks, Float.BYTES),
              "a table of " + model.description().name());
    }

    DeviceMemory kinds() {
      return kinds;
    }

    // The list is another one when anything has changed, so equal ones need no look.
    @SuppressWarnings("ReferenceEquality")
    void refresh(List<StoredTensor> trained, List<Boolean> decays) {
      if (known == trained) {
        return;
      }
      byte[] table = model.conversion().kinds(trained, decays);
      if (table.length > 0) {
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment host = arena.allocate(table.length);
          MemorySegment.copy(table, 0, host, ValueLayout.JAVA_BYTE, 0, table.length);
          Gpu gpu = model.gpu();
          gpu.driver().copyToDevice(kinds.address(), host.address(), table.length, gpu.stream());
          gpu.driver().synchronize(gpu.stream());
        }
      }
      known = trained;
    }

    void refresh(List<StoredTensor> trained) {
      refresh(trained, Collections.nCopies(trained.size(), false));
    }

    @Override
    public void close() {
      kinds.close();
    }
  }
}

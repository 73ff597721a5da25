package dev.neurite.gpu;

import dev.neurite.spi.GpuPlace;
import dev.neurite.spi.GpuProgram.GpuLayout;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.Storage;
import dev.neurite.spi.StoredTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Flat arrays between the processor's layout and the GPU's, each tensor by its two storages. */
final class Conversion {

  private final Gpu gpu;
  private final List<StoredTensor> tensors;
  private final GpuLayout layout;

  Conversion(Gpu gpu, ModelDescription description, GpuLayout layout) {
    this.gpu = gpu;
    this.layout = layout;
    tensors = description.tensors();
    if (layout.tensors().size() != tensors.size()) {
      throw new IllegalArgumentException(
          description.name()
              + " has "
              + tensors.size()
              + " tensors, but its program for the GPU has "
              + layout.tensors().size());
    }
  }

  /** Copies the tensors of one kind of array to the GPU and waits for it. */
  void upload(float[] host, DeviceMemory device, boolean parameters) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment staged = stage(arena, device);
      for (int i = 0; i < tensors.size(); i++) {
        if (isParameter(i) == parameters) {
          Storage from = tensors.get(i).storage();
          Storage to = layout.tensors().get(i);
          for (int j = 0; j < from.size(); j++) {
            staged.setAtIndex(ValueLayout.JAVA_FLOAT, to.index(j), host[from.index(j)]);
          }
        }
      }
      gpu.driver()
          .copyToDevice(device.address(), staged.address(), staged.byteSize(), gpu.stream());
      gpu.driver().synchronize(gpu.stream());
    }
  }

  /** Copies the tensors of one kind of array from the GPU, after all it was given to do. */
  void download(DeviceMemory device, float[] host, boolean parameters) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment staged = stage(arena, device);
      gpu.driver().copyToHost(staged.address(), device.address(), staged.byteSize(), gpu.stream());
      gpu.driver().synchronize(gpu.stream());
      for (int i = 0; i < tensors.size(); i++) {
        if (isParameter(i) == parameters) {
          Storage to = tensors.get(i).storage();
          Storage from = layout.tensors().get(i);
          for (int j = 0; j < to.size(); j++) {
            host[to.index(j)] = staged.getAtIndex(ValueLayout.JAVA_FLOAT, from.index(j));
          }
        }
      }
    }
  }

  /**
   * One byte for each 64 floats of the parameters: 0 for what is not trained, 1 for what is without
   * weight decay, 2 for what is with it.
   */
  byte[] kinds(List<StoredTensor> trained, List<Boolean> decays) {
    int block = GpuPlace.ALIGNMENT;
    byte[] kinds = new byte[Math.toIntExact(Math.ceilDiv(layout.parameterFloats(), block))];
    for (int i = 0; i < tensors.size(); i++) {
      int place = trained.indexOf(tensors.get(i));
      if (place >= 0 && isParameter(i)) {
        Storage storage = layout.tensors().get(i);
        int end = Math.ceilDiv(storage.offset() + storage.length(), block);
        for (int j = storage.offset() / block; j < end; j++) {
          kinds[j] = (byte) (decays.get(place) ? 2 : 1);
        }
      }
    }
    return kinds;
  }

  private boolean isParameter(int i) {
    return tensors.get(i).role() == StoredTensor.Role.PARAMETER;
  }

  private static MemorySegment stage(Arena arena, DeviceMemory device) {
    return arena.allocate(ValueLayout.JAVA_FLOAT, Math.max(1, device.floats()));
  }
}

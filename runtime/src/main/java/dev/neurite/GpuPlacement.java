package dev.neurite;

import dev.neurite.gpu.GpuModel;
import dev.neurite.gpu.GpuTraining;
import dev.neurite.spi.GpuProgram;
import dev.neurite.spi.ModelDescription;

/** A model on a GPU, and which of the two copies of its parameters and state is the newer. */
final class GpuPlacement implements AutoCloseable {

  private final GpuModel model;
  private boolean hostIsNewer = true;
  private boolean deviceIsNewer;

  GpuPlacement(ModelDescription description, GpuProgram program, Device device) {
    model = GpuModel.open(device.index(), description, program, device.isTensorFloat32());
  }

  GpuTraining training(int maxRows) {
    return model.training(maxRows);
  }

  void infer(Object[] inputs, int rows, float[][] outputs) {
    model.infer(inputs, rows, outputs);
  }

  /** Whoever changes the host's copy has fetched it before or replaces all of it. */
  synchronized void changedOnHost() {
    hostIsNewer = true;
    deviceIsNewer = false;
  }

  synchronized void changedOnDevice() {
    deviceIsNewer = true;
  }

  synchronized void toDevice(float[] parameters, float[] state) {
    if (hostIsNewer) {
      model.upload(parameters, state);
      hostIsNewer = false;
    }
  }

  /** Whether anything had to be copied. */
  synchronized boolean toHost(float[] parameters, float[] state) {
    if (!deviceIsNewer) {
      return false;
    }
    model.download(parameters, state);
    deviceIsNewer = false;
    return true;
  }

  @Override
  public void close() {
    model.close();
  }
}

package dev.neurite.gpu;

import dev.neurite.spi.GpuProgram;
import dev.neurite.spi.ModelDescription;
import org.jspecify.annotations.Nullable;

/**
 * One network on a GPU: parameters and state, compiled kernels, and inference. Calls may come from
 * any thread and take turns.
 */
public final class GpuModel implements AutoCloseable {

  private final Gpu gpu;
  private final ModelDescription description;
  private final GpuProgram program;
  private final Conversion conversion;
  private final Parts parts = new Parts();
  private final DeviceMemory parameters;
  private final DeviceMemory state;
  private final Kernels kernels;
  private final StepKernels stepKernels;
  private final Products products;
  private @Nullable GpuInference inference;
  private boolean closed;

  private GpuModel(Gpu gpu, ModelDescription description, GpuProgram program, boolean tf32) {
    this.gpu = gpu;
    this.description = description;
    this.program = program;
    conversion = new Conversion(gpu, description, program.layout());
    String name = description.name();
    try {
      parameters =
          parts.add(
              DeviceMemory.allocate(
                  gpu, program.layout().parameterFloats(), "the parameters of " + name));
      state =
          parts.add(
              DeviceMemory.allocate(gpu, program.layout().stateFloats(), "the state of " + name));
      kernels = parts.add(Kernels.load(gpu, name + ".cu", program.source()));
      stepKernels = parts.add(new StepKernels(gpu));
      products = parts.add(new Products(gpu, tf32));
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
  }

  /**
   * Puts a network on a GPU. Parameters and state are 0 until {@link #upload}.
   *
   * @param index of the GPU
   * @param tf32 whether products may round their factors to TF32
   * @throws GpuException if there is no such GPU, or not enough memory
   */
  public static GpuModel open(
      int index, ModelDescription description, GpuProgram program, boolean tf32) {
    return open(Gpu.open(index), description, program, tf32);
  }

  /** Puts a network on a GPU that is closed together with it. */
  static GpuModel open(Gpu gpu, ModelDescription description, GpuProgram program, boolean tf32) {
    try {
      synchronized (gpu) {
        return new GpuModel(gpu, description, program, tf32);
      }
    } catch (RuntimeException | Error e) {
      gpu.close();
      throw e;
    }
  }

  /** The GPU it lies on. */
  public Gpu gpu() {
    return gpu;
  }

  /** Copies parameters and state, in the processor's layout, to the GPU. */
  public void upload(float[] hostParameters, float[] hostState) {
    synchronized (gpu) {
      use();
      conversion.upload(hostParameters, parameters, true);
      conversion.upload(hostState, state, false);
    }
  }

  /** Copies parameters and state from the GPU into arrays of the processor's layout. */
  public void download(float[] hostParameters, float[] hostState) {
    synchronized (gpu) {
      use();
      conversion.download(parameters, hostParameters, true);
      conversion.download(state, hostState, false);
    }
  }

  /**
   * A training of this network.
   *
   * @param maxRows the most rows of one pass; memory is allocated for it at once
   * @throws GpuException if there is not enough memory
   */
  public GpuTraining training(int maxRows) {
    synchronized (gpu) {
      use();
      return parts.add(new GpuTraining(this, maxRows));
    }
  }

  /**
   * Predicts, in pieces of at most {@link GpuInference#MAX_ROWS} rows.
   *
   * @param inputs one array for each input, {@code float[]} or {@code int[]}, checked by the caller
   * @param rows any number
   * @param outputs one array for each output, which get rows x size values
   */
  public void infer(Object[] inputs, int rows, float[][] outputs) {
    synchronized (gpu) {
      use();
      inference(rows).run(inputs, rows, outputs);
    }
  }

  /** Releases everything, trainings too; waits for what is running. */
  @Override
  public void close() {
    synchronized (gpu) {
      if (!closed) {
        gpu.use();
        closed = true;
        try {
          gpu.driver().synchronize(gpu.stream());
        } finally {
          try {
            parts.close();
          } finally {
            gpu.close();
          }
        }
      }
    }
  }

  /** To be called at every entry. */
  void use() {
    if (closed) {
      throw new IllegalStateException(
          description.name() + " is no longer on this GPU: call to(Device.gpu()) again");
    }
    gpu.use();
  }

  /** Forgets a training that closes itself; false if the model has been closed before. */
  boolean release(GpuTraining training) {
    parts.remove(training);
    return !closed;
  }

  ModelDescription description() {
    return description;
  }

  GpuProgram program() {
    return program;
  }

  Conversion conversion() {
    return conversion;
  }

  DeviceMemory parameters() {
    return parameters;
  }

  DeviceMemory state() {
    return state;
  }

  StepKernels stepKernels() {
    return stepKernels;
  }

  Issuer issuer(Areas areas) {
    return new Issuer(gpu, kernels, products, areas);
  }

  /** The inference, made anew when more rows are asked for than it has memory for. */
  private GpuInference inference(int rows) {
    GpuInference current = inference;
    if (current == null || !current.fits(rows)) {
      if (current != null) {
        parts.remove(current);
        current.close();
        inference = null;
      }
      current = parts.add(new GpuInference(this, rows));
      inference = current;
    }
    return current;
  }
}

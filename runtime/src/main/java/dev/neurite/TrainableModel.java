package dev.neurite;

import dev.neurite.dsl.Layer;
import dev.neurite.io.WeightFiles;
import dev.neurite.spi.GpuProgram;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.StoredTensor;
import dev.neurite.spi.TrainingProgram;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What every generated model is: parameters and state in two flat arrays, weight files, views of
 * layers, and training.
 *
 * <p>Predictions of generated models may be asked for from any thread. Whatever changes parameters
 * (training, {@link #load}, {@link Layer#setParameter}) belongs to one thread at a time, and
 * predictions made meanwhile may see a mixture of old and new values.
 */
public abstract class TrainableModel {

  private static final Cleaner CLEANER = Cleaner.create();

  private final ModelDescription description;
  private final long seed;
  private final float[] parameters;
  private final float[] state;
  private final TensorIndex tensors;
  private final AtomicLong version = new AtomicLong();
  private final Set<String> frozen = new HashSet<>();
  private List<StoredTensor> trainable;
  private volatile Device device = Device.cpu();
  private volatile @Nullable GpuPlacement placement;
  private Cleaner.@Nullable Cleanable placementCleanable;

  /**
   * A model with initial values.
   *
   * @param description of the network
   * @param seed of the initial values, which are the same bits for the same seed on every machine
   */
  protected TrainableModel(ModelDescription description, long seed) {
    this.description = description;
    this.seed = seed;
    parameters = new float[description.parameterLength()];
    state = new float[description.stateLength()];
    tensors = new TensorIndex(description);
    trainable = parametersOf(description);
    InitialValues.draw(description, seed, parameters, state);
  }

  /**
   * A training pass for this model's parameters and state.
   *
   * @param gradients where the backward pass writes, in the layout of the parameters
   * @param maxRows the most rows of one pass
   */
  protected abstract TrainingProgram newProgram(float[] gradients, int maxRows);

  /**
   * Inference with the current parameters. The caller has checked lengths and indices.
   *
   * @param inputs one array for each input in declaration order, {@code float[]} or {@code int[]}
   * @param rows any number
   * @param outputs one array for each output, which get rows x size values, row-major, channels
   *     first
   * @param threads at most so many share the work
   */
  protected abstract void infer(Object[] inputs, int rows, float[][] outputs, int threads);

  /**
   * This network for a GPU.
   *
   * @return null if it was declared without
   */
  protected @Nullable GpuProgram gpuProgram() {
    return null;
  }

  /** Whether passes run on a GPU. */
  protected final boolean isOnGpu() {
    return device.isGpu();
  }

  /**
   * Inference on the GPU with the current parameters; any thread may ask for it.
   *
   * @param inputs one array for each input in declaration order, {@code float[]} or {@code int[]}
   * @param rows any number
   * @param outputs one array for each output, which get rows x size values
   * @throws IllegalArgumentException if an array is too short or an index not in its vocabulary
   * @throws IllegalStateException if this model is not on a GPU
   */
  protected final void inferOnGpu(Object[] inputs, int rows, float[][] outputs) {
    Checks.inputs(description, inputs, rows);
    for (int i = 0; i < outputs.length; i++) {
      Checks.output(description.outputs().get(i), outputs[i], rows);
    }
    placed().infer(inputs, rows, outputs);
  }

  /** Where the passes of this model run. */
  public final Device device() {
    return device;
  }

  /**
   * Moves parameters and state to a device; the passes that follow run there. A model on a GPU
   * holds memory there until it is moved back with {@code to(Device.cpu())}, or nobody refers to it
   * any more. Trainings that are open must be closed before.
   *
   * @return this model
   * @throws IllegalStateException if the network was declared without {@code cuda = true}
   * @throws dev.neurite.gpu.GpuException if there is no such GPU, a library is missing, or the
   *     memory does not suffice; nothing is changed then
   */
  public TrainableModel to(Device target) {
    if (target.equals(device)) {
      return this;
    }
    GpuPlacement next = null;
    if (target.isGpu()) {
      GpuProgram program = gpuProgram();
      if (program == null) {
        throw new IllegalStateException(
            description.name()
                + " was compiled for the processor only: declare it with @Model(cuda = true), or"
                + " compile with -Aneurite.cuda=true");
      }
      toHost();
      next = new GpuPlacement(description, program, target);
    }
    leave();
    placement = next;
    if (next != null) {
      placementCleanable = CLEANER.register(this, next::close);
    }
    device = target;
    return this;
  }

  /** The passes of a training. */
  final Passes newPasses(int maxRows, WorkerPool pool) {
    GpuPlacement current = placement;
    return current == null
        ? new HostPasses(this, maxRows, pool)
        : new GpuPasses(this, current.training(maxRows), maxRows, pool);
  }

  /** Inference where the model is. The caller has checked lengths and indices. */
  final void inferHere(Object[] inputs, int rows, float[][] outputs, int threads) {
    if (placement == null) {
      infer(inputs, rows, outputs, threads);
    } else {
      placed().infer(inputs, rows, outputs);
    }
  }

  /** Makes sure that the GPU has what the host may have changed. */
  final void toDevice() {
    GpuPlacement current = placement;
    if (current != null) {
      current.toDevice(parameters, state);
    }
  }

  /** Makes sure that the host has what the GPU may have changed. */
  final void toHost() {
    GpuPlacement current = placement;
    if (current != null && current.toHost(parameters, state)) {
      version.incrementAndGet();
    }
  }

  /** Says that parameters or state may have changed on the GPU. */
  final void changedOnDevice() {
    GpuPlacement current = placement;
    if (current != null) {
      current.changedOnDevice();
    }
    version.incrementAndGet();
  }

  private GpuPlacement placed() {
    GpuPlacement current = placement;
    if (current == null) {
      throw new IllegalStateException(
          description.name() + " is not on a GPU: call to(Device.gpu())");
    }
    current.toDevice(parameters, state);
    return current;
  }

  private void leave() {
    toHost();
    placement = null;
    Cleaner.Cleanable cleanable = placementCleanable;
    placementCleanable = null;
    if (cleanable != null) {
      cleanable.clean();
    }
  }

  /** The flat parameter array, live. */
  protected final float[] flatParameters() {
    toHost();
    return parameters;
  }

  /** The flat state array, live. */
  protected final float[] flatState() {
    toHost();
    return state;
  }

  /** A number that grows whenever parameters or state may have changed. */
  protected final long version() {
    return version.get();
  }

  /** What the compiler knows of this network. */
  public final ModelDescription description() {
    return description;
  }

  /**
   * Training by hand on the calling thread.
   *
   * @param maxRows the most rows of one pass; memory grows with it
   */
  public final Training training(int maxRows) {
    return training(maxRows, 1);
  }

  /**
   * Training by hand on several threads; results are the same bits for any number.
   *
   * @param maxRows the most rows of one pass; memory grows with it
   * @param threads the calling one included
   */
  public final Training training(int maxRows, int threads) {
    return new Training(this, maxRows, threads);
  }

  /**
   * Writes parameters and state as a safetensors file with PyTorch's names and layouts. An existing
   * file is replaced at once or, if writing fails, not at all.
   *
   * @throws IOException if the file cannot be written
   */
  public final void save(Path file) throws IOException {
    toHost();
    WeightFiles.write(file, description, parameters, state);
  }

  /**
   * Reads parameters and state from a safetensors file of this network.
   *
   * @throws IOException if the file cannot be read or does not fit; nothing is loaded then
   */
  public final void load(Path file) throws IOException {
    load(file, Map.of());
  }

  /**
   * Reads parameters and state from a safetensors file in which tensors have other names.
   *
   * @param renames from names in the file to names of this network, for those that differ
   * @throws IOException if the file cannot be read or does not fit; nothing is loaded then
   */
  public final void load(Path file, Map<String, String> renames) throws IOException {
    WeightFiles.Weights weights = WeightFiles.read(file, description, renames);
    restore(weights.parameters(), weights.state());
  }

  /**
   * The view of a layer.
   *
   * @throws IllegalArgumentException if there is no layer of that name
   */
  public final Layer layer(String name) {
    List<ModelDescription.LayerRow> rows = description.layers();
    return new LayerView(
        this, rows.get(Checks.indexOf("layer", rows, ModelDescription.LayerRow::name, name)));
  }

  /**
   * The SHA-256 of the bytes that {@link #save} writes, in hexadecimal: equal for equal parameters
   * and state.
   */
  public final String sha256() {
    toHost();
    return WeightFiles.sha256(description, parameters, state);
  }

  /** A table of the layers: operation, output shape, parameters, multiply-adds of one row. */
  public final String summary() {
    return Summary.of(description);
  }

  /** The seed of the initial values. */
  final long seed() {
    return seed;
  }

  final TensorIndex tensors() {
    return tensors;
  }

  final float[] parameterArray() {
    toHost();
    return parameters;
  }

  final float[] stateArray() {
    toHost();
    return state;
  }

  /** The flat array that holds a tensor. */
  final float[] arrayOf(StoredTensor tensor) {
    toHost();
    return tensor.role() == StoredTensor.Role.PARAMETER ? parameters : state;
  }

  /** Says that parameters or state may have changed on the host. */
  final void changed() {
    GpuPlacement current = placement;
    if (current != null) {
      current.changedOnHost();
    }
    version.incrementAndGet();
  }

  /** Takes over parameters and state, copying both. */
  final void restore(float[] newParameters, float[] newState) {
    System.arraycopy(newParameters, 0, parameters, 0, parameters.length);
    System.arraycopy(newState, 0, state, 0, state.length);
    changed();
  }

  final void freeze(String layer, boolean freeze) {
    List<String> layers = withBlocks(layer);
    if (freeze ? frozen.addAll(layers) : frozen.removeAll(layers)) {
      trainable =
          parametersOf(description).stream()
              .filter(tensor -> !frozen.contains(tensor.layer()))
              .toList();
    }
  }

  final boolean isFrozen(String layer) {
    return frozen.containsAll(withBlocks(layer));
  }

  /** A layer and those of the blocks that it applies. */
  private List<String> withBlocks(String layer) {
    return description.layers().stream()
        .map(ModelDescription.LayerRow::name)
        .filter(name -> name.equals(layer) || name.startsWith(layer + "."))
        .toList();
  }

  /** The parameters of layers that are not frozen; another list after each change of that. */
  final List<StoredTensor> trainable() {
    return trainable;
  }

  private static List<StoredTensor> parametersOf(ModelDescription description) {
    return description.tensors().stream()
        .filter(tensor -> tensor.role() == StoredTensor.Role.PARAMETER)
        .toList();
  }
}

package dev.neurite;

import dev.neurite.io.WeightFiles;
import dev.neurite.loss.Loss;
import dev.neurite.spi.DeviceClip;
import dev.neurite.spi.DeviceUpdate;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.StoredTensor;
import java.lang.ref.Cleaner;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Training by hand: a forward pass, a backward pass, and the parameters and gradients for an
 * optimizer.
 *
 * <pre>{@code
 * try (Training step = model.training(64)) {
 *   step.forward(x, rows);
 *   step.loss(Losses.mse(), targets);   // or write your own gradient: step.backward(dOutput)
 *   step.backward();
 *   optimizer.step(step);
 * }
 * }</pre>
 *
 * <p>Values are row-major, channels first, one row after another. The workspace is allocated once
 * and reused: arrays returned as <em>live</em> hold the values of the last pass until the next one
 * and are not to be kept. Each stage of a pass is split over the threads; results are the same bits
 * for any number of threads. Apart from that not thread-safe.
 */
public final class Training implements AutoCloseable {

  /** One part of a piece of work that is split over the threads. */
  @FunctionalInterface
  public interface Work {

    /**
     * Runs one part; all parts may run at the same time.
     *
     * @param part from 0 to {@code parts - 1}
     * @param parts how many parts make the whole
     */
    void run(int part, int parts);
  }

  private final TrainableModel model;
  private final ModelDescription description;
  private final Passes passes;
  private final Cleaner.Cleanable cleanable;
  private final Object[] single = new Object[1];

  private final PassState state;
  private long seed;
  private long passNumber;

  Training(TrainableModel model, int maxRows, int threads) {
    this.model = model;
    description = model.description();
    state = new PassState(description.outputs().size());
    seed = model.seed();
    Resources resources = Resources.open(model, maxRows, threads);
    passes = resources.passes();
    cleanable = resources.releasedWith(this);
  }

  /** The model being trained. */
  public TrainableModel model() {
    return model;
  }

  /** The most rows of one pass. */
  public int maxRows() {
    return passes.maxRows();
  }

  /** Rows of the last forward pass; 0 before the first. */
  public int rows() {
    return state.rows();
  }

  /** Threads that share the work, this one included; fewer while kernels are being compiled. */
  public int threads() {
    return passes.threads();
  }

  /**
   * Sets what random numbers the passes that follow draw (dropout). The same seed and number give
   * the same masks; a new training starts with the model's seed and 0.
   *
   * @param seed of the random numbers
   * @param passes the number of the next forward pass; those after it count up from there
   */
  public void seed(long seed, long passes) {
    this.seed = seed;
    passNumber = passes;
  }

  /**
   * Whether the passes that follow train (at first), or behave as in use: dropout does nothing and
   * batch normalisation takes its running statistics, which stay as they are.
   */
  public void trainingMode(boolean training) {
    state.requireOpen();
    passes.trainingMode(training);
  }

  /**
   * The forward pass of a network with one input of float values.
   *
   * @param x rows x size values at least; read again by the backward pass
   * @param rows 1 to {@link #maxRows}
   * @throws IllegalArgumentException if the network or the numbers do not fit; nothing is changed
   */
  public void forward(float[] x, int rows) {
    forwardSingle(x, rows);
  }

  /**
   * The forward pass of a network with one input of indices.
   *
   * @param x rows x size indices at least; read again by the backward pass
   * @param rows 1 to {@link #maxRows}
   * @throws IllegalArgumentException if the network or the numbers do not fit; nothing is changed
   */
  public void forward(int[] x, int rows) {
    forwardSingle(x, rows);
  }

  /**
   * The forward pass.
   *
   * @param inputs one array for each input in declaration order, {@code float[]} or for indices
   *     {@code int[]}, of rows x size values at least; read again by the backward pass
   * @param rows 1 to {@link #maxRows}
   * @throws IllegalArgumentException if an array does not fit its input or an index is not in its
   *     vocabulary; nothing is changed
   */
  public void forward(Object[] inputs, int rows) {
    state.requireOpen();
    Checks.rows(rows, maxRows());
    Checks.inputs(description, inputs, rows);
    state.forwardBegins();
    passes.forward(inputs, rows, seed, passNumber);
    passNumber++;
    state.forwardDone(rows);
  }

  /**
   * The values of the only output, live: rows x size of them are valid.
   *
   * @throws IllegalStateException before the first forward pass, or if there are several outputs
   */
  public float[] output() {
    return output(onlyOutput());
  }

  /**
   * The values of an output, live: rows x size of them are valid.
   *
   * @throws IllegalArgumentException if there is no output of that name
   * @throws IllegalStateException before the first forward pass
   */
  public float[] output(String name) {
    return output(outputIndex(name));
  }

  /**
   * The loss of the only output after a forward pass. Its gradient is kept for {@link #backward()}.
   *
   * @param targets what the loss takes, such as one value for each value of the output
   * @return the loss, averaged as the loss says
   */
  public double loss(Loss loss, float[] targets) {
    return loss(onlyOutput(), loss, targets, 1);
  }

  /**
   * The loss of the only output after a forward pass. Its gradient is kept for {@link #backward()}.
   *
   * @param targets what the loss takes, such as one class for each row
   * @return the loss, averaged as the loss says
   */
  public double loss(Loss loss, int[] targets) {
    return loss(onlyOutput(), loss, targets, 1);
  }

  /**
   * The loss of one output of several after a forward pass. Its gradient times {@code weight} is
   * kept for {@link #backward()}; outputs without a loss get the gradient 0.
   *
   * @param targets {@code float[]} or {@code int[]}, as the loss takes them
   * @param weight of this loss in the sum
   * @return the loss without its weight
   */
  public double loss(String output, Loss loss, Object targets, float weight) {
    return loss(outputIndex(output), loss, targets, weight);
  }

  /**
   * The backward pass of the losses computed since the forward pass; overwrites the gradients.
   *
   * @throws IllegalStateException if there was no forward pass or no loss
   */
  public void backward() {
    state.requirePass();
    state.requireLoss();
    for (int i = 0; i < description.outputs().size(); i++) {
      if (!state.isGiven(i)) {
        passes.outputGradient(i, null);
      }
    }
    runBackwardStages();
  }

  /**
   * The backward pass of a network with one output; overwrites the gradients.
   *
   * @param dOutput the loss's derivative by each value of the output, rows x size of them
   * @throws IllegalStateException if there was no forward pass
   */
  public void backward(float[] dOutput) {
    state.requirePass();
    int only = onlyOutput();
    Checks.outputGradient(description.outputs().get(only), dOutput, state.rows());
    accept(only, dOutput);
    runBackwardStages();
  }

  /**
   * The backward pass of a network with any number of outputs; overwrites the gradients.
   *
   * @param dOutputs for each output in declaration order the loss's derivative by its values, rows
   *     x size of them
   * @throws IllegalStateException if there was no forward pass
   */
  public void backward(float[]... dOutputs) {
    state.requirePass();
    int outputs = description.outputs().size();
    if (dOutputs.length != outputs) {
      throw new IllegalArgumentException(
          "expected gradients of " + outputs + " outputs, got " + dOutputs.length);
    }
    for (int i = 0; i < outputs; i++) {
      Checks.outputGradient(description.outputs().get(i), dOutputs[i], state.rows());
    }
    for (int i = 0; i < outputs; i++) {
      accept(i, dOutputs[i]);
    }
    runBackwardStages();
  }

  /** Asks the backward passes that follow for the gradients of the inputs too; off at first. */
  public void requireInputGradients(boolean required) {
    state.requireInputGradients(required);
    passes.requireInputGradients(required);
  }

  /**
   * The gradient of the only input after a backward pass, live: rows x size values are valid.
   *
   * @throws IllegalStateException if {@link #requireInputGradients} was not on for it, there was no
   *     backward pass, or there are several inputs
   */
  public float[] inputGradient() {
    return inputGradient(Checks.only("inputs", description.inputs(), ModelDescription.Input::name));
  }

  /**
   * The gradient of an input after a backward pass, live: rows x size values are valid.
   *
   * @throws IllegalArgumentException if there is no input of that name, or it holds indices
   * @throws IllegalStateException if {@link #requireInputGradients} was not on for it, or there was
   *     no backward pass
   */
  public float[] inputGradient(String name) {
    return inputGradient(
        Checks.indexOf("input", description.inputs(), ModelDescription.Input::name, name));
  }

  /**
   * The model's flat parameter array, live, in the layout of {@link ModelDescription}. Change it
   * within {@link #update} only, and keep its padding 0.
   */
  public float[] parameters() {
    return model.parameterArray();
  }

  /**
   * The flat gradient array, live, in the layout of the parameters; overwritten by each backward
   * pass.
   */
  public float[] gradients() {
    return passes.gradients();
  }

  /**
   * A copy of the gradient of one parameter, row-major in PyTorch's layout.
   *
   * @param name as in files, such as {@code hidden.weight}
   * @throws IllegalArgumentException if there is no parameter of that name
   * @throws IllegalStateException before the first backward pass
   */
  public float[] gradient(String name) {
    state.requireGradients();
    StoredTensor tensor = model.tensors().find(name);
    if (tensor.role() != StoredTensor.Role.PARAMETER) {
      throw new IllegalArgumentException(name + " is not trained and has no gradient");
    }
    return WeightFiles.gather(tensor, passes.gradients());
  }

  /**
   * The tensors that optimizers may change: all parameters but those of frozen layers, in the order
   * of the model's file. The same list until a layer is frozen or unfrozen.
   */
  public List<StoredTensor> trainable() {
    return model.trainable();
  }

  /**
   * Runs a change of the parameters in parts on the threads of this training and tells the model.
   */
  public void update(Work change) {
    state.requireOpen();
    passes.update(change);
  }

  /** Runs anything in parts on the threads of this training. */
  public void inParts(Work work) {
    state.requireOpen();
    passes.inParts(work);
  }

  /**
   * Makes an optimizer's step on the GPU, if that is where this training runs. For optimizers.
   *
   * @return false if it runs on the processor: {@link #update} is meant then
   */
  public boolean updateOnDevice(DeviceUpdate update) {
    state.requireOpen();
    return passes.update(update);
  }

  /**
   * Copies an optimizer's memories from the GPU, if they are there, to the arrays of {@link
   * DeviceUpdate#memories}. For optimizers.
   *
   * @param release whether they are then dropped on the GPU
   */
  public void memoriesFromDevice(DeviceUpdate update, boolean release) {
    if (!state.isClosed()) {
      passes.memories(update, release);
    }
  }

  /**
   * Limits the gradients on the GPU, if that is where this training runs. For clipping.
   *
   * @return their size before; NaN if it runs on the processor
   */
  public double clipOnDevice(DeviceClip clip) {
    state.requireOpen();
    return passes.clip(clip);
  }

  /** Whether this training runs on a GPU. */
  public boolean isOnGpu() {
    return passes instanceof GpuPasses;
  }

  /** Ends the threads, and releases what is the training's own on a GPU. The model stays. */
  @Override
  public void close() {
    state.close();
    cleanable.clean();
  }

  /** Number of the next forward pass. */
  long passes() {
    return passNumber;
  }

  /** Numbers the pass that follows, which is not run by {@link #forward}. */
  long nextPass() {
    return passNumber++;
  }

  /** Seed of the random numbers. */
  long seed() {
    return seed;
  }

  /** The passes on a GPU; null on the processor. */
  @Nullable GpuPasses gpu() {
    state.requireOpen();
    return passes instanceof GpuPasses gpu ? gpu : null;
  }

  /** The loss of output {@code index}; its weighted gradient is kept for {@link #backward()}. */
  double loss(int index, Loss loss, Object targets, float weight) {
    state.requirePass();
    ModelDescription.Output output = description.outputs().get(index);
    loss.check(output);
    double value = passes.loss(index, loss, targets, weight);
    state.give(index);
    return value;
  }

  /** The values of output {@code index}, live. */
  float[] output(int index) {
    state.requirePass();
    return passes.output(index);
  }

  private float[] inputGradient(int index) {
    ModelDescription.Input input = description.inputs().get(index);
    if (input.isIndex()) {
      throw new IllegalArgumentException(
          "input " + input.name() + " takes indices, which have no gradient");
    }
    state.requireInputGradients();
    return passes.inputGradient(index);
  }

  private void forwardSingle(Object x, int rows) {
    single[0] = x;
    forward(single, rows);
  }

  private void accept(int index, float[] dOutput) {
    passes.outputGradient(index, dOutput);
    state.give(index);
  }

  private void runBackwardStages() {
    state.backwardBegins();
    passes.backward();
    state.backwardDone();
  }

  private int onlyOutput() {
    return Checks.only("outputs", description.outputs(), ModelDescription.Output::name);
  }

  private int outputIndex(String name) {
    return Checks.indexOf("output", description.outputs(), ModelDescription.Output::name, name);
  }
}

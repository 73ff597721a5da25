package dev.neurite;

import dev.neurite.gpu.GpuStepTerms;
import dev.neurite.gpu.GpuTraining;
import dev.neurite.loss.Loss;
import dev.neurite.spi.DeviceClip;
import dev.neurite.spi.DeviceLoss;
import dev.neurite.spi.DeviceUpdate;
import dev.neurite.spi.ModelDescription;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Passes on a GPU. What the host asks for is copied when it is asked for; what it may have changed
 * is copied back before the GPU reads it.
 */
final class GpuPasses implements Passes {

  private final TrainableModel model;
  private final ModelDescription description;
  private final GpuTraining device;
  private final WorkerPool pool;
  private final int maxRows;
  private final float[][] outputs;
  private final float[][] outputGradients;
  private final float[][] inputGradients;

  /** Which outputs and input gradients of the last pass are on the host. */
  private final boolean[] outputsHere;

  private final boolean[] inputGradientsHere;

  private float[] gradients = {};

  /** Whether {@link #gradients} are those of the last pass, and may have been changed since. */
  private boolean gradientsHere;

  private boolean training = true;
  private boolean inputGradientsRequired;
  private int rows;

  GpuPasses(TrainableModel model, GpuTraining device, int maxRows, WorkerPool pool) {
    this.model = model;
    this.device = device;
    this.maxRows = maxRows;
    this.pool = pool;
    description = model.description();
    outputs = new float[description.outputs().size()][];
    outputGradients = new float[outputs.length][];
    for (int i = 0; i < outputs.length; i++) {
      int length = Math.multiplyExact(maxRows, description.outputs().get(i).size());
      outputs[i] = new float[length];
      outputGradients[i] = new float[length];
    }
    outputsHere = new boolean[outputs.length];
    inputGradients = new float[description.inputs().size()][];
    inputGradientsHere = new boolean[inputGradients.length];
  }

  @Override
  public int maxRows() {
    return maxRows;
  }

  @Override
  public int threads() {
    return pool.threads();
  }

  @Override
  public void trainingMode(boolean training) {
    this.training = training;
  }

  @Override
  public void requireInputGradients(boolean required) {
    inputGradientsRequired = required;
  }

  @Override
  public void forward(Object[] inputs, int rows, long seed, long pass) {
    this.rows = rows;
    Arrays.fill(outputsHere, false);
    model.toDevice();
    device.forward(inputs, rows, seed, pass, training);
    if (training && description.stateLength() > 0) {
      model.changedOnDevice();
    }
  }

  @Override
  public float[] output(int index) {
    if (!outputsHere[index]) {
      device.output(index, outputs[index]);
      outputsHere[index] = true;
    }
    return outputs[index];
  }

  /** On the GPU, or where a loss has no form for it, on the host with copies both ways. */
  @Override
  public double loss(int index, Loss loss, Object targets, float weight) {
    ModelDescription.Output output = description.outputs().get(index);
    DeviceLoss onDevice = loss.onDevice(output, targets, rows);
    if (onDevice != null) {
      return device.loss(index, onDevice, targets, weight);
    }
    double value =
        loss.gradient(output, output(index), targets, rows, outputGradients[index], weight);
    device.outputGradient(index, outputGradients[index]);
    return value;
  }

  @Override
  public void outputGradient(int index, float @Nullable [] values) {
    device.outputGradient(index, values);
  }

  @Override
  public void backward() {
    gradientsHere = false;
    Arrays.fill(inputGradientsHere, false);
    device.backward(inputGradientsRequired);
  }

  @Override
  public float[] inputGradient(int index) {
    if (inputGradients[index] == null) {
      inputGradients[index] =
          new float[Math.multiplyExact(maxRows, description.inputs().get(index).size())];
    }
    if (!inputGradientsHere[index]) {
      device.inputGradient(index, inputGradients[index]);
      inputGradientsHere[index] = true;
    }
    return inputGradients[index];
  }

  @Override
  public float[] gradients() {
    if (gradients.length != description.parameterLength()) {
      gradients = new float[description.parameterLength()];
    }
    if (!gradientsHere) {
      device.gradients(gradients);
      gradientsHere = true;
    }
    return gradients;
  }

  @Override
  public void update(Training.Work change) {
    gradients();
    model.toHost();
    try {
      pool.run(change);
    } finally {
      model.changed();
    }
  }

  @Override
  public void inParts(Training.Work work) {
    pool.run(work);
  }

  @Override
  public double clip(DeviceClip clip) {
    returnGradients();
    return device.clip(clip, model.trainable());
  }

  @Override
  public boolean update(DeviceUpdate update) {
    returnGradients();
    model.toDevice();
    device.update(update);
    model.changedOnDevice();
    return true;
  }

  @Override
  public void memories(DeviceUpdate update, boolean release) {
    if (release) {
      device.release(update);
    } else {
      device.memories(update);
    }
  }

  /** Adds the gradients times a factor to sums on the GPU. */
  void addGradients(float factor) {
    returnGradients();
    device.addGradients(factor);
  }

  /** Puts the sums times a factor in the place of the gradients. */
  void takeSums(float factor) {
    gradientsHere = false;
    device.takeSums(factor);
  }

  /** Hands a whole step over; {@link #finish} gives its numbers. */
  void step(
      Object[] inputs, List<Object> targets, int rows, long seed, long pass, GpuStepTerms terms) {
    beginStep(rows);
    device.step(inputs, targets, rows, seed, pass, terms);
    model.changedOnDevice();
  }

  /** Copies a dataset to the GPU; false if it takes too much of its memory. */
  boolean keep(Object[] inputs, List<Object> targets, int rows, List<GpuStepTerms.Term> losses) {
    return device.keep(inputs, targets, rows, losses);
  }

  /** The order in which steps take the rows of the dataset. */
  void order(int[] order) {
    device.order(order);
  }

  /** Hands a whole step of rows of the dataset over. */
  void step(int first, int rows, long seed, long pass, GpuStepTerms terms) {
    beginStep(rows);
    device.step(first, rows, seed, pass, terms);
    model.changedOnDevice();
  }

  private void beginStep(int rows) {
    this.rows = rows;
    Arrays.fill(outputsHere, false);
    gradientsHere = false;
    model.toDevice();
  }

  /** The buffer that the last step was handed over in. */
  int buffer() {
    return device.buffer();
  }

  double[] finish(int buffer, int stepRows, float @Nullable [][] values) {
    return device.finish(buffer, stepRows, values);
  }

  @Override
  public void close() {
    device.close();
  }

  /** What the host holds may have been changed by its user. */
  private void returnGradients() {
    if (gradientsHere) {
      device.replaceGradients(gradients);
      gradientsHere = false;
    }
  }
}

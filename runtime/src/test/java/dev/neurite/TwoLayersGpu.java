package dev.neurite;

import dev.neurite.spi.GpuCalls;
import dev.neurite.spi.GpuGrid;
import dev.neurite.spi.GpuMemory;
import dev.neurite.spi.GpuPlace;
import dev.neurite.spi.GpuProduct;
import dev.neurite.spi.GpuProduct.Epilogue;
import dev.neurite.spi.GpuProduct.Matrix;
import dev.neurite.spi.GpuProgram;
import dev.neurite.spi.GpuStep;
import dev.neurite.spi.Storage;
import java.util.List;

/** {@link TwoLayers} without dropout for a GPU: stands for a generated program. */
final class TwoLayersGpu implements GpuProgram {

  private static final int THREADS = 128;

  private final int inputs;
  private final int hidden;
  private final int outputs;
  private final int bias1;
  private final int weight2;
  private final int bias2;
  private final GpuPlace activation = GpuPlace.workspace(0, 0);
  private final GpuPlace dActivation;
  private final GpuPlace output;
  private final GpuPlace dOutput;
  private final GpuPlace dInput;
  private final long rowFloats;

  TwoLayersGpu(int inputs, int hidden, int outputs) {
    this.inputs = inputs;
    this.hidden = hidden;
    this.outputs = outputs;
    bias1 = aligned(hidden * inputs);
    weight2 = bias1 + aligned(hidden);
    bias2 = weight2 + aligned(outputs * hidden);
    dActivation = GpuPlace.workspace(0, hidden);
    output = GpuPlace.workspace(0, 2L * hidden);
    dOutput = GpuPlace.workspace(0, 2L * hidden + outputs);
    dInput = GpuPlace.workspace(0, 2L * hidden + 2L * outputs);
    rowFloats = 2L * hidden + 2L * outputs + inputs;
  }

  private static int aligned(int floats) {
    return (floats + GpuPlace.ALIGNMENT - 1) / GpuPlace.ALIGNMENT * GpuPlace.ALIGNMENT;
  }

  @Override
  public String source() {
    return GpuStep.DECLARATION
        + """
        extern "C" __global__ void activate(float* values, long long count) {
          long long i = (long long) blockIdx.x * blockDim.x + threadIdx.x;
          if (i < count) {
            values[i] = tanhf(values[i]);
          }
        }

        extern "C" __global__ void deactivate(
            float* gradients, const float* values, long long count) {
          long long i = (long long) blockIdx.x * blockDim.x + threadIdx.x;
          if (i < count) {
            gradients[i] *= 1.0f - values[i] * values[i];
          }
        }

        extern "C" __global__ void count(float* counter, const NeuriteStep* step) {
          *counter += step->pass < 0 ? 0.0f : 1.0f;
        }
        """;
  }

  @Override
  public GpuLayout layout() {
    return new GpuLayout(
        bias2 + aligned(outputs),
        GpuPlace.ALIGNMENT,
        List.of(
            new Storage.ChannelsLast(0, hidden, inputs, 1, 1),
            new Storage.ChannelsLast(bias1, hidden, 1, 1, 1),
            new Storage.ChannelsLast(0, 1, 1, 1, 1),
            new Storage.ChannelsLast(weight2, outputs, hidden, 1, 1),
            new Storage.ChannelsLast(bias2, outputs, 1, 1, 1)));
  }

  @Override
  public GpuMemory trainingMemory() {
    return new GpuMemory(0, rowFloats, List.of(output), List.of(dOutput), List.of(dInput));
  }

  @Override
  public GpuMemory inferenceMemory() {
    return GpuMemory.inference(0, rowFloats, List.of(output));
  }

  @Override
  public void forward(GpuCalls calls, int rows, boolean training) {
    infer(calls, rows);
    if (training) {
      calls.launch("count", GpuGrid.of(1, 1), GpuPlace.state(0), GpuPlace.STEP);
    }
  }

  @Override
  public void infer(GpuCalls calls, int rows) {
    calls.product(
        GpuProduct.of(
                rows,
                hidden,
                inputs,
                Matrix.of(GpuPlace.input(0), inputs),
                Matrix.transposed(GpuPlace.parameter(0), inputs),
                Matrix.of(activation, hidden))
            .with(Epilogue.BIAS, GpuPlace.parameter(bias1), null));
    long count = (long) rows * hidden;
    calls.launch("activate", GpuGrid.covering(count, THREADS), activation, count);
    calls.product(
        GpuProduct.of(
                rows,
                outputs,
                hidden,
                Matrix.of(activation, hidden),
                Matrix.transposed(GpuPlace.parameter(weight2), hidden),
                Matrix.of(output, outputs))
            .with(Epilogue.BIAS, GpuPlace.parameter(bias2), null));
  }

  @Override
  public void backward(GpuCalls calls, int rows, boolean training, boolean inputGradients) {
    calls.product(
        GpuProduct.of(
                outputs,
                hidden,
                rows,
                Matrix.transposed(dOutput, outputs),
                Matrix.of(activation, hidden),
                Matrix.of(GpuPlace.gradient(weight2), hidden))
            .with(Epilogue.SUM_A, GpuPlace.gradient(bias2), null));
    calls.product(
        GpuProduct.of(
            rows,
            hidden,
            outputs,
            Matrix.of(dOutput, outputs),
            Matrix.of(GpuPlace.parameter(weight2), hidden),
            Matrix.of(dActivation, hidden)));
    long count = (long) rows * hidden;
    calls.launch("deactivate", GpuGrid.covering(count, THREADS), dActivation, activation, count);
    calls.product(
        GpuProduct.of(
                hidden,
                inputs,
                rows,
                Matrix.transposed(dActivation, hidden),
                Matrix.of(GpuPlace.input(0), inputs),
                Matrix.of(GpuPlace.gradient(0), inputs))
            .with(Epilogue.SUM_A, GpuPlace.gradient(bias1), null));
    if (inputGradients) {
      calls.product(
          GpuProduct.of(
              rows,
              inputs,
              hidden,
              Matrix.of(dActivation, hidden),
              Matrix.of(GpuPlace.parameter(0), inputs),
              Matrix.of(dInput, inputs)));
    }
  }
}

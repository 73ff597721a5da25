package dev.neurite;

import dev.neurite.spi.GpuProgram;
import dev.neurite.spi.Initialization;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.Philox;
import dev.neurite.spi.Storage;
import dev.neurite.spi.StoredTensor;
import dev.neurite.spi.TrainingProgram;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Dense, tanh, dropout, dense, written as plain loops with sums in double: stands for a generated
 * model. Counts its training passes in a state tensor.
 */
public final class TwoLayers extends TrainableModel {

  private final int inputs;
  private final int hidden;
  private final int outputs;
  private final double dropout;
  private final StoredTensor weight1;
  private final StoredTensor bias1;
  private final StoredTensor weight2;
  private final StoredTensor bias2;
  private final StoredTensor counter;

  /** What programs of this model say of themselves. */
  boolean warm = true;

  /** The most parts that a stage was split into since this was set. */
  final AtomicInteger mostParts = new AtomicInteger();

  public TwoLayers(int inputs, int hidden, int outputs, long seed) {
    this(inputs, hidden, outputs, seed, 0, ModelDescription.Values.UNBOUNDED);
  }

  public TwoLayers(
      int inputs,
      int hidden,
      int outputs,
      long seed,
      double dropout,
      ModelDescription.Values last) {
    super(describe(inputs, hidden, outputs, last), seed);
    this.inputs = inputs;
    this.hidden = hidden;
    this.outputs = outputs;
    this.dropout = dropout;
    weight1 = tensors().find("fc1.weight");
    bias1 = tensors().find("fc1.bias");
    weight2 = tensors().find("fc2.weight");
    bias2 = tensors().find("fc2.bias");
    counter = tensors().find("fc1.passes");
  }

  private static ModelDescription describe(
      int inputs, int hidden, int outputs, ModelDescription.Values last) {
    Storage.Panels w1 = new Storage.Panels(0, 1, hidden, inputs, 1, 1);
    Storage.Panels b1 = new Storage.Panels(w1.length(), 1, hidden, 1, 1, 1);
    Storage.Panels w2 = new Storage.Panels(b1.offset() + b1.length(), 1, outputs, hidden, 1, 1);
    Storage.Panels b2 = new Storage.Panels(w2.offset() + w2.length(), 1, outputs, 1, 1, 1);
    float bound1 = (float) (1 / Math.sqrt(inputs));
    float bound2 = (float) (1 / Math.sqrt(hidden));
    StoredTensor.Role parameter = StoredTensor.Role.PARAMETER;
    return new ModelDescription(
        "TwoLayers",
        List.of(new ModelDescription.Input("x", List.of(inputs), 0)),
        List.of(new ModelDescription.Output("fc2", List.of(outputs), last)),
        List.of(
            new ModelDescription.LayerRow("x", "Input", List.of(), List.of(inputs), 0),
            new ModelDescription.LayerRow(
                "fc1",
                "Dense " + hidden + ", Tanh",
                List.of(List.of(inputs)),
                List.of(hidden),
                (long) inputs * hidden),
            new ModelDescription.LayerRow(
                "fc2",
                "Dense " + outputs,
                List.of(List.of(hidden)),
                List.of(outputs),
                (long) hidden * outputs)),
        List.of(
            new StoredTensor(
                "fc1",
                "weight",
                List.of(hidden, inputs),
                parameter,
                w1,
                new Initialization.Uniform(-bound1, bound1)),
            new StoredTensor(
                "fc1",
                "bias",
                List.of(hidden),
                parameter,
                b1,
                new Initialization.Uniform(-bound1, bound1)),
            new StoredTensor(
                "fc1",
                "passes",
                List.of(),
                StoredTensor.Role.COUNTER,
                new Storage.Rows(0, 1, 1, 1),
                new Initialization.Constant(0)),
            new StoredTensor(
                "fc2",
                "weight",
                List.of(outputs, hidden),
                parameter,
                w2,
                new Initialization.Uniform(-bound2, bound2)),
            new StoredTensor(
                "fc2",
                "bias",
                List.of(outputs),
                parameter,
                b2,
                new Initialization.Uniform(-bound2, bound2))),
        b2.offset() + b2.length(),
        1);
  }

  /** Without dropout only. */
  @Override
  protected GpuProgram gpuProgram() {
    return new TwoLayersGpu(inputs, hidden, outputs);
  }

  @Override
  protected TrainingProgram newProgram(float[] gradients, int maxRows) {
    return new Program(gradients, maxRows);
  }

  @Override
  protected void infer(Object[] values, int rows, float[][] results, int threads) {
    Program program = new Program(new float[0], rows);
    program.trainingMode(false);
    program.begin(values, rows, 0, 0);
    program.forward(0, 0, 1);
    program.forward(1, 0, 1);
    System.arraycopy(program.output, 0, results[0], 0, rows * outputs);
  }

  private final class Program implements TrainingProgram {

    private final float[] gradients;
    private final int maxRows;
    private final double[] activation;
    private final double[] dActivation;
    private final float[] mask;
    private final float[] output;
    private final float[] dOutput;
    private final float[] dInput;
    private float[] x = new float[0];
    private int rows;
    private boolean training = true;
    private boolean inputGradients;

    Program(float[] gradients, int maxRows) {
      this.gradients = gradients;
      this.maxRows = maxRows;
      activation = new double[maxRows * hidden];
      dActivation = new double[maxRows * hidden];
      mask = new float[maxRows * hidden];
      output = new float[maxRows * outputs];
      dOutput = new float[maxRows * outputs];
      dInput = new float[maxRows * inputs];
    }

    @Override
    public int maxRows() {
      return maxRows;
    }

    @Override
    public void begin(Object[] values, int rows, long seed, long step) {
      x = (float[]) values[0];
      this.rows = rows;
      int[] block = new int[Philox.BLOCK];
      for (int i = 0; i < rows * hidden; i++) {
        mask[i] = 1;
        if (training && dropout > 0) {
          Philox.block(seed, i, (int) step, 0, Philox.DROPOUT, block);
          mask[i] = Philox.uniform(block[0]) < dropout ? 0 : (float) (1 / (1 - dropout));
        }
      }
      if (training) {
        flatState()[counter.storage().index(0)]++;
      }
    }

    @Override
    public void trainingMode(boolean training) {
      this.training = training;
    }

    @Override
    public boolean isWarm() {
      return warm;
    }

    @Override
    public int forwardStages() {
      return 2;
    }

    @Override
    public void forward(int stage, int part, int parts) {
      mostParts.accumulateAndGet(parts, Math::max);
      float[] p = flatParameters();
      for (int r = rows * part / parts; r < rows * (part + 1) / parts; r++) {
        if (stage == 0) {
          for (int h = 0; h < hidden; h++) {
            double sum = p[bias1.storage().index(h)];
            for (int k = 0; k < inputs; k++) {
              sum += (double) p[weight1.storage().index(h * inputs + k)] * x[r * inputs + k];
            }
            activation[r * hidden + h] = StrictMath.tanh(sum);
          }
        } else {
          for (int o = 0; o < outputs; o++) {
            double sum = p[bias2.storage().index(o)];
            for (int h = 0; h < hidden; h++) {
              int i = r * hidden + h;
              sum += p[weight2.storage().index(o * hidden + h)] * activation[i] * mask[i];
            }
            output[r * outputs + o] = (float) sum;
          }
        }
      }
    }

    @Override
    public float[] output(int index) {
      return output;
    }

    @Override
    public float[] outputGradient(int index) {
      return dOutput;
    }

    @Override
    public int backwardStages() {
      return 3;
    }

    @Override
    public void backward(int stage, int part, int parts) {
      switch (stage) {
        case 0 -> activationGradients(rows * part / parts, rows * (part + 1) / parts);
        case 1 -> {
          secondLayer(outputs * part / parts, outputs * (part + 1) / parts);
          firstLayer(hidden * part / parts, hidden * (part + 1) / parts);
        }
        default -> {
          if (inputGradients) {
            inputGradients(rows * part / parts, rows * (part + 1) / parts);
          }
        }
      }
    }

    private void activationGradients(int from, int to) {
      float[] p = flatParameters();
      for (int r = from; r < to; r++) {
        for (int h = 0; h < hidden; h++) {
          double sum = 0;
          for (int o = 0; o < outputs; o++) {
            sum += (double) p[weight2.storage().index(o * hidden + h)] * dOutput[r * outputs + o];
          }
          int i = r * hidden + h;
          dActivation[i] = sum * mask[i] * (1 - activation[i] * activation[i]);
        }
      }
    }

    private void secondLayer(int from, int to) {
      for (int o = from; o < to; o++) {
        double biasSum = 0;
        for (int r = 0; r < rows; r++) {
          biasSum += dOutput[r * outputs + o];
        }
        gradients[bias2.storage().index(o)] = (float) biasSum;
        for (int h = 0; h < hidden; h++) {
          double sum = 0;
          for (int r = 0; r < rows; r++) {
            int i = r * hidden + h;
            sum += dOutput[r * outputs + o] * activation[i] * mask[i];
          }
          gradients[weight2.storage().index(o * hidden + h)] = (float) sum;
        }
      }
    }

    private void firstLayer(int from, int to) {
      for (int h = from; h < to; h++) {
        double biasSum = 0;
        for (int r = 0; r < rows; r++) {
          biasSum += dActivation[r * hidden + h];
        }
        gradients[bias1.storage().index(h)] = (float) biasSum;
        for (int k = 0; k < inputs; k++) {
          double sum = 0;
          for (int r = 0; r < rows; r++) {
            sum += dActivation[r * hidden + h] * x[r * inputs + k];
          }
          gradients[weight1.storage().index(h * inputs + k)] = (float) sum;
        }
      }
    }

    private void inputGradients(int from, int to) {
      float[] p = flatParameters();
      for (int r = from; r < to; r++) {
        for (int k = 0; k < inputs; k++) {
          double sum = 0;
          for (int h = 0; h < hidden; h++) {
            sum += p[weight1.storage().index(h * inputs + k)] * dActivation[r * hidden + h];
          }
          dInput[r * inputs + k] = (float) sum;
        }
      }
    }

    @Override
    public void requireInputGradients(boolean required) {
      inputGradients = required;
    }

    @Override
    public float[] inputGradient(int index) {
      return dInput;
    }
  }
}

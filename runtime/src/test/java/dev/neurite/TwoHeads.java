package dev.neurite;

import dev.neurite.spi.Initialization;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.Storage;
import dev.neurite.spi.StoredTensor;
import dev.neurite.spi.TrainingProgram;
import java.util.Arrays;
import java.util.List;

/**
 * A table of three numbers for each of some users, and a factor for a float input: output {@code
 * rating} is the first number plus the factor times the input, output {@code liked} the other two.
 * Stands for a generated model with two inputs and two outputs; its passes allocate nothing.
 */
final class TwoHeads extends TrainableModel {

  private static final int COLUMNS = 3;
  private static final int STRIDE = 16;

  private final int users;

  TwoHeads(int users, long seed) {
    super(describe(users), seed);
    this.users = users;
  }

  private static ModelDescription describe(int users) {
    Initialization uniform = new Initialization.Uniform(-1, 1);
    return new ModelDescription(
        "TwoHeads",
        List.of(
            new ModelDescription.Input("user", List.of(), users),
            new ModelDescription.Input("age", List.of(1), 0)),
        List.of(
            new ModelDescription.Output("rating", List.of(1), ModelDescription.Values.UNBOUNDED),
            new ModelDescription.Output("liked", List.of(2), ModelDescription.Values.UNBOUNDED)),
        List.of(
            new ModelDescription.LayerRow("table", "Embedding", List.of(), List.of(COLUMNS), 0)),
        List.of(
            new StoredTensor(
                "table",
                "weight",
                List.of(users, COLUMNS),
                StoredTensor.Role.PARAMETER,
                new Storage.Rows(0, users, COLUMNS, STRIDE),
                uniform),
            new StoredTensor(
                "factor",
                "weight",
                List.of(1, 1),
                StoredTensor.Role.PARAMETER,
                new Storage.Panels(users * STRIDE, 1, 1, 1, 1, 1),
                uniform)),
        users * STRIDE + Storage.PANEL,
        0);
  }

  @Override
  protected TrainingProgram newProgram(float[] gradients, int maxRows) {
    return new Program(gradients, maxRows);
  }

  @Override
  protected void infer(Object[] inputs, int rows, float[][] outputs, int threads) {
    compute((int[]) inputs[0], (float[]) inputs[1], 0, rows, outputs[0], outputs[1]);
  }

  private void compute(int[] user, float[] age, int from, int to, float[] rating, float[] liked) {
    float[] p = flatParameters();
    for (int r = from; r < to; r++) {
      int row = user[r] * STRIDE;
      rating[r] = p[row] + p[users * STRIDE] * age[r];
      liked[2 * r] = p[row + 1];
      liked[2 * r + 1] = p[row + 2];
    }
  }

  private final class Program implements TrainingProgram {

    private final float[] gradients;
    private final int maxRows;
    private final float[][] outputs;
    private final float[][] dOutputs;
    private final float[] dAge;
    private int[] user = {};
    private float[] age = {};
    private int rows;

    Program(float[] gradients, int maxRows) {
      this.gradients = gradients;
      this.maxRows = maxRows;
      outputs = new float[][] {new float[maxRows], new float[2 * maxRows]};
      dOutputs = new float[][] {new float[maxRows], new float[2 * maxRows]};
      dAge = new float[maxRows];
    }

    @Override
    public int maxRows() {
      return maxRows;
    }

    @Override
    public void begin(Object[] inputs, int rows, long seed, long step) {
      user = (int[]) inputs[0];
      age = (float[]) inputs[1];
      this.rows = rows;
    }

    @Override
    public void trainingMode(boolean training) {}

    @Override
    public int forwardStages() {
      return 1;
    }

    @Override
    public void forward(int stage, int part, int parts) {
      compute(user, age, rows * part / parts, rows * (part + 1) / parts, outputs[0], outputs[1]);
    }

    @Override
    public float[] output(int index) {
      return outputs[index];
    }

    @Override
    public float[] outputGradient(int index) {
      return dOutputs[index];
    }

    @Override
    public int backwardStages() {
      return 1;
    }

    @Override
    public void backward(int stage, int part, int parts) {
      if (part > 0) {
        return;
      }
      Arrays.fill(gradients, 0);
      for (int r = 0; r < rows; r++) {
        int row = user[r] * STRIDE;
        gradients[row] += dOutputs[0][r];
        gradients[row + 1] += dOutputs[1][2 * r];
        gradients[row + 2] += dOutputs[1][2 * r + 1];
        gradients[users * STRIDE] += dOutputs[0][r] * age[r];
        dAge[r] = dOutputs[0][r] * flatParameters()[users * STRIDE];
      }
    }

    @Override
    public void requireInputGradients(boolean required) {}

    @Override
    public float[] inputGradient(int index) {
      return dAge;
    }
  }
}

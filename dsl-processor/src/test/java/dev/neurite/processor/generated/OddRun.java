package dev.neurite.processor.generated;

import dev.neurite.TrainableModel;
import dev.neurite.Training;
import dev.neurite.optim.Optimizer;
import dev.neurite.optim.Optimizers;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.StoredTensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Every number that a network computes from random inputs, in one variant, as a sum of bits. */
public final class OddRun {

  private static final int[] BATCHES = {1, 3, 13};
  private static final int STEPS = 2;

  /** The fewest rows of which sixteen share the lanes of vectors in inference. */
  private static final int LANE_ROWS = 8;

  private OddRun() {}

  /**
   * The SHA-256 of outputs, gradients, parameters after steps, and predictions, for batches of
   * several sizes.
   *
   * @throws IllegalStateException if padding is not 0, a row alone gives other bits than in its
   *     batch, or three threads other bits than one
   */
  static String sha256(GeneratedNetwork network, Variant variant) {
    return sha256(network, variant, BATCHES);
  }

  /** The same for batches of these sizes. */
  public static String sha256(GeneratedNetwork network, Variant variant, int... batches) {
    variant.choose();
    Bits bits = new Bits();
    for (int batch : batches) {
      // Batch normalisation of features has no variance in a batch of one row.
      int rows = network.description().stateLength() > 0 ? Math.max(batch, 2) : batch;
      TrainableModel model = network.create(rows);
      String alone = training(network, model, rows, 1);
      String shared = training(network, network.create(rows), rows, 3);
      require(network, alone.equals(shared), "3 threads give other bits than 1");
      bits.add(alone.hashCode());
      predictions(network, model, rows).forEach(bits::add);
    }
    return bits.sum();
  }

  private static String training(
      GeneratedNetwork network, TrainableModel model, int rows, int threads) {
    Bits bits = new Bits();
    ModelDescription description = network.description();
    SplittableRandom random = new SplittableRandom(rows);
    Optimizer optimizer = Optimizers.sgd(0.01).momentum(0.9).weightDecay(0.01);
    try (Training step = model.training(rows + 1, threads)) {
      for (int i = 0; i < STEPS; i++) {
        boolean inputGradients = i == 0;
        step.requireInputGradients(inputGradients);
        step.forward(inputs(description, rows, random).toArray(), rows);
        float[][] gradients = new float[description.outputs().size()][];
        for (int j = 0; j < gradients.length; j++) {
          ModelDescription.Output output = description.outputs().get(j);
          gradients[j] = floats(rows * output.size(), random);
          bits.add(step.output(output.name()), rows * output.size());
        }
        step.backward(gradients);
        bits.add(step.gradients());
        for (ModelDescription.Input input : description.inputs()) {
          if (inputGradients && !input.isIndex()) {
            bits.add(step.inputGradient(input.name()), rows * input.size());
          }
        }
        Padding.check(network, step);
        optimizer.step(step);
        Padding.check(network, step);
        bits.add(step.parameters());
      }
    }
    for (StoredTensor tensor : description.tensors()) {
      if (tensor.role() != StoredTensor.Role.COUNTER) {
        bits.add(model.layer(tensor.layer()).parameter(tensor.leaf()));
      }
    }
    return bits.sum();
  }

  /** Predictions of a batch; each row alone must give the same bits. */
  static List<float[]> predictions(GeneratedNetwork network, TrainableModel model, int rows) {
    List<Object> inputs = inputs(network.description(), rows, new SplittableRandom(rows + 100));
    float[][] batch = network.predict(model, inputs, rows);
    float[][] loaded = network.predict(network.forward(model), inputs, rows);
    require(network, Arrays.deepEquals(batch, loaded), "a loaded file gives other bits");
    rowsAlone(network, model, inputs, rows, batch);
    return List.of(batch);
  }

  /**
   * Asserts that every row alone, the first two, and as many as just do and do not share lanes give
   * the bits of the batch.
   */
  static void rowsAlone(
      GeneratedNetwork network,
      TrainableModel model,
      List<Object> inputs,
      int rows,
      float[][] batch) {
    for (int row = 0; row < rows; row++) {
      int at = row;
      List<Object> alone = inputs.stream().map(input -> rowOf(input, at, 1, rows)).toList();
      float[][] one = network.predict(model, alone, 1);
      for (int i = 0; i < batch.length; i++) {
        int size = batch[i].length / rows;
        require(
            network,
            Arrays.equals(one[i], Arrays.copyOfRange(batch[i], row * size, (row + 1) * size)),
            "row " + row + " alone gives other bits than among " + rows);
      }
    }
    for (int count : new int[] {2, LANE_ROWS - 1, LANE_ROWS}) {
      if (count < rows) {
        List<Object> first = inputs.stream().map(input -> rowOf(input, 0, count, rows)).toList();
        float[][] begin = network.predict(model, first, count);
        for (int i = 0; i < batch.length; i++) {
          require(
              network,
              Arrays.equals(begin[i], Arrays.copyOf(batch[i], count * (batch[i].length / rows))),
              count + " rows give other bits than among " + rows);
        }
      }
    }
  }

  private static Object rowOf(Object input, int from, int count, int rows) {
    if (input instanceof float[] values) {
      int size = values.length / rows;
      return Arrays.copyOfRange(values, from * size, (from + count) * size);
    }
    int[] indices = (int[]) input;
    int size = indices.length / rows;
    return Arrays.copyOfRange(indices, from * size, (from + count) * size);
  }

  /** Random values or indices for each input. */
  public static List<Object> inputs(
      ModelDescription description, int rows, SplittableRandom random) {
    return description.inputs().stream()
        .map(
            input ->
                input.isIndex()
                    ? (Object)
                        random.ints((long) rows * input.size(), 0, input.vocabulary()).toArray()
                    : floats(rows * input.size(), random))
        .toList();
  }

  private static float[] floats(int count, SplittableRandom random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (random.nextDouble() * 4 - 2);
    }
    return values;
  }

  private static void require(GeneratedNetwork network, boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(network.name() + ": " + otherwise);
    }
  }
}

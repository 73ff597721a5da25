package dev.neurite.processor.generated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.neurite.TrainableModel;
import dev.neurite.Training;
import dev.neurite.spi.ModelDescription;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The CUDA C of all networks, run as C++ on an emulated device: the reference cases against
 * PyTorch's numbers, awkward networks and batches against the classes for the processor.
 */
final class EmulatedOracleTest {

  /** Batches of larger networks; four rows of the second are two chunks of a convolution. */
  private static final Map<String, int[]> BATCHES =
      Map.of("Digits", new int[] {3}, "Wide", new int[] {4});

  private static EmulatedKernels kernels;

  @BeforeAll
  static void compileKernels(@TempDir Path folder) throws Exception {
    assumeTrue(
        EmulatedKernels.available(),
        "no g++ here to compile the generated CUDA C for this machine");
    Map<String, String> sources = new LinkedHashMap<>();
    Set<String> names = new LinkedHashSet<>(CompiledNetworks.compiled().sources().ofCases());
    names.addAll(OddNetworks.BODIES.keySet());
    names.addAll(BATCHES.keySet());
    for (BlockNetworks.Declared declared : BlockNetworks.OF_CASES.values()) {
      names.add(declared.name());
    }
    for (String name : names) {
      sources.put(name, CompiledNetworks.compiled().network(name).program().source());
    }
    kernels = EmulatedKernels.compile(sources, folder);
  }

  private static EmulatedModel model(GeneratedNetwork network, long seed) {
    return new EmulatedModel(
        network.description(), seed, network.program(), kernels, network.name());
  }

  @Test
  void numbersArePyTorchs() {
    CompiledNetworks networks = CompiledNetworks.compiled();
    StringBuilder table =
        new StringBuilder("largest error on the emulated device as a fraction of the tolerance\n");
    List<String> wrong = new ArrayList<>();
    for (OracleCase oracle : OracleCase.all()) {
      GeneratedNetwork network = networks.network(networks.sources().ofCase(oracle));
      OracleRun.Result result =
          OracleRun.elsewhere(
              oracle,
              network.description(),
              seed -> model(network, seed),
              (model, inputs, rows) -> ((EmulatedModel) model).predict(inputs, rows));
      String line = "%-28s %.4f %s%n".formatted(oracle.name(), result.fraction(), result.worst());
      table.append(line);
      if (!(result.fraction() <= OracleRun.allowed(oracle))) {
        wrong.add(line);
      }
    }
    System.out.println(table);
    assertThat(wrong).isEmpty();
  }

  /**
   * Float sums in another order differ by rounding alone; the networks here have values around 1
   * and sums of up to some thousand terms.
   */
  private static final double TOLERANCE = 2e-4;

  @Test
  void awkwardNetworksGiveWhatTheProcessorGives() {
    Variant.SCALAR.choose();
    CompiledNetworks networks = CompiledNetworks.compiled();
    List<String> different = new ArrayList<>();
    double largest = 0;
    List<String> names = new ArrayList<>(OddNetworks.BODIES.keySet());
    names.addAll(BATCHES.keySet());
    for (String name : names) {
      GeneratedNetwork network = networks.network(name);
      // Batch normalisation of features has no variance in a batch of one row.
      int least = network.description().stateLength() > 0 ? 2 : 1;
      int[] batches = BATCHES.getOrDefault(name, new int[] {least, 17, 3});
      for (int rows : batches) {
        for (boolean training : rows == 3 ? new boolean[] {true, false} : new boolean[] {true}) {
          Map<String, float[]> expected = pass(network, network.create(5), rows, training);
          Map<String, float[]> actual = pass(network, model(network, 5), rows, training);
          expected.put(
              "predicted", network.predict(network.create(5), inputs(network, rows), rows)[0]);
          actual.put("predicted", model(network, 5).predict(inputs(network, rows), rows)[0]);
          for (Map.Entry<String, float[]> one : expected.entrySet()) {
            double error = error(one.getValue(), actual.get(one.getKey()));
            largest = Math.max(largest, error);
            if (!(error <= TOLERANCE)) {
              different.add(
                  "%s %d rows %s %s: %.2e"
                      .formatted(
                          name, rows, training ? "training" : "evaluation", one.getKey(), error));
            }
          }
        }
      }
    }
    System.out.printf("largest difference between emulated device and processor: %.2e%n", largest);
    Variant.reset();
    assertThat(different).isEmpty();
  }

  private static List<Object> inputs(GeneratedNetwork network, int rows) {
    return OddRun.inputs(network.description(), rows, new SplittableRandom(rows));
  }

  /** Every number of one pass, by what it is. */
  private static Map<String, float[]> pass(
      GeneratedNetwork network, TrainableModel model, int rows, boolean training) {
    ModelDescription description = network.description();
    SplittableRandom random = new SplittableRandom(7);
    Map<String, float[]> numbers = new LinkedHashMap<>();
    try (Training step = model.training(rows)) {
      step.seed(123456789012345L, (1L << 33) + 5);
      step.trainingMode(training);
      step.requireInputGradients(true);
      step.forward(inputs(network, rows).toArray(), rows);
      float[][] gradients = new float[description.outputs().size()][];
      for (int i = 0; i < gradients.length; i++) {
        ModelDescription.Output output = description.outputs().get(i);
        numbers.put(
            "output " + output.name(),
            java.util.Arrays.copyOf(step.output(output.name()), rows * output.size()));
        gradients[i] = new float[rows * output.size()];
        for (int j = 0; j < gradients[i].length; j++) {
          gradients[i][j] = (float) (random.nextDouble() * 2 - 1);
        }
      }
      step.backward(gradients);
      for (ModelDescription.Input input : description.inputs()) {
        if (!input.isIndex()) {
          numbers.put(
              "gradient of " + input.name(),
              java.util.Arrays.copyOf(step.inputGradient(input.name()), rows * input.size()));
        }
      }
      step.trainable()
          .forEach(
              tensor -> numbers.put("gradient of " + tensor.name(), step.gradient(tensor.name())));
      description.tensors().stream()
          .filter(tensor -> tensor.role() == dev.neurite.spi.StoredTensor.Role.STATE)
          .forEach(
              tensor ->
                  numbers.put(tensor.name(), model.layer(tensor.layer()).parameter(tensor.leaf())));
    }
    return numbers;
  }

  /** The largest difference, as a fraction of 1 + the largest value. */
  private static double error(
      float[] expected, float @org.jspecify.annotations.Nullable [] actual) {
    if (actual == null || actual.length != expected.length) {
      return Double.POSITIVE_INFINITY;
    }
    double largest = 1;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      double one = Math.abs((double) expected[i] - actual[i]);
      difference = Double.isNaN(one) ? Double.NaN : Math.max(difference, one);
    }
    return difference / largest;
  }
}

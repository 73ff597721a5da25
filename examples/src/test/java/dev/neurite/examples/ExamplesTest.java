package dev.neurite.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.neurite.gpu.Gpu;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The list of examples, and those on small networks. */
final class ExamplesTest {

  @Test
  void listsEveryExampleWithALine() {
    ExampleRun list = ExampleRun.of("list");
    assertThat(list.exitCode()).isZero();
    for (String name :
        List.of(
            "digits",
            "mnist-mlp",
            "two-class",
            "regressor",
            "neuron",
            "embed",
            "autoencoder",
            "ratings",
            "blocks",
            "alexnet")) {
      assertThat(list.out()).containsPattern("(?m)^  " + name + " +\\p{Upper}.*\\.$");
      assertThat(ExampleRun.of(name, "--help").out()).contains("Usage: examples " + name);
    }
  }

  @Test
  void runsWhereItIsTold() {
    ExampleRun auto =
        ExampleRun.of("two-class", "--epochs", "5", "--points", "20", "--device", "auto");
    assertThat(auto.exitCode()).isZero();
    assertThat(auto.out())
        .contains(
            Gpu.available()
                ? "This runs on "
                : "No GPU, so this runs on the processor: the NVIDIA");
    ExampleRun wrong = ExampleRun.of("two-class", "--device", "tpu");
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.err()).contains("expected a device auto, cpu, gpu or gpu:<number>, got tpu");
  }

  @Test
  void saysWhyThereIsNoGpu() {
    assumeFalse(Gpu.available(), "this machine has a GPU");
    ExampleRun outcome = ExampleRun.of("two-class", "--device", "gpu");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains("Looked in:", "docs/gpu.md");
  }

  @Test
  void suggestsANameForAnUnknownOne() {
    ExampleRun unknown = ExampleRun.of("digts");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err()).contains("There is no example digts.", "Did you mean digits?");
  }

  @Test
  void mlpPrintsItsRunningLossAndLearns() {
    ExampleRun mlp = ExampleRun.onPlainJava("mnist-mlp", "--epochs", "5");
    assertThat(mlp.after("running loss")).hasSize(2).isSortedAccordingTo((a, b) -> b.compareTo(a));
    assertThat(mlp.lines().getLast()).matches("test accuracy 0\\.\\d{4}");
    assertThat(mlp.after("test accuracy").getLast()).isGreaterThan(0.75);
    assertThat(mlp.after("with probability").getFirst()).isBetween(0.1, 1.0);
  }

  @Test
  void twoClassSeparatesTheMoonsWithBothLosses() {
    ExampleRun moons = ExampleRun.onPlainJava("two-class");
    assertThat(moons.after("separates")).hasSize(2).allMatch(share -> share >= 0.97);
    assertThat(moons.after("largest relative error")).hasSize(2).allMatch(error -> error < 1e-6);
  }

  @Test
  void regressorFitsBothCurvesInBothWays() {
    ExampleRun regressor = ExampleRun.onPlainJava("regressor", "--epochs", "600");
    assertThat(regressor.after("per sample")).last().matches(error -> error < 0.01);
    assertThat(regressor.after("batch")).last().matches(error -> error < 0.01);
    assertThat(regressor.after("largest relative error"))
        .hasSize(1)
        .allMatch(error -> error < 1e-6);
  }

  @Test
  void neuronShowsCurvesVanishingGradientsAndChecksThemAll() {
    ExampleRun neuron = ExampleRun.onPlainJava("neuron");
    double line = neuron.after("mean squared error: line").getFirst();
    double network = neuron.after("network").getLast();
    assertThat(network).isLessThan(line / 100);
    assertThat(neuron.after("first layer / last layer: sigmoid").getFirst()).isLessThan(1e-3);
    assertThat(neuron.after("largest relative error")).hasSize(7).allMatch(error -> error < 1e-6);
    List<Double> gradients = neuron.after("gradient");
    List<Double> quotients = neuron.after("(E(w+h) - E(w)) / h");
    assertThat(gradients).hasSize(9);
    for (int i = 0; i < gradients.size(); i++) {
      assertThat(quotients.get(i)).isCloseTo(gradients.get(i), within(1e-5));
    }
  }

  @Test
  void autoencoderGivesDigitsBackWithTiedWeights() {
    ExampleRun autoencoder =
        ExampleRun.onPlainJava("autoencoder", "--limit", "1000", "--epochs", "12");
    assertThat(autoencoder.out())
        .contains(
            "Stored: encoder.weight [128, 784], encoder.bias [128], code.weight [24, 128],"
                + " code.bias [24], decoder.bias [128], pixels.bias [784]");
    // The mean of all images as an answer to each has an error of 0.067.
    assertThat(autoencoder.after("test error").getLast()).isLessThan(0.045);
  }

  @Test
  void ratingsLearnsBothOutputs() {
    ExampleRun ratings = ExampleRun.of("ratings", "--epochs", "12");
    assertThat(ratings.after("loss").getLast()).isLessThan(0.4);
    // Ratings have a variance of about 1, and half of the films are liked.
    assertThat(ratings.after("squared error of new ratings").getLast()).isLessThan(0.3);
    assertThat(ratings.after("told right whether a film is liked").getLast()).isGreaterThan(0.8);
  }
}

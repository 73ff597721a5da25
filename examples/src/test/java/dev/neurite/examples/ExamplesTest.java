package dev.neurite.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.neurite.gpu.Gpu;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExamplesTest {

  /** What an example printed, and its exit code. */
  private record Outcome(int exitCode, String out, String err) {

    List<String> lines() {
      return out.lines().toList();
    }

    /** The numbers that follow a text, wherever it stands. */
    List<Double> after(String text) {
      Matcher matcher =
          Pattern.compile(Pattern.quote(text) + "\\s*([-+]?\\d+(?:\\.\\d+)?(?:e[-+]\\d+)?)")
              .matcher(out);
      return matcher.results().map(result -> Double.valueOf(result.group(1))).toList();
    }
  }

  private static Outcome run(String... args) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
    try {
      int exitCode = Main.run(args);
      return new Outcome(
          exitCode,
          outBytes.toString(StandardCharsets.UTF_8),
          errBytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  @Test
  void listsEveryExampleWithALine() {
    Outcome list = run("list");
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
      assertThat(run(name, "--help").out()).contains("Usage: examples " + name);
    }
  }

  @Test
  void runsWhereItIsTold() {
    Outcome auto = run("two-class", "--epochs", "5", "--points", "20", "--device", "auto");
    assertThat(auto.exitCode()).isZero();
    assertThat(auto.out())
        .contains(
            Gpu.available()
                ? "This runs on "
                : "No GPU, so this runs on the processor: the NVIDIA");
    Outcome wrong = run("two-class", "--device", "tpu");
    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.err()).contains("expected a device auto, cpu, gpu or gpu:<number>, got tpu");
  }

  @Test
  void saysWhyThereIsNoGpu() {
    assumeFalse(Gpu.available(), "this machine has a GPU");
    Outcome outcome = run("two-class", "--device", "gpu");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains("Looked in:", "docs/gpu.md");
  }

  @Test
  void suggestsANameForAnUnknownOne() {
    Outcome unknown = run("digts");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err()).contains("There is no example digts.", "Did you mean digits?");
  }

  private static String hash(Outcome outcome) {
    Matcher matcher = Pattern.compile("SHA-256 of the weights: (\\w{64})").matcher(outcome.out());
    assertThat(matcher.find()).as(outcome.out() + outcome.err()).isTrue();
    return matcher.group(1);
  }

  @Test
  void givesOneSetOfWeightsWhateverTheThreadsAndInterruptions(@TempDir Path folder) {
    List<String> hashes = new ArrayList<>();
    for (String threads : List.of("1", "2", "3")) {
      hashes.add(hash(run("digits", "--limit", "100", "--epochs", "3", "--threads", threads)));
    }
    Path file = folder.resolve("digits.checkpoint");
    run("digits", "--limit", "100", "--epochs", "2", "--checkpoint", file.toString());
    assertThat(file).exists();
    hashes.add(
        hash(run("digits", "--limit", "100", "--epochs", "3", "--checkpoint", file.toString())));
    assertThat(Set.copyOf(hashes)).as(hashes.toString()).hasSize(1);
    assertThat(hash(run("digits", "--limit", "100", "--epochs", "2"))).isNotEqualTo(hashes.get(0));
  }

  @Test
  void saysWhichFileOfAFolderIsMissing(@TempDir Path folder) {
    Outcome missing = run("digits", "--data", folder.toString());
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.err())
        .contains("train-images-idx3-ubyte.gz", folder.toString())
        .doesNotContain("Exception");
  }

  @Test
  void digitsTrainsSavesAndRepeatsItsAccuracy(@TempDir Path folder) {
    Path file = folder.resolve("digits.safetensors");
    Outcome digits =
        run("digits", "--limit", "400", "--epochs", "2", "--batch", "20", "--save", "" + file);
    assertThat(digits.exitCode()).isZero();
    List<String> lines = digits.lines();
    String last = lines.getLast();
    assertThat(last).matches("test accuracy 0\\.\\d{4}");
    assertThat(lines.get(lines.size() - 2)).isEqualTo("after save and load: " + last);
    assertThat(digits.out()).containsPattern("(?m)^SHA-256 of the weights: [0-9a-f]{64}$");
    assertThat(file).isNotEmptyFile();
    assertThat(digits.after("test accuracy").getLast()).isGreaterThan(0.5);
  }

  @Test
  void mlpPrintsItsRunningLossAndLearns() {
    Outcome mlp = run("mnist-mlp", "--epochs", "5");
    assertThat(mlp.after("running loss")).hasSize(2).isSortedAccordingTo((a, b) -> b.compareTo(a));
    assertThat(mlp.lines().getLast()).matches("test accuracy 0\\.\\d{4}");
    assertThat(mlp.after("test accuracy").getLast()).isGreaterThan(0.75);
    assertThat(mlp.after("with probability").getFirst()).isBetween(0.1, 1.0);
  }

  @Test
  void twoClassSeparatesTheMoonsWithBothLosses() {
    Outcome moons = run("two-class");
    assertThat(moons.after("separates")).hasSize(2).allMatch(share -> share >= 0.97);
    assertThat(moons.after("largest relative error")).hasSize(2).allMatch(error -> error < 1e-6);
  }

  @Test
  void regressorFitsBothCurvesInBothWays() {
    Outcome regressor = run("regressor", "--epochs", "600");
    assertThat(regressor.after("per sample")).last().matches(error -> error < 0.01);
    assertThat(regressor.after("batch")).last().matches(error -> error < 0.01);
    assertThat(regressor.after("largest relative error"))
        .hasSize(1)
        .allMatch(error -> error < 1e-6);
  }

  @Test
  void neuronShowsCurvesVanishingGradientsAndChecksThemAll() {
    Outcome neuron = run("neuron");
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
    Outcome autoencoder = run("autoencoder", "--limit", "1000", "--epochs", "12");
    assertThat(autoencoder.out())
        .contains(
            "Stored: encoder.weight [128, 784], encoder.bias [128], code.weight [24, 128],"
                + " code.bias [24], decoder.bias [128], pixels.bias [784]");
    // The mean of all images as an answer to each has an error of 0.067.
    assertThat(autoencoder.after("test error").getLast()).isLessThan(0.045);
  }

  @Test
  void ratingsLearnsBothOutputs() {
    Outcome ratings = run("ratings", "--epochs", "12");
    assertThat(ratings.after("loss").getLast()).isLessThan(0.4);
    // Ratings have a variance of about 1, and half of the films are liked.
    assertThat(ratings.after("squared error of new ratings").getLast()).isLessThan(0.3);
    assertThat(ratings.after("told right whether a film is liked").getLast()).isGreaterThan(0.8);
  }

  /** Each class as likely as the others is a loss of log 10 = 2.30. */
  @Test
  void resNetAndInceptionLearn() {
    Outcome resNet = run("blocks", "--limit", "64", "--epochs", "4");
    assertThat(resNet.out()).contains("stage1.0.conv1", "stage3.1.bn2");
    assertThat(resNet.after("loss").getLast()).isLessThan(1.5);
    Outcome inception = run("blocks", "--network", "INCEPTION", "--limit", "500", "--epochs", "8");
    assertThat(inception.after("loss").getLast()).isLessThan(1.5);
  }

  @Test
  void embedReadsADigitWithTwoClassesOnTheClassPath() {
    Outcome embed = run("embed", "--images", "128");
    assertThat(embed.exitCode()).isZero();
    assertThat(embed.out())
        .contains("DigitsForward.class", "ReadDigit.class", "both say the same: yes")
        .doesNotContain("DigitsModel", "DigitsBackward");
  }
}

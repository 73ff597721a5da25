package dev.neurite.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples that train convolutions: the longest ones. */
final class ConvolutionExamplesTest {

  private static String hash(ExampleRun outcome) {
    Matcher matcher = Pattern.compile("SHA-256 of the weights: (\\w{64})").matcher(outcome.out());
    assertThat(matcher.find()).as(outcome.out() + outcome.err()).isTrue();
    return matcher.group(1);
  }

  @Test
  void givesOneSetOfWeightsWhateverTheThreadsAndInterruptions(@TempDir Path folder) {
    List<String> hashes = new ArrayList<>();
    for (String threads : List.of("1", "2", "3")) {
      hashes.add(
          hash(ExampleRun.of("digits", "--limit", "100", "--epochs", "3", "--threads", threads)));
    }
    Path file = folder.resolve("digits.checkpoint");
    ExampleRun.of("digits", "--limit", "100", "--epochs", "2", "--checkpoint", file.toString());
    assertThat(file).exists();
    hashes.add(
        hash(
            ExampleRun.of(
                "digits", "--limit", "100", "--epochs", "3", "--checkpoint", file.toString())));
    assertThat(Set.copyOf(hashes)).as(hashes.toString()).hasSize(1);
    assertThat(hash(ExampleRun.of("digits", "--limit", "100", "--epochs", "2")))
        .isNotEqualTo(hashes.get(0));
  }

  @Test
  void saysWhichFileOfAFolderIsMissing(@TempDir Path folder) {
    ExampleRun missing = ExampleRun.of("digits", "--data", folder.toString());
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.err())
        .contains("train-images-idx3-ubyte.gz", folder.toString())
        .doesNotContain("Exception");
  }

  @Test
  void digitsTrainsSavesAndRepeatsItsAccuracy(@TempDir Path folder) {
    Path file = folder.resolve("digits.safetensors");
    ExampleRun digits =
        ExampleRun.of(
            "digits", "--limit", "400", "--epochs", "2", "--batch", "20", "--save", "" + file);
    assertThat(digits.exitCode()).isZero();
    List<String> lines = digits.lines();
    String last = lines.getLast();
    assertThat(last).matches("test accuracy 0\\.\\d{4}");
    assertThat(lines.get(lines.size() - 2)).isEqualTo("after save and load: " + last);
    assertThat(digits.out()).containsPattern("(?m)^SHA-256 of the weights: [0-9a-f]{64}$");
    assertThat(file).isNotEmptyFile();
    assertThat(digits.after("test accuracy").getLast()).isGreaterThan(0.5);
  }

  /** Each class as likely as the others is a loss of log 10 = 2.30. */
  @Test
  void resNetAndInceptionLearn() {
    ExampleRun resNet = ExampleRun.onPlainJava("blocks", "--limit", "64", "--epochs", "4");
    assertThat(resNet.out()).contains("stage1.0.conv1", "stage3.1.bn2");
    assertThat(resNet.after("loss").getLast()).isLessThan(1.5);
    ExampleRun inception =
        ExampleRun.onPlainJava(
            "blocks", "--network", "INCEPTION", "--limit", "500", "--epochs", "8");
    assertThat(inception.after("loss").getLast()).isLessThan(1.5);
  }

  @Test
  void embedReadsADigitWithTwoClassesOnTheClassPath() {
    ExampleRun embed = ExampleRun.of("embed", "--images", "128");
    assertThat(embed.exitCode()).isZero();
    assertThat(embed.out())
        .contains("DigitsForward.class", "ReadDigit.class", "both say the same: yes")
        .doesNotContain("DigitsModel", "DigitsBackward");
  }
}

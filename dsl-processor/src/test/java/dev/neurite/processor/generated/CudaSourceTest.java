package dev.neurite.processor.generated;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.processor.Sources;
import dev.neurite.processor.Sources.Compiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written for a GPU, and that nothing is where none is asked for. */
final class CudaSourceTest {

  private static final String SOURCE =
      """
      @Model(cuda = %s)
      public interface Digits {
        @Input({1, 12, 12}) Layer image();
        @Conv2D(filters = 8, kernel = 3) @ReLU Layer conv1();
        @Conv2D(filters = 6, kernel = 3, padding = 1) Layer conv2();
        @BatchNorm @ReLU @Dropout(0.25) Layer bn();
        @MaxPool2D(2) @Flatten @Dense(16) @ReLU Layer hidden();
        @Dense(10) Layer logits();
      }
      """;

  private static Map<String, String> generated(Path folder, String source, String... options)
      throws IOException {
    Files.createDirectories(folder);
    assertThat(Sources.compileInto(folder, Compiler.JAVAC, source, options)).isEmpty();
    Map<String, String> texts = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        texts.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    texts.remove("Digits.java");
    return texts;
  }

  @Test
  void theSameDeclarationGivesTheSameText(@TempDir Path folder) throws IOException {
    Map<String, String> first = generated(folder.resolve("first"), SOURCE.formatted(true));
    assertThat(first)
        .containsOnlyKeys(
            "DigitsBackward.java", "DigitsCuda.java", "DigitsForward.java", "DigitsModel.java");
    assertThat(generated(folder.resolve("second"), SOURCE.formatted(true))).isEqualTo(first);
    assertThat(generated(folder.resolve("option"), SOURCE.formatted(false), "-Aneurite.cuda=true"))
        .isEqualTo(first);
  }

  @Test
  void whoAsksForNoGpuGetsNone(@TempDir Path folder) throws IOException {
    Map<String, String> with = generated(folder.resolve("with"), SOURCE.formatted(true));
    Map<String, String> without = generated(folder.resolve("without"), SOURCE.formatted(false));
    assertThat(without)
        .containsOnlyKeys("DigitsBackward.java", "DigitsForward.java", "DigitsModel.java");
    assertThat(without.values())
        .allSatisfy(text -> assertThat(text).doesNotContainIgnoringCase("gpu", "cuda", "Device"));
    assertThat(without.get("DigitsForward.java")).isEqualTo(with.get("DigitsForward.java"));
    assertThat(without.get("DigitsBackward.java")).isEqualTo(with.get("DigitsBackward.java"));
  }

  /** Sizes are literals, activations part of products, normalisations and dropouts one kernel. */
  @Test
  void callsAreFew(@TempDir Path folder) throws IOException {
    String text = generated(folder, SOURCE.formatted(true)).get("DigitsCuda.java");
    assertThat(text)
        .contains("Epilogue.BIAS_RELU,")
        .contains("Epilogue.SUM_A,")
        .contains("__launch_bounds__(256) bn_BatchNorm_ReLU_Dropout_forward(")
        .contains("__launch_bounds__(256) conv_1x12x12_3x3_8_relu(")
        .contains("new GpuProduct(rows, 16, 150,")
        .doesNotContain("atomicAdd", "#include");
  }

  private static final String TWO_DENSE =
      """
      @Model(cuda = true)
      public interface Digits {
        @Input(784) Layer image();
        @Dense(128) @ReLU Layer hidden();
        @Dense(10) Layer logits();
      }
      """;

  /** The whole pass of a multi-layer perceptron is products. */
  @Test
  void aReluBetweenProductsIsPartOfBoth(@TempDir Path folder) throws IOException {
    String text = generated(folder, TWO_DENSE).get("DigitsCuda.java");
    assertThat(text)
        .contains("Epilogue.BIAS_RELU_AUX,", "Epilogue.RELU_GRADIENT_SUM,")
        .doesNotContain("calls.launch(");
  }

  @Test
  void errorsLeaveStubsThatKnowTheDevice(@TempDir Path folder) {
    String wrong =
        """
        @Model(cuda = true)
        public interface Digits {
          @Input(784) Layer image();
          @Conv2D(filters = 3, kernel = 3) Layer wrong();

          static DigitsModel use() {
            return DigitsModel.create(1, dev.neurite.Device.gpu()).to(dev.neurite.Device.cpu());
          }
        }
        """;
    assertThat(Sources.compileInto(folder, Compiler.JAVAC, wrong))
        .singleElement()
        .satisfies(said -> assertThat(said.isOurs()).isTrue());
  }
}

package dev.neurite.processor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which convolutions of one image have neighbouring pixels in the lanes of a vector. */
final class PixelLanesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {1, 28, 28} | filters = 6, kernel = 5                         | @MaxPool2D(2)             | true
          {3, 32, 32} | filters = 8, kernel = 3, padding = 1            | @ReLU @MaxPool2D(2)       | true
          {4, 20, 18} | filters = 4, kernel = 3, stride = {2, 1}        | @Tanh @MaxPool2D(2)       | true
          {5, 32, 32} | filters = 8, kernel = 3, padding = 1            | @MaxPool2D(2)             | false
          {1, 17, 17} | filters = 6, kernel = 3                         | @MaxPool2D(2)             | false
          {1, 19, 19} | filters = 7, kernel = 3                         | @MaxPool2D(2)             | false
          {1, 28, 28} | filters = 6, kernel = 5, stride = 1             | @MaxPool2D(3)             | false
          {1, 50, 50} | filters = 6, kernel = 5, stride = 2             | @MaxPool2D(2)             | false
          {1, 28, 28} | filters = 6, kernel = 5                         | Layer c(); @BatchNorm @MaxPool2D(2) | false
          {1, 28, 28} | filters = 6, kernel = 5                         | @AvgPool2D(2)             | false
          {1, 28, 28} | filters = 6, kernel = 5, dilation = {1, 2}      | @MaxPool2D(2)             | false
          """)
  void arePixelsInLanes(String input, String convolution, String then, boolean pixels) {
    String source =
        DeclaredImages.source(
            """
            @Input(%s) Layer x();
            @Conv2D(%s) %s Layer a();
            @Flatten @Dense(3) Layer b();
            """
                .formatted(input, convolution, then),
            "Forward");
    assertThat(source.contains("k.pixels")).isEqualTo(pixels);
    assertThat(source.contains("k.maxPool2Planes")).isEqualTo(pixels);
  }

  @ParameterizedTest
  @CsvSource({"16, true", "17, false"})
  void oneVectorOfFiltersReadsThemAsTheyLie(int filters, boolean panel) {
    String source =
        DeclaredImages.source(
            """
            @Input({1, 28, 28}) Layer x();
            @Conv2D(filters = 6, kernel = 5) @MaxPool2D(2) Layer a();
            @Conv2D(filters = %d, kernel = 5) @MaxPool2D(2) Layer b();
            @Flatten @Dense(3) Layer c();
            """
                .formatted(filters),
            "Forward");
    assertThat(source.contains("k.panelOf6")).isEqualTo(panel);
    assertThat(source.contains("k.transpose(6, 144,")).isEqualTo(!panel);
  }

  @Test
  void aPoolThatIsAlsoAnOutputIsCopiedAsItLies() {
    String source =
        DeclaredImages.source(
            """
            @Input({1, 28, 28}) Layer x();
            @Conv2D(filters = 6, kernel = 5) @MaxPool2D(2) Layer a();
            """,
            "Forward");
    assertThat(source).contains("k.pixels").contains("k.copy(").doesNotContain("k.transpose(");
  }
}

package dev.neurite.processor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which kernels matrix products use, and whether a network needs room for values between them. */
final class MatrixProductsTest {

  private static String forward(String layers) {
    return DeclaredImages.source(DeclaredImages.compile(layers), "Forward");
  }

  @ParameterizedTest
  @CsvSource({"960, k.matmulWhole(, false", "961, k.matmulInPassesWhole(, true"})
  void sumsOfOnePassStayInRegisters(int inputs, String kernel, boolean passes) {
    String source = forward("@Input(%d) Layer x(); @Dense(24) Layer y();".formatted(inputs));
    assertThat(source).contains(kernel);
    assertThat(source.contains("boolean first")).isEqualTo(passes);
  }

  @Test
  void bothFormsOfOneClassHaveTilesOfTheirOwn() {
    String source = forward("@Input(961) Layer x(); @Dense(32) Layer h(); @Dense(32) Layer y();");
    assertThat(source)
        .contains("k.matmulInPasses(", "matmulInPasses12x2(boolean first, int steps,")
        .contains("k.matmul(", "matmul12x2(int depth,");
  }

  @ParameterizedTest
  @CsvSource({"1, true", "3, false"})
  void convolutionsAreMatrixProductsWhereEachPixelIsARow(int kernel, boolean matrix) {
    String source =
        forward(
            "@Input({8, 9, 9}) Layer x(); @Conv2D(filters = 32, kernel = %d, stride = %d) Layer y();"
                .formatted(kernel, (kernel + 1) / 2));
    assertThat(source.contains("k.matmul")).isEqualTo(matrix);
    assertThat(source.contains("k.product")).isEqualTo(!matrix);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          @Input(64) Layer x(); @Dense(64) @Tanh Layer y();                 | false
          @Input(64) Layer x(); @Dense(64) Layer h(); @Dense(64) Layer y(); | true
          @Input(64) Layer x(); @Dense(10) Layer y();                       | true
          @Input(1024) Layer x(); @Dense(1024) Layer y();                   | true
          """)
  void aNetworkWithoutValuesOfItsOwnHasNoWorkspace(String layers, boolean workspace) {
    String source = forward(layers);
    assertThat(source.contains("Workspace")).isEqualTo(workspace);
    assertThat(source.contains("borrow")).isEqualTo(workspace);
  }
}

package dev.neurite.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Largest values before ReLU where nobody else reads what ReLU gives. */
final class PoolsFirstTest {

  private static final String INPUT = "@Input({3, 8, 8}) Layer x();\n";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          @ReLU @MaxPool2D(2) Layer a();                             | true
          @ReLU Layer a(); @MaxPool2D(2) Layer b();                  | true
          @ReLU @Output Layer a(); @MaxPool2D(2) @Output Layer b();  | false
          @ReLU Layer a(); @MaxPool2D(2) Layer b(); @From("a") @GlobalAvgPool @Output Layer c(); @From("b") @Output @GlobalAvgPool Layer d(); | false
          """)
  void reluComesBehindThePool(String layers, boolean behind) {
    for (String name : List.of("Forward", "Backward")) {
      String source = DeclaredImages.source(INPUT + layers, name);
      int pool = source.indexOf("k.maxPool2");
      int relu = source.indexOf("k.relu(");
      assertThat(pool).as(name).isPositive();
      assertThat(relu).as(name).isPositive();
      assertThat(pool < relu).as(name).isEqualTo(behind);
    }
  }

  /** Rounding may make two values of theirs the same, and the gradient would go to another one. */
  @ParameterizedTest
  @CsvSource({"@LeakyReLU(0.1), leakyRelu", "@Tanh, tanh", "@ELU, elu"})
  void otherActivationsStayInFront(String activation, String kernel) {
    String source =
        DeclaredImages.source(INPUT + activation + " @MaxPool2D(2) Layer a();", "Forward");
    int call = source.indexOf("k." + kernel + "(");
    assertThat(call).isPositive();
    assertThat(source.indexOf("k.maxPool2")).isGreaterThan(call);
  }
}

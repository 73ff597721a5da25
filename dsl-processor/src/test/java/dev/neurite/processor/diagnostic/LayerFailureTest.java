package dev.neurite.processor.diagnostic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class LayerFailureTest {

  @Test
  void namesTheInnermostLayerOnce() {
    IllegalStateException cause = new IllegalStateException("no tile");
    assertThatThrownBy(
            () ->
                LayerFailure.naming(
                    "outer",
                    () ->
                        LayerFailure.naming(
                            "inner",
                            () -> {
                              throw cause;
                            })))
        .isInstanceOfSatisfying(
            LayerFailure.class, failure -> assertThat(failure.layer()).isEqualTo("inner"))
        .hasCause(cause);
  }
}

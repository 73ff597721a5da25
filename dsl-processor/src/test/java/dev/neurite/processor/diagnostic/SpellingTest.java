package dev.neurite.processor.diagnostic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SpellingTest {

  private static final List<String> NAMES = List.of("image", "conv1", "conv2", "hidden", "logits");

  @Test
  void findsSlips() {
    assertThat(Spelling.closest("hiden", NAMES)).contains("hidden");
    assertThat(Spelling.closest("cnov2", NAMES)).contains("conv2");
    assertThat(Spelling.closest("LOGITS", NAMES)).contains("logits");
    assertThat(Spelling.closest("img", NAMES)).contains("image");
  }

  @Test
  void findsNothingFarAway() {
    assertThat(Spelling.closest("attention", NAMES)).isEmpty();
    assertThat(Spelling.closest("x", List.of("y", "ab"))).isEmpty();
  }

  @Test
  void countsSlips() {
    assertThat(Spelling.distance("hidden", "hidden")).isZero();
    assertThat(Spelling.distance("", "abc")).isEqualTo(3);
    assertThat(Spelling.distance("ab", "ba")).isEqualTo(1);
    assertThat(Spelling.distance("kitten", "sitting")).isEqualTo(3);
  }
}

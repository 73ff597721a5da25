package dev.neurite.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.processor.Sources.Compiler;
import dev.neurite.processor.Sources.Said;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Options of the compiler; what those of the generated source do is tested with that source. */
final class OptionsTest {

  @ParameterizedTest
  @CsvSource({
    "precision, half, float or double",
    "cuda, yes, true or false",
    "summary, 1, true or false",
    "winograd, off, true or false"
  })
  void refusesUnknownValues(String option, String value, String values) {
    for (Compiler compiler : Compiler.values()) {
      assertThat(Sources.compile(compiler, Sources.CORRECT, "-Aneurite." + option + "=" + value))
          .as("%s", compiler)
          .extracting(Said::text)
          .singleElement()
          .asString()
          .startsWith(
              "[neurite:unknown-option-value] The option -Aneurite.%s has the value %s, but it must be %s."
                  .formatted(option, value, values));
    }
  }

  @ParameterizedTest
  @EnumSource
  void acceptsAGpu(Compiler compiler) {
    assertThat(Sources.compile(compiler, Sources.CORRECT, "-Aneurite.cuda=true")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void acceptsDoublePrecision(Compiler compiler) {
    assertThat(Sources.compile(compiler, Sources.CORRECT, "-Aneurite.precision=double")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void printsTheTableOfLayersOnRequest(Compiler compiler) {
    assertThat(Sources.everything(compiler, Sources.CORRECT, "-Aneurite.summary=true"))
        .extracting(Said::text)
        .anyMatch(text -> text.contains("Dense 10") && text.contains("7,850"));
  }
}

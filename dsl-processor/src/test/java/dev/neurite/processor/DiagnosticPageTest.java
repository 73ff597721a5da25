package dev.neurite.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.processor.DiagnosticPage.Entry;
import dev.neurite.processor.Sources.Compiler;
import dev.neurite.processor.Sources.Said;
import dev.neurite.processor.diagnostic.Message;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every code has an entry in docs/diagnostics.md, and every example there gives exactly the message
 * printed below it, at that line and column. {@code -Dneurite.rewrite=true} rewrites the page.
 */
final class DiagnosticPageTest {

  /**
   * Codes that no source alone brings about; {@link NeuriteProcessorTest} and {@link
   * ClassFilesTest} test them.
   */
  private static final Set<String> WITHOUT_SOURCE =
      Set.of("unknown-option-value", "internal-error", "block-with-mistakes", "no-vectors");

  /**
   * What stands before the value of an attribute: the Eclipse compiler marks its name, javac the
   * value.
   */
  private static final Pattern ATTRIBUTE = Pattern.compile("\\w+ = $");

  static Stream<Entry> examples() {
    return DiagnosticPage.entries().stream().filter(entry -> !entry.example().isEmpty());
  }

  @Test
  void everyCodeHasAnEntryInTheOrderOfTheMessages() {
    assertThat(DiagnosticPage.entries().stream().map(Entry::code))
        .containsExactlyElementsOf(Arrays.stream(Message.values()).map(Message::code).toList());
  }

  @Test
  void everyEntryHasAnExampleThatIsTested() {
    assertThat(DiagnosticPage.entries().stream().filter(entry -> entry.example().isEmpty()))
        .extracting(Entry::code)
        .containsExactlyInAnyOrderElementsOf(WITHOUT_SOURCE);
  }

  /** The remedy is one: what it makes of the example has nothing to be said about it. */
  @ParameterizedTest
  @MethodSource("examples")
  void theMendedExampleIsRight(Entry entry) {
    assertThat(entry.mended()).isNotEmpty().isNotEqualTo(entry.example());
    assertThat(Sources.compile(Compiler.JAVAC, entry.mended())).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void javacPrintsWhatThePageSays(Entry entry) {
    Said said = only(entry, Compiler.JAVAC);
    String printed = said.in(entry.example());
    if (Boolean.getBoolean("neurite.rewrite")) {
      DiagnosticPage.rewrite(entry, printed);
    } else {
      assertThat(printed).isEqualTo(entry.printed());
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void eclipseSaysTheSameAtTheSamePlace(Entry entry) {
    Said eclipse = only(entry, Compiler.ECLIPSE);
    List<String> printed = entry.printed().lines().toList();
    String line = printed.get(1);
    int column = printed.get(2).indexOf('^') + 1;
    Matcher attribute = ATTRIBUTE.matcher(line.substring(0, column - 1));
    assertThat(entry.example().lines().toList().get((int) eclipse.line() - 1)).isEqualTo(line);
    assertThat(eclipse.column()).isEqualTo(attribute.find() ? attribute.start() + 1 : column);
    assertThat(lines(eclipse.text()))
        .containsExactlyElementsOf(
            Stream.concat(Stream.of(printed.getFirst()), printed.stream().skip(3))
                .map(said -> said.replaceFirst("^\\w+\\.java:\\d+: (error|warning): ", ""))
                .map(String::strip)
                .toList());
  }

  private static Said only(Entry entry, Compiler compiler) {
    List<Said> all = Sources.compile(compiler, entry.example());
    assertThat(all).extracting(Said::code).containsExactly(entry.code());
    boolean error =
        Message.valueOf(entry.code().toUpperCase(Locale.ROOT).replace('-', '_')).isError();
    assertThat(all.getFirst().kind())
        .isIn(error ? List.of(Kind.ERROR) : List.of(Kind.WARNING, Kind.MANDATORY_WARNING));
    return all.getFirst();
  }

  private static List<String> lines(String text) {
    return text.lines().map(String::strip).toList();
  }
}

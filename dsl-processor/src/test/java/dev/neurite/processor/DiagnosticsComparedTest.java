package dev.neurite.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.processor.Sources.Compiler;
import dev.neurite.processor.Sources.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What docs/diagnostics-compared.md quotes of this compiler is what it prints. {@code
 * -Dneurite.rewrite=true} rewrites the page.
 */
final class DiagnosticsComparedTest {

  private static final Path FILE = Path.of("..", "docs", "diagnostics-compared.md");

  private static final Pattern MISTAKE =
      Pattern.compile("```java\n(.*?)```\n\n```text\n(.*?)```", Pattern.DOTALL);

  @Test
  void ourMessagesAreWhatIsPrinted() throws IOException {
    String page = Files.readString(FILE);
    List<MatchResult> mistakes = MISTAKE.matcher(page).results().toList();
    assertThat(mistakes).hasSize(12);
    StringBuilder rewritten = new StringBuilder();
    int end = 0;
    for (MatchResult mistake : mistakes) {
      List<Said> said = Sources.compile(Compiler.JAVAC, mistake.group(1));
      assertThat(said).as(mistake.group(1)).hasSize(1).allMatch(Said::isOurs);
      rewritten.append(page, end, mistake.start(2)).append(said.getFirst().in(mistake.group(1)));
      end = mistake.end(2);
    }
    rewritten.append(page, end, page.length());
    if (Boolean.getBoolean("neurite.rewrite")) {
      Files.writeString(FILE, rewritten);
    } else {
      assertThat(page).isEqualTo(rewritten.toString());
    }
  }
}

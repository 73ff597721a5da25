package dev.neurite.processor.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of diagnostics lists the names that are taken. */
final class ReservedNamesTest {

  @Test
  void thePageListsThemAll() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "diagnostics.md"));
    String entry = page.substring(page.indexOf("### reserved-name\n"));
    String list =
        entry.substring(entry.indexOf("These names are taken:"), entry.indexOf("A method with"));
    assertThat(
            Pattern.compile("`(\\w+)`")
                .matcher(list)
                .results()
                .map((MatchResult name) -> name.group(1)))
        .containsExactlyInAnyOrderElementsOf(ReservedNames.all());
  }
}

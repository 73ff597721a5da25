package dev.neurite.processor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The page docs/diagnostics.md: for each code an example and what is printed for it. */
final class DiagnosticPage {

  private static final Path FILE = Path.of("..", "docs", "diagnostics.md");

  private static final Pattern ENTRY =
      Pattern.compile(
          "^### ([a-z-]+)\n\n(.+?)\n\n(?:```java\n(.*?)```\n\n)?```text\n(.*?)```"
              + "(?:\n\nMended:\n\n```java\n(.*?)```)?",
          Pattern.MULTILINE | Pattern.DOTALL);

  private DiagnosticPage() {}

  /**
   * One code.
   *
   * @param meaning what stands before the example
   * @param example source, empty for what no source can bring about
   * @param printed what the compiler says
   * @param mended the example as the remedy would have it, empty without an example
   */
  record Entry(String code, String meaning, String example, String printed, String mended) {

    @Override
    public String toString() {
      return code;
    }
  }

  static List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    for (MatchResult match : ENTRY.matcher(read()).results().toList()) {
      String example = match.group(3);
      String mended = match.group(5);
      entries.add(
          new Entry(
              match.group(1),
              match.group(2),
              example == null ? "" : example,
              match.group(4),
              mended == null ? "" : mended));
    }
    return entries;
  }

  /** Puts what is printed now in the place of what the page says. */
  static void rewrite(Entry entry, String printed) {
    String page = read();
    int code = page.indexOf("### " + entry.code() + "\n");
    int start = page.indexOf("```text\n", code) + "```text\n".length();
    int end = page.indexOf("```", start);
    try {
      Files.writeString(FILE, page.substring(0, start) + printed + page.substring(end));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read() {
    try {
      return Files.readString(FILE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

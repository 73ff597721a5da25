package dev.neurite.processor.diagnostic;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Collects what is to be said about one model. */
public final class Diagnostics {

  private final List<Diagnostic> reported = new ArrayList<>();

  /** Reports a message whose texts take these values. */
  public void report(Message message, Position position, Object... values) {
    reportTraced(message, position, List.of(), values);
  }

  /**
   * Reports a message that shows how the values got their shapes.
   *
   * @param trace one line for each path from an input to the mistake
   */
  public void reportTraced(
      Message message, Position position, List<String> trace, Object... values) {
    StringBuilder text = new StringBuilder("[neurite:").append(message.code()).append("] ");
    text.append(String.format(Locale.ROOT, message.fact(), values));
    for (String line : trace) {
      text.append("\n  ").append(line);
    }
    text.append("\n  ").append(String.format(Locale.ROOT, message.remedy(), values));
    reported.add(new Diagnostic(message, position, text.toString()));
  }

  /** Whether one of the messages stops the build. */
  public boolean hasErrors() {
    return reported.stream().anyMatch(diagnostic -> diagnostic.message().isError());
  }

  /** Everything reported, in source order. */
  public List<Diagnostic> inSourceOrder() {
    return reported.stream().sorted(Comparator.comparing(Diagnostic::position)).toList();
  }
}

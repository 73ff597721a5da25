package dev.neurite.processor.random;

import dev.neurite.GradientCheck;
import dev.neurite.processor.diagnostic.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Counts of a run. */
final class Tally {

  private final Map<String, Integer> errors = new TreeMap<>();
  private final Map<String, Integer> warnings = new TreeMap<>();
  private final Map<String, Integer> operations = new TreeMap<>();
  private final List<String> failures = new ArrayList<>();
  private int declarations;
  private int right;
  private int skips;
  private long places;
  private int kinks;
  private double largestError;
  private long sourceBytes;

  void declared(Declaration declaration) {
    declarations++;
    if (declaration.isRight()) {
      right++;
      skips += declaration.skips() > 0 ? 1 : 0;
      declaration
          .operations()
          .forEach((operation, count) -> operations.merge(operation, count, Integer::sum));
    }
  }

  /** Adds the counts of other declarations. */
  void add(Tally other) {
    other.errors.forEach((code, count) -> errors.merge(code, count, Integer::sum));
    other.warnings.forEach((code, count) -> warnings.merge(code, count, Integer::sum));
    other.operations.forEach((name, count) -> operations.merge(name, count, Integer::sum));
    failures.addAll(other.failures);
    declarations += other.declarations;
    right += other.right;
    skips += other.skips;
    places += other.places;
    kinks += other.kinks;
    largestError = Math.max(largestError, other.largestError);
    sourceBytes += other.sourceBytes;
  }

  void said(MemoryCompiler.Said said) {
    (said.isError() ? errors : warnings).merge(said.code(), 1, Integer::sum);
  }

  void generated(long bytes) {
    sourceBytes += bytes;
  }

  void compared(GradientCheck.Report report) {
    places += report.checked();
    kinks += report.kinks();
    largestError = Math.max(largestError, report.largestError());
  }

  void failed(Declaration declaration, String how) {
    failures.add("declaration " + declaration.number() + ": " + how + "\n" + declaration.source());
  }

  void failed(String how) {
    failures.add(how);
  }

  List<String> failures() {
    return failures;
  }

  Map<String, Integer> operations() {
    return operations;
  }

  int declarations() {
    return declarations;
  }

  int right() {
    return right;
  }

  /** The counts as a page of text. */
  String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%,d declarations, %,d accepted (%.1f %%), %,d rejected%n",
            declarations,
            right,
            100.0 * right / Math.max(1, declarations),
            declarations - right));
    text.append(
        String.format(
            Locale.ROOT, "%,d of the accepted read something else than the layer above%n", skips));
    text.append(String.format(Locale.ROOT, "%,d failures%n", failures.size()));
    text.append(
        String.format(
            Locale.ROOT,
            "%,d gradients compared with central differences, largest relative error %.1e, %,d left out at kinks%n",
            places,
            largestError,
            kinks));
    text.append(
        String.format(Locale.ROOT, "%,d bytes of generated source compiled%n", sourceBytes));
    text.append("\nerrors\n");
    table(text, errors);
    text.append("\nwarnings\n");
    table(text, warnings);
    text.append("\noperations in accepted declarations\n");
    table(text, operations);
    List<String> silent =
        Arrays.stream(Message.values())
            .map(Message::code)
            .filter(code -> !errors.containsKey(code) && !warnings.containsKey(code))
            .toList();
    text.append("\nnot drawn: ").append(String.join(", ", silent)).append('\n');
    return text.toString();
  }

  private static void table(StringBuilder text, Map<String, Integer> counts) {
    counts.forEach(
        (name, count) -> text.append(String.format(Locale.ROOT, "  %-28s %,8d%n", name, count)));
  }
}

package dev.neurite.processor.diagnostic;

import javax.annotation.processing.Messager;
import javax.tools.Diagnostic.Kind;

/** Hands diagnostics to the Java compiler, each at its place. */
public final class DiagnosticPrinter {

  private final Messager messager;
  private final boolean placesItems;

  /** A printer to this compiler. */
  public DiagnosticPrinter(Messager messager) {
    this.messager = messager;
    // The Eclipse compiler knows places of whole values only and would mark the annotation.
    this.placesItems = !messager.getClass().getName().startsWith("org.eclipse.");
  }

  /** Prints all of them in source order. */
  public void print(Diagnostics diagnostics) {
    for (Diagnostic diagnostic : diagnostics.inSourceOrder()) {
      Kind kind = diagnostic.message().isError() ? Kind.ERROR : Kind.WARNING;
      Position position = diagnostic.position();
      if (position.element() == null) {
        messager.printMessage(kind, diagnostic.text());
      } else {
        messager.printMessage(
            kind,
            diagnostic.text(),
            position.element(),
            position.annotation(),
            placesItems ? position.value() : position.whole());
      }
    }
  }
}

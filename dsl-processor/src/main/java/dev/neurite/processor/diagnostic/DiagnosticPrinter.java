package dev.neurite.processor.diagnostic;

import javax.annotation.processing.Messager;
import javax.tools.Diagnostic.Kind;

/** Hands diagnostics to the Java compiler, each at its place. */
public final class DiagnosticPrinter {

  private final Messager messager;

  /** A printer to this compiler. */
  public DiagnosticPrinter(Messager messager) {
    this.messager = messager;
  }

  /** Prints all of them in source order. */
  public void print(Diagnostics diagnostics) {
    for (Diagnostic diagnostic : diagnostics.inSourceOrder()) {
      Kind kind = diagnostic.message().isError() ? Kind.ERROR : Kind.WARNING;
      Position position = diagnostic.position();
      messager.printMessage(
          kind, diagnostic.text(), position.element(), position.annotation(), position.value());
    }
  }
}

package dev.neurite.processor.graph;

import dev.neurite.processor.diagnostic.Message;
import dev.neurite.processor.diagnostic.Position;
import dev.neurite.processor.diagnostic.Spelling;
import dev.neurite.processor.frontend.AnnotationUse;
import dev.neurite.processor.frontend.LayerDeclaration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds what a layer reads, and what else it names, among the layers above it. */
final class Sources {

  private final Scope scope;

  Sources(Scope scope) {
    this.scope = scope;
  }

  /**
   * The nodes that the first operation of a layer reads.
   *
   * @return null if they are unknown because of a mistake
   */
  @Nullable List<Integer> of(LayerDeclaration layer, List<AnnotationUse> operations) {
    AnnotationUse first = operations.getFirst();
    if (first.name().equals("Input")) {
      return List.of();
    }
    AnnotationUse from = layer.annotation("From").orElse(null);
    if (from != null) {
      return named(layer, operations, from);
    }
    Integer above = scope.above();
    if (LayerRules.COMBINING.contains(first.name())) {
      scope.diagnostics.report(
          Message.COMBINE_NEEDS_TWO,
          first.position(),
          first.written(),
          layer.name(),
          above == null ? "none" : "only the one above");
      return null;
    }
    if (above == null) {
      // Without any input that is the mistake; what a malformed method would be is not known.
      if (!scope.lacksInput()) {
        scope.diagnostics.report(Message.NOTHING_ABOVE, layer.position(), layer.name());
      }
      return null;
    }
    return List.of(above);
  }

  private @Nullable List<Integer> named(
      LayerDeclaration layer, List<AnnotationUse> operations, AnnotationUse from) {
    List<String> names = from.words("value");
    if (names.isEmpty()) {
      scope.diagnostics.report(Message.FROM_EMPTY, from.at("value"), layer.name());
      return null;
    }
    List<Integer> sources = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Integer source = scope.values().get(names.get(i));
      if (source == null) {
        unknown("@From", layer, from.at("value", i), names.get(i), scope.values().keySet());
      } else {
        sources.add(source);
      }
    }
    if (sources.size() < names.size()) {
      return null;
    }
    AnnotationUse first = operations.getFirst();
    // One that stands too late has been reported; its names are meant for it nevertheless.
    boolean combining =
        operations.stream().anyMatch(use -> LayerRules.COMBINING.contains(use.name()));
    if (combining && names.size() < 2) {
      scope.diagnostics.report(
          Message.COMBINE_NEEDS_TWO,
          from.at("value"),
          first.written(),
          layer.name(),
          "only " + names.getFirst() + "()");
      return null;
    }
    if (!combining && !first.name().equals("Stack") && names.size() > 1) {
      scope.diagnostics.report(
          Message.FROM_SEVERAL, from.at("value"), first.written(), layer.name(), names.size());
      return null;
    }
    return sources;
  }

  /** Reports a name that none of the layers above has. */
  void unknown(
      String annotation,
      LayerDeclaration layer,
      Position position,
      String name,
      Collection<String> known) {
    if (name.equals(layer.name())) {
      scope.diagnostics.report(Message.FROM_SELF, position, name, annotation);
      return;
    }
    if (scope.declared.stream().anyMatch(other -> other.name().equals(name))) {
      scope.diagnostics.report(Message.FROM_LATER, position, layer.name(), name, annotation);
      return;
    }
    String remedy =
        Spelling.closest(name, known)
            .map(near -> "Did you mean \"" + near + "\"?")
            .orElseGet(
                () ->
                    known.isEmpty()
                        ? "There is no layer above it."
                        : "Layers above it: " + String.join(", ", known) + ".");
    scope.diagnostics.report(
        Message.FROM_UNKNOWN, position, layer.name(), name, remedy, annotation);
  }
}

package dev.neurite.processor.random;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One method of a random declaration: a line of its source. */
final class Method {

  String name;
  String returnType = "Layer";
  String parameters = "";
  String typeParameters = "";
  final List<Piece> pieces = new ArrayList<>();

  /** Names in {@code @From}; null without it. */
  @Nullable List<String> from;

  @Nullable Piece init;
  boolean output;

  /** Whether {@code @From}, {@code @Init} and {@code @Output} stand behind the operations. */
  boolean modifiersLast;

  /** What it reads if it is right. */
  final List<Method> sources = new ArrayList<>();

  /** What it gives if it is right. */
  List<Integer> gives = List.of();

  boolean index;

  /** Trained values, and multiply-adds of one row. */
  long parameterCount;

  long multiplyAdds;

  /** The code of the mistake on this line; empty if it is right. */
  String mistake = "";

  Method(String name) {
    this.name = name;
  }

  boolean isInput() {
    return !pieces.isEmpty() && pieces.getFirst().is("Input");
  }

  boolean combines() {
    return !pieces.isEmpty() && pieces.getFirst().is("Add", "Multiply", "Concat");
  }

  /** Whether what it gives is unknown to a compiler that has seen the mistakes above. */
  boolean isUnknown() {
    return !mistake.isEmpty() || readsUnknown();
  }

  boolean readsUnknown() {
    return sources.stream().anyMatch(Method::isUnknown);
  }

  @Nullable Piece piece(String... names) {
    return pieces.stream().filter(piece -> piece.is(names)).findFirst().orElse(null);
  }

  @Override
  public String toString() {
    List<String> modifiers = new ArrayList<>();
    List<String> names = from;
    if (names != null) {
      modifiers.add(
          names.size() == 1
              ? "@From(\"" + names.getFirst() + "\")"
              : names.stream()
                  .map(one -> "\"" + one + "\"")
                  .collect(Collectors.joining(", ", "@From({", "})")));
    }
    if (init != null) {
      modifiers.add(init.toString());
    }
    if (output) {
      modifiers.add("@Output");
    }
    List<String> words = new ArrayList<>();
    if (!modifiersLast) {
      words.addAll(modifiers);
    }
    pieces.forEach(piece -> words.add(piece.toString()));
    if (modifiersLast) {
      words.addAll(modifiers);
    }
    if (!typeParameters.isEmpty()) {
      words.add(typeParameters);
    }
    words.add(returnType);
    words.add(name + "(" + parameters + ");");
    return "  " + String.join(" ", words);
  }
}

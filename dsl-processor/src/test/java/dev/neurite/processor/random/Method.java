package dev.neurite.processor.random;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One method of a random declaration: a line of its source. */
final class Method {

  /** Operations that have parameters of their own. */
  static final String[] PARAMETRIC = {"Dense", "Conv2D", "BatchNorm", "LayerNorm", "Embedding"};

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

  /** What {@code @Stack} applies, and how often; null without it. */
  @Nullable Draft block;

  int times = 1;

  /** The name in {@code @SharedWith}; null without it. */
  @Nullable String sharedWith;

  /** The layer whose parameters are used here, which may use those of a further one. */
  @Nullable Method owner;

  /** The code of the mistake on this line; empty if it is right. */
  String mistake = "";

  /** Whether the mistake can only be seen where the shape that the layer reads is known. */
  boolean mistakeOfShape;

  Method(String name) {
    this.name = name;
  }

  boolean isInput() {
    return !pieces.isEmpty() && pieces.getFirst().is("Input");
  }

  boolean combines() {
    return !pieces.isEmpty() && pieces.getFirst().is("Add", "Multiply", "Concat");
  }

  /** What it gives if it is right. */
  Value value() {
    return new Value(gives, index);
  }

  /** Whether what it gives is unknown to a compiler that has seen the mistakes above. */
  boolean isUnknown() {
    return !mistake.isEmpty() || readsUnknown() || (block != null && !block.isRight());
  }

  boolean readsUnknown() {
    return sources.stream().anyMatch(Method::isUnknown) || (owner != null && owner.isUnknown());
  }

  /** Whether it names a layer, rightly or not. */
  boolean names(String layer) {
    return layer.equals(sharedWith) || (from != null && from.contains(layer));
  }

  /** Makes it a layer of one operation, with parameters of its own. */
  void become(Piece piece) {
    clear();
    pieces.add(piece);
  }

  /** Takes all operations away. */
  void clear() {
    pieces.clear();
    init = null;
    sharedWith = null;
    owner = null;
    block = null;
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
    if (sharedWith != null) {
      modifiers.add("@SharedWith(\"" + sharedWith + "\")");
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

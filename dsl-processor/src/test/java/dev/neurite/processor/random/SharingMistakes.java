package dev.neurite.processor.random;

import dev.neurite.processor.random.Mistakes.Mistake;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/** Parameters that a layer cannot use. */
final class SharingMistakes {

  static final List<Mistake> ALL =
      List.of(
          Mistake.of("shared-without-parameters", SharingMistakes::withoutParameters),
          Mistake.alone("shared-without-parameters", SharingMistakes::ofNoParameters),
          Mistake.alone("shared-operations", SharingMistakes::stackAndOperation),
          Mistake.ofShape("shared-operations", SharingMistakes::otherOperation),
          Mistake.alone("shared-blocks", SharingMistakes::otherBlock),
          Mistake.of("init-of-shared", SharingMistakes::initOfShared),
          Mistake.ofShape("shared-shapes", SharingMistakes::otherShape),
          Mistake.of("from-unknown", SharingMistakes::unknown),
          Mistake.of("from-self", SharingMistakes::self),
          Mistake.of("from-later", SharingMistakes::later));

  private SharingMistakes() {}

  private static boolean isParametric(Method method) {
    return method.block != null || method.piece(Method.PARAMETRIC) != null;
  }

  /** Lets a layer name one of those above it that can be named. */
  private static boolean name(
      Draft draft, Method method, SplittableRandom random, Predicate<Method> owner) {
    List<Method> owners =
        draft.methods.subList(0, draft.methods.indexOf(method)).stream()
            .filter(other -> other.mistake.isEmpty())
            .filter(owner)
            .toList();
    if (owners.isEmpty()) {
      return false;
    }
    method.init = null;
    method.owner = LayerDrawing.any(random, owners);
    method.sharedWith = method.owner.name;
    return true;
  }

  private static boolean withoutParameters(Draft draft, Method method, SplittableRandom random) {
    return !method.isInput()
        && !isParametric(method)
        && name(draft, method, random, SharingMistakes::isParametric);
  }

  private static boolean ofNoParameters(Draft draft, Method method, SplittableRandom random) {
    return isParametric(method)
        && !Sharing.isOwner(draft, method)
        && name(draft, method, random, other -> !isParametric(other));
  }

  private static boolean stackAndOperation(Draft draft, Method method, SplittableRandom random) {
    return isParametric(method)
        && !Sharing.isOwner(draft, method)
        && name(
            draft,
            method,
            random,
            other -> isParametric(other) && (other.block == null) != (method.block == null));
  }

  private static boolean otherOperation(Draft draft, Method method, SplittableRandom random) {
    Piece own = method.piece(Method.PARAMETRIC);
    return own != null
        && !Sharing.isOwner(draft, method)
        && name(
            draft,
            method,
            random,
            other ->
                other.owner == null
                    && !other.isUnknown()
                    && other.piece(Method.PARAMETRIC) != null
                    && other.piece(own.name) == null);
  }

  private static boolean otherBlock(Draft draft, Method method, SplittableRandom random) {
    if (method.block == null || Sharing.isOwner(draft, method)) {
      return false;
    }
    return name(
        draft,
        method,
        random,
        other ->
            other.block != null && (other.block != method.block || other.times != method.times));
  }

  private static boolean initOfShared(Draft draft, Method method, SplittableRandom random) {
    if (method.owner == null || method.block != null) {
      return false;
    }
    method.init = new Piece("Init", List.of()).with("value", "Initializer.ZEROS");
    return true;
  }

  private static boolean otherShape(Draft draft, Method method, SplittableRandom random) {
    Piece piece = method.piece(Method.PARAMETRIC);
    if (method.owner == null || piece == null || Sharing.isOwner(draft, method)) {
      return false;
    }
    switch (piece.name) {
      case "Dense" -> {
        Piece own = Objects.requireNonNull(method.owner.piece(Method.PARAMETRIC));
        int units = piece.number("value", 0) + 1;
        // That of the owner turned around would fit.
        if (units == own.reads.getLast() && piece.reads.getLast() == own.number("value", 0)) {
          units++;
        }
        piece.with("value", units);
      }
      case "Conv2D" ->
          piece.with("filters", piece.number("filters", 0) + piece.number("groups", 1));
      case "Embedding" -> {
        String attribute = random.nextBoolean() ? "vocabulary" : "size";
        piece.with(attribute, piece.number(attribute, 0) + 1);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private static boolean unknown(Draft draft, Method method, SplittableRandom random) {
    if (method.owner == null) {
      return false;
    }
    method.sharedWith =
        LayerDrawing.any(random, List.of(method.sharedWith + "z", "attention", "", "größer"));
    return true;
  }

  private static boolean self(Draft draft, Method method, SplittableRandom random) {
    if (!isParametric(method) || method.init != null) {
      return false;
    }
    method.sharedWith = method.name;
    return true;
  }

  private static boolean later(Draft draft, Method method, SplittableRandom random) {
    int place = draft.methods.indexOf(method);
    if (!isParametric(method) || method.init != null || place == draft.methods.size() - 1) {
      return false;
    }
    method.sharedWith =
        LayerDrawing.any(random, draft.methods.subList(place + 1, draft.methods.size())).name;
    return true;
  }
}

package dev.neurite.processor.random;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Puts mistakes into a right declaration, one on a line. */
final class Mistakes {

  /** Of 100 wrong declarations, how many have one mistake only, and how many at the interface. */
  private static final int SINGLE = 80;

  private static final int OF_MODEL = 18;

  private Mistakes() {}

  /**
   * A way to be wrong.
   *
   * @param code of the message it must give
   * @param ofShape whether it can only be seen where the shape that the layer reads is known
   * @param spoiler makes a right line wrong
   */
  record Mistake(String code, boolean ofShape, Spoiler spoiler) {}

  /** Makes a method wrong, or leaves it as it is and says false where that cannot be. */
  @FunctionalInterface
  interface Spoiler {

    boolean spoil(Draft draft, Method method, SplittableRandom random);
  }

  private static final List<Mistake> OF_METHODS =
      Stream.of(NumberMistakes.ALL, StructureMistakes.ALL, ShapeMistakes.ALL)
          .flatMap(List::stream)
          .toList();

  /**
   * Draws a wrong declaration. Its mistake is chosen first, and right declarations are drawn until
   * one can have it: rare mistakes are as likely as others.
   */
  static Draft wrong(Supplier<Draft> right, SplittableRandom random) {
    int kind = random.nextInt(100);
    if (kind >= SINGLE) {
      return severalTimesWrong(right, random);
    }
    if (kind < OF_MODEL) {
      String code = LayerDrawing.any(random, ModelMistakes.CODES);
      while (true) {
        Draft draft = right.get();
        if (ModelMistakes.spoil(code, draft, random)) {
          return draft;
        }
      }
    }
    Mistake mistake = LayerDrawing.any(random, OF_METHODS);
    while (true) {
      Draft draft = right.get();
      for (int tries = 0; tries < draft.methods.size(); tries++) {
        apply(mistake, draft, LayerDrawing.any(random, draft.methods), random);
        if (!draft.isRight()) {
          return draft;
        }
      }
    }
  }

  private static Draft severalTimesWrong(Supplier<Draft> right, SplittableRandom random) {
    Draft draft = right.get();
    List<Method> places = new ArrayList<>();
    for (int i = 0; i < 2 + random.nextInt(2); i++) {
      places.add(LayerDrawing.any(random, draft.methods));
    }
    places.sort(Comparator.comparingInt(draft.methods::indexOf));
    for (Method place : places.stream().distinct().toList()) {
      for (int tries = 0; tries < 20 && place.mistake.isEmpty(); tries++) {
        apply(LayerDrawing.any(random, OF_METHODS), draft, place, random);
      }
    }
    return draft.isRight() ? severalTimesWrong(right, random) : draft;
  }

  private static void apply(Mistake mistake, Draft draft, Method method, SplittableRandom random) {
    if (mistake.ofShape && method.readsUnknown()) {
      return;
    }
    if (mistake.spoiler.spoil(draft, method, random)) {
      method.mistake = mistake.code;
    }
  }
}

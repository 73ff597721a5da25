package dev.neurite.processor.random;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
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
   * @param alone whether it can only be seen where nothing else is wrong
   * @param spoiler makes a right line wrong
   */
  record Mistake(String code, boolean ofShape, boolean alone, Spoiler spoiler) {

    /** One that is seen whatever else is wrong. */
    static Mistake of(String code, Spoiler spoiler) {
      return new Mistake(code, false, false, spoiler);
    }

    static Mistake ofShape(String code, Spoiler spoiler) {
      return new Mistake(code, true, false, spoiler);
    }

    static Mistake alone(String code, Spoiler spoiler) {
      return new Mistake(code, false, true, spoiler);
    }
  }

  /** Makes a method wrong, or leaves it as it is and says false where that cannot be. */
  @FunctionalInterface
  interface Spoiler {

    boolean spoil(Draft draft, Method method, SplittableRandom random);
  }

  private static final List<Mistake> OF_METHODS =
      Stream.of(
              NumberMistakes.ALL,
              StructureMistakes.ALL,
              ShapeMistakes.ALL,
              StackMistakes.ALL,
              SharingMistakes.ALL)
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
      for (int tries = 0; tries < draft.methods.size() && draft.isRight(); tries++) {
        Draft in = interfaces(draft, random);
        apply(mistake, in, LayerDrawing.any(random, in.methods), random);
      }
      if (!Expected.of(draft).isEmpty()) {
        return draft;
      }
    }
  }

  private static Draft severalTimesWrong(Supplier<Draft> right, SplittableRandom random) {
    Draft draft = right.get();
    int mistakes = 2 + random.nextInt(2);
    Draft one = interfaces(draft, random);
    Draft other = interfaces(draft, random);
    // Inner ones first, and from above to below, so that what is unknown is known to be so.
    boolean inOrder =
        other == draft || (one != draft && draft.blocks.indexOf(one) < draft.blocks.indexOf(other));
    List<Draft> both = inOrder ? List.of(one, other) : List.of(other, one);
    for (Draft in : one == other ? List.of(one) : both) {
      List<Method> places = new ArrayList<>();
      for (int i = 0; i < mistakes; i++) {
        places.add(LayerDrawing.any(random, in.methods));
      }
      places.sort(Comparator.comparingInt(in.methods::indexOf));
      for (Method place : places.stream().distinct().toList()) {
        for (int tries = 0; tries < 20 && place.mistake.isEmpty(); tries++) {
          Mistake mistake = LayerDrawing.any(random, OF_METHODS);
          if (!mistake.alone) {
            apply(mistake, in, place, random);
          }
        }
      }
    }
    return Expected.of(draft).isEmpty() ? severalTimesWrong(right, random) : draft;
  }

  /** The interface itself, or one of its blocks. */
  private static Draft interfaces(Draft draft, SplittableRandom random) {
    return draft.blocks.isEmpty() || random.nextBoolean()
        ? draft
        : LayerDrawing.any(random, draft.blocks);
  }

  /**
   * Whether a block's layers read other shapes at some place of use than those drawn, or have the
   * parameters of others there, which may be unknown.
   */
  private static boolean dependsOnUse(Draft draft) {
    List<Value> drawn = draft.inputs().stream().map(Method::value).toList();
    return draft.isBlock && !draft.stated && (draft.shared || !draft.given.equals(Set.of(drawn)));
  }

  private static void apply(Mistake mistake, Draft draft, Method method, SplittableRandom random) {
    if (mistake.ofShape && (method.readsUnknown() || dependsOnUse(draft))) {
      return;
    }
    if (mistake.spoiler.spoil(draft, method, random)) {
      method.mistake = mistake.code;
      method.mistakeOfShape = mistake.ofShape;
    }
  }
}

package dev.neurite.processor.random;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Draws declarations: graphs with skips, several inputs and outputs, awkward sizes and names. More
 * than half of them have mistakes, whose lines and codes are known.
 */
final class Generator {

  /** Of 100 declarations, how many are right; at least 40 are asked for. */
  private static final int RIGHT = 45;

  /** Values that are joined by {@code @Concat} stay below this. */
  private static final int MOST_JOINED = 420;

  private final long seed;

  Generator(long seed) {
    this.seed = seed;
  }

  /** The declaration of a number; the same seed and number give the same one. */
  Declaration declaration(long number) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + number);
    String name = "Net" + number;
    Draft draft =
        random.nextInt(100) < RIGHT
            ? right(name, random)
            : Mistakes.wrong(() -> right(name, random), random);
    return draft.finished(number);
  }

  /** As written in an annotation: {@code 3} or {@code {3, 5}}. */
  static String sizes(List<Integer> shape) {
    return shape.size() == 1
        ? shape.getFirst().toString()
        : shape.stream().map(Object::toString).collect(Collectors.joining(", ", "{", "}"));
  }

  private static Draft right(String name, SplittableRandom random) {
    Draft draft = new Draft(name);
    int layers = 1 + Math.min(random.nextInt(7), random.nextInt(7));
    Names names = new Names(random);
    draft.methods.add(input(names.next(), random));
    for (int i = 0; i < layers; i++) {
      if (random.nextInt(100) < 12) {
        draft.methods.add(input(names.next(), random));
      }
      draft.methods.add(layer(draft, names.next(), 0, random));
    }
    if (random.nextInt(3) == 0) {
      for (Method layer : draft.layers()) {
        layer.output = random.nextInt(3) == 0;
      }
    }
    members(draft, random);
    draft.blocksInside = random.nextInt(4) == 0;
    Evaluation.Totals totals = Evaluation.of(draft);
    if (random.nextInt(10) == 0) {
      draft.budgets.put("maxParameters", Math.max(1, totals.parameters()) + "L");
      draft.budgets.put("maxMultiplyAdds", Math.max(1, totals.multiplyAdds()) + "");
    }
    return draft;
  }

  private static void members(Draft draft, SplittableRandom random) {
    if (random.nextInt(5) == 0) {
      draft.members.add("  int WIDTH = 17;");
      draft.members.add("  default int best(float[] scores) { return scores.length; }");
      draft.members.add("  static String title() { return \"" + draft.name + "\"; }");
    }
    if (random.nextInt(10) == 0) {
      draft.types.add("interface " + draft.name + "Described { default int age() { return 1; } }");
      draft.parents = " extends " + draft.name + "Described";
    }
  }

  private static Method input(String name, SplittableRandom random) {
    Method method = new Method(name);
    Piece piece = new Piece("Input", List.of());
    if (random.nextInt(5) == 0) {
      method.index = true;
      method.gives = random.nextBoolean() ? List.of() : List.of(1 + random.nextInt(7));
      if (!method.gives.isEmpty()) {
        piece.with("value", sizes(method.gives));
      }
      piece.with("type", "InputType.INDEX");
    } else {
      method.gives = LayerDrawing.inputShape(random);
      piece.with("value", sizes(method.gives));
    }
    method.pieces.add(piece);
    return method;
  }

  /**
   * Draws a layer that reads some of those above.
   *
   * @param depth 0 in a model, 1 in a block that it applies
   */
  static Method layer(Draft draft, String name, int depth, SplittableRandom random) {
    Method method = new Method(name);
    if (random.nextInt(100) < 15 && BlockDrawing.draw(draft, method, depth, random)) {
      return method;
    }
    if (random.nextInt(100) < 20 && Sharing.draw(draft, method, random)) {
      return method;
    }
    if (random.nextInt(100) < 30 && combining(draft, method, random)) {
      return method;
    }
    Method above = draft.methods.getLast();
    Method source = random.nextInt(100) < 65 ? above : LayerDrawing.any(random, draft.methods);
    method.sources.add(source);
    if (source != above || random.nextInt(10) == 0) {
      method.from = new ArrayList<>(List.of(source.name));
    }
    LayerDrawing.reading(random, method, source);
    return method;
  }

  /** Draws a layer that joins several, if there are some that fit. */
  private static boolean combining(Draft draft, Method method, SplittableRandom random) {
    List<Method> numbers = draft.methods.stream().filter(other -> !other.index).toList();
    if (numbers.isEmpty()) {
      return false;
    }
    Method first = LayerDrawing.any(random, numbers);
    String operation = LayerDrawing.any(random, List.of("Add", "Multiply", "Concat"));
    Piece piece = new Piece(operation, first.gives);
    List<Integer> gives;
    if (operation.equals("Concat")) {
      gives = concat(numbers, first, method, piece, random);
    } else {
      List<Method> fitting =
          numbers.stream().filter(other -> other.gives.equals(first.gives)).toList();
      join(method, first, fitting, 2 + random.nextInt(2), random);
      gives = first.gives;
    }
    if (gives == null) {
      method.sources.clear();
      return false;
    }
    method.from = new ArrayList<>(method.sources.stream().map(source -> source.name).toList());
    LayerDrawing.combining(random, method, piece, gives);
    return true;
  }

  private static void join(
      Method method, Method first, List<Method> fitting, int count, SplittableRandom random) {
    List<Method> others = fitting.stream().filter(other -> other != first).toList();
    method.sources.add(first);
    for (int i = 1; i < count; i++) {
      // The same one twice is allowed, but two different ones are what graphs have.
      boolean different = !others.isEmpty() && random.nextInt(4) != 0;
      method.sources.add(LayerDrawing.any(random, different ? others : fitting));
    }
  }

  private static @Nullable List<Integer> concat(
      List<Method> numbers, Method first, Method method, Piece piece, SplittableRandom random) {
    int rank = first.gives.size();
    int axis = random.nextInt(rank);
    List<Method> fitting =
        numbers.stream()
            .filter(other -> other.gives.size() == rank && equalBut(axis, other, first))
            .toList();
    join(method, first, fitting, 2 + random.nextInt(2), random);
    if (axis != 0 || random.nextInt(4) == 0) {
      piece.with("axis", random.nextBoolean() ? axis : axis - rank);
    }
    List<Integer> gives = new ArrayList<>(first.gives);
    gives.set(axis, method.sources.stream().mapToInt(source -> source.gives.get(axis)).sum());
    return LayerDrawing.values(gives) > MOST_JOINED ? null : gives;
  }

  private static boolean equalBut(int axis, Method one, Method other) {
    for (int i = 0; i < one.gives.size(); i++) {
      if (i != axis && !one.gives.get(i).equals(other.gives.get(i))) {
        return false;
      }
    }
    return true;
  }
}

package dev.neurite.processor.random;

import dev.neurite.processor.random.Mistakes.Mistake;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Blocks that cannot be, or cannot be applied as they are. */
final class StackMistakes {

  /** Layers of a network, and applications of a block, beyond which it is refused. */
  private static final int MOST_LAYERS = 1_000;

  private static final int MOST_TIMES = 256;

  static final List<Mistake> ALL =
      List.of(
          Mistake.of("stack-of-no-block", StackMistakes::stackOfNoBlock),
          Mistake.of("stack-times", StackMistakes::stackTimes),
          Mistake.alone("stack-too-large", StackMistakes::stackTooLarge),
          Mistake.alone("stack-operands", StackMistakes::stackOperands),
          Mistake.alone("stack-repeats-inputs", StackMistakes::stackRepeatsInputs),
          Mistake.alone("block-recursion", StackMistakes::blockRecursion),
          Mistake.alone("block-outputs", StackMistakes::blockOutputs),
          Mistake.ofShape("block-input-shape", StackMistakes::blockInputShape));

  private StackMistakes() {}

  private static boolean stackOfNoBlock(Draft draft, Method method, SplittableRandom random) {
    if (method.block == null) {
      return false;
    }
    method
        .pieces
        .getFirst()
        .with(
            "value",
            LayerDrawing.any(random, List.of(draft.root.name, "String", "Model", "Runnable"))
                + ".class");
    return true;
  }

  private static boolean stackTimes(Draft draft, Method method, SplittableRandom random) {
    if (method.block == null) {
      return false;
    }
    method
        .pieces
        .getFirst()
        .with(
            "times",
            LayerDrawing.any(
                random, List.of("0", "-1", "257", "Integer.MAX_VALUE", "Integer.MIN_VALUE")));
    return true;
  }

  private static boolean stackTooLarge(Draft draft, Method method, SplittableRandom random) {
    Draft block = method.block;
    if (block == null || method.owner != null || Sharing.isOwner(draft, method)) {
      return false;
    }
    List<Value> reads = method.sources.stream().map(Method::value).toList();
    Evaluation.Totals once = Evaluation.applied(block, 1, reads);
    boolean keepsShape = once != null && reads.equals(List.of(once.gives()));
    if (draft.isBlock || !keepsShape || layers(block) * MOST_TIMES <= MOST_LAYERS) {
      return false;
    }
    method.pieces.getFirst().with("times", MOST_TIMES);
    return true;
  }

  /** Layers that a block adds to a network each time. */
  private static int layers(Draft block) {
    return block.layers().stream()
            .mapToInt(layer -> 1 + (layer.block == null ? 0 : layer.times * layers(layer.block)))
            .sum()
        + (block.stated ? block.inputs().size() : 0);
  }

  private static boolean stackOperands(Draft draft, Method method, SplittableRandom random) {
    if (method.block == null) {
      return false;
    }
    List<String> names =
        new ArrayList<>(method.sources.stream().map(source -> source.name).toList());
    if (names.size() > 1 && random.nextBoolean()) {
      names.removeLast();
    } else {
      names.add(LayerDrawing.any(random, names));
    }
    method.from = names;
    return true;
  }

  private static boolean stackRepeatsInputs(Draft draft, Method method, SplittableRandom random) {
    if (method.block == null || method.sources.size() < 2) {
      return false;
    }
    method.pieces.getFirst().with("times", 2 + random.nextInt(5));
    return true;
  }

  private static boolean blockRecursion(Draft draft, Method method, SplittableRandom random) {
    if (!draft.isBlock || method.block == null) {
      return false;
    }
    method.pieces.getFirst().with("value", draft.name + ".class");
    return true;
  }

  private static boolean blockOutputs(Draft draft, Method method, SplittableRandom random) {
    int place = draft.layers().indexOf(method);
    if (!draft.isBlock || place < 1) {
      return false;
    }
    draft.methods.forEach(other -> other.output = false);
    draft.layers().get(random.nextInt(place)).output = true;
    method.output = true;
    return true;
  }

  /** Gives a block that states its shapes another one. */
  private static boolean blockInputShape(Draft draft, Method method, SplittableRandom random) {
    Draft block = method.block;
    if (block == null || !block.stated || !block.isRight()) {
      return false;
    }
    int place = random.nextInt(method.sources.size());
    Method other = other(draft, method, block.inputs().get(place), random);
    if (other == null) {
      return false;
    }
    method.sources.set(place, other);
    method.from = new ArrayList<>(method.sources.stream().map(source -> source.name).toList());
    return true;
  }

  private static @Nullable Method other(
      Draft draft, Method method, Method input, SplittableRandom random) {
    List<Method> others =
        draft.methods.subList(0, draft.methods.indexOf(method)).stream()
            .filter(other -> !other.isUnknown() && !Objects.equals(other.value(), input.value()))
            .toList();
    return others.isEmpty() ? null : LayerDrawing.any(random, others);
  }
}

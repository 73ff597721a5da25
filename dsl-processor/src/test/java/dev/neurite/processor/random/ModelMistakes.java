package dev.neurite.processor.random;

import java.util.List;
import java.util.SplittableRandom;

/** What can be wrong with an interface as a whole. Each stands alone in its declaration. */
final class ModelMistakes {

  private ModelMistakes() {}

  static final List<String> CODES =
      List.of(
          "not-an-interface",
          "generic-model",
          "private-model",
          "sealed-model",
          "inherited-layers",
          "generated-name-taken",
          "model-and-block",
          "no-input",
          "no-layer",
          "budget-not-positive",
          "parameters-over-budget",
          "multiply-adds-over-budget",
          "workspace-over-budget");

  private static final List<String> BUDGETS =
      List.of("maxParameters", "maxMultiplyAdds", "maxWorkspaceBytes");

  /** Makes an interface wrong, or says false where that cannot be. */
  static boolean spoil(String code, Draft draft, SplittableRandom random) {
    if (!apply(code, draft, random)) {
      return false;
    }
    draft.mistake = code;
    return true;
  }

  private static boolean apply(String code, Draft draft, SplittableRandom random) {
    switch (code) {
      case "not-an-interface" -> {
        draft.kind = "abstract class";
        draft.parents = "";
        draft.methodPrefix = "  abstract";
        draft.members.clear();
      }
      case "generic-model" -> draft.typeParameters = "<T extends Comparable<T>, U>";
      case "private-model" -> draft.nested = "private";
      case "sealed-model" -> {
        draft.kind = "sealed interface";
        draft.members.add("  non-sealed interface Other extends " + draft.name + " {}");
      }
      case "inherited-layers" -> {
        draft.types.clear();
        draft.types.add("interface " + draft.name + "Described { String age(); }");
        draft.parents = " extends " + draft.name + "Described";
      }
      case "generated-name-taken" ->
          draft.types.add(
              "class "
                  + draft.name
                  + LayerDrawing.any(random, List.of("Model", "Forward", "Backward"))
                  + " {}");
      case "model-and-block" -> draft.annotations = " @Block";
      case "no-input" -> {
        if (draft.methods.stream().anyMatch(method -> method.from != null)) {
          return false;
        }
        draft.methods.removeIf(Method::isInput);
      }
      case "no-layer" -> draft.methods.removeIf(method -> !method.isInput());
      case "budget-not-positive" ->
          draft.budgets.put(LayerDrawing.any(random, BUDGETS), random.nextBoolean() ? "0" : "-7L");
      case "parameters-over-budget" -> {
        return budget(draft, "maxParameters", Evaluation.of(draft).parameters() - 1);
      }
      case "multiply-adds-over-budget" -> {
        return budget(draft, "maxMultiplyAdds", Evaluation.of(draft).multiplyAdds() - 1);
      }
      default -> {
        if (!needsWorkspace(draft)) {
          return false;
        }
        draft.budgets.put("maxWorkspaceBytes", "1");
      }
    }
    return true;
  }

  private static boolean budget(Draft draft, String name, long allowed) {
    if (allowed < 1) {
      return false;
    }
    draft.budgets.clear();
    draft.budgets.put(name, allowed + "L");
    return true;
  }

  /** Whether the value of one layer with a sum of products must wait for another such layer. */
  private static boolean needsWorkspace(Draft draft) {
    return draft.methods.stream().allMatch(method -> method.from == null && !method.output)
        && draft.methods.stream().filter(Method::isInput).count() == 1
        && draft.methods.stream().filter(method -> method.piece("Dense", "Conv2D") != null).count()
            > 1;
  }
}

package dev.neurite.processor.random;

import dev.neurite.processor.random.Mistakes.Mistake;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Numbers in annotations that no network can have. */
final class NumberMistakes {

  static final List<Mistake> ALL =
      List.of(
          Mistake.of("size-not-positive", NumberMistakes::sizeNotPositive),
          Mistake.of("size-not-positive", NumberMistakes::inputSizeNotPositive),
          Mistake.of("padding-negative", NumberMistakes::paddingNegative),
          Mistake.of("padding-too-large", NumberMistakes::paddingTooLarge),
          Mistake.of("wrong-number-of-sizes", NumberMistakes::wrongNumberOfSizes),
          Mistake.of("too-many-sizes", NumberMistakes::tooManySizes),
          Mistake.of("input-without-shape", NumberMistakes::inputWithoutShape),
          Mistake.of("same-with-stride", NumberMistakes::sameWithStride),
          Mistake.of("same-with-padding", NumberMistakes::sameWithPadding),
          Mistake.of("groups-and-filters", NumberMistakes::groupsAndFilters),
          Mistake.of("share-out-of-range", NumberMistakes::shareOutOfRange),
          Mistake.of("value-out-of-range", NumberMistakes::valueOutOfRange));

  private NumberMistakes() {}

  private static boolean set(@Nullable Piece piece, String attribute, Object value) {
    if (piece == null) {
      return false;
    }
    piece.with(attribute, value);
    return true;
  }

  private static boolean sizeNotPositive(Draft draft, Method method, SplittableRandom random) {
    String number = LayerDrawing.any(random, List.of("0", "-1", "-17", "Integer.MIN_VALUE"));
    String pair = random.nextBoolean() ? number : "{2, " + number + "}";
    Piece piece = LayerDrawing.any(random, method.pieces);
    return switch (piece.name) {
      case "Dense" -> set(piece, "value", number);
      case "Conv2D" ->
          switch (random.nextInt(5)) {
            case 0 -> set(piece, "filters", number);
            case 1 -> set(piece, "kernel", pair);
            case 2 -> set(piece, "stride", pair);
            case 3 -> set(piece, "dilation", pair);
            default -> set(piece, "groups", number);
          };
      case "MaxPool2D", "AvgPool2D" -> set(piece, random.nextBoolean() ? "value" : "stride", pair);
      case "Embedding" -> set(piece, random.nextBoolean() ? "vocabulary" : "size", number);
      case "Reshape" -> set(piece, "value", "{3, " + number + ", 2}");
      default -> false;
    };
  }

  private static boolean inputSizeNotPositive(Draft draft, Method method, SplittableRandom random) {
    Piece input = method.piece("Input");
    if (input == null || !input.attributes.containsKey("value")) {
      return false;
    }
    List<Integer> sizes = new ArrayList<>(method.gives);
    sizes.set(random.nextInt(sizes.size()), -random.nextInt(3));
    return set(input, "value", Generator.sizes(sizes));
  }

  private static boolean paddingNegative(Draft draft, Method method, SplittableRandom random) {
    return set(
        method.piece("Conv2D", "MaxPool2D", "AvgPool2D"),
        "padding",
        LayerDrawing.any(random, List.of("-1", "{0, -2}", "{-3, 1}")));
  }

  private static boolean paddingTooLarge(Draft draft, Method method, SplittableRandom random) {
    Piece pool = method.piece("MaxPool2D", "AvgPool2D");
    return pool != null
        && set(
            pool,
            "padding",
            "{" + pool.side("value", 0, 1) / 2 + ", " + (pool.side("value", 1, 1) / 2 + 1) + "}");
  }

  private static boolean wrongNumberOfSizes(Draft draft, Method method, SplittableRandom random) {
    Piece piece = method.piece("Conv2D", "MaxPool2D", "AvgPool2D");
    if (piece == null) {
      return false;
    }
    String attribute =
        LayerDrawing.any(
            random,
            piece.is("Conv2D")
                ? List.of("kernel", "stride", "padding", "dilation")
                : List.of("value", "padding"));
    return set(piece, attribute, random.nextBoolean() ? "{}" : "{1, 1, 1}");
  }

  private static boolean tooManySizes(Draft draft, Method method, SplittableRandom random) {
    Piece input = method.piece("Input");
    if (input != null) {
      return set(
          input,
          "value",
          method.index && input.attributes.containsKey("type") && random.nextBoolean()
              ? "{2, 3}"
              : "{1, 2, 3, 4}");
    }
    return set(method.piece("Reshape"), "value", random.nextBoolean() ? "{}" : "{1, 1, 1, 1, 1}");
  }

  private static boolean inputWithoutShape(Draft draft, Method method, SplittableRandom random) {
    Piece input = method.piece("Input");
    if (input == null || method.index || draft.isBlock) {
      return false;
    }
    input.attributes.clear();
    return true;
  }

  private static boolean sameWithStride(Draft draft, Method method, SplittableRandom random) {
    Piece convolution = method.piece("Conv2D");
    if (convolution != null) {
      convolution.attributes.remove("padding");
      convolution.with("same", "true");
    }
    return set(convolution, "stride", random.nextBoolean() ? "2" : "{1, 3}");
  }

  private static boolean sameWithPadding(Draft draft, Method method, SplittableRandom random) {
    Piece convolution = method.piece("Conv2D");
    if (convolution != null) {
      convolution.attributes.remove("stride");
      convolution.with("same", "true");
    }
    return set(convolution, "padding", random.nextBoolean() ? "1" : "{0, 2}");
  }

  private static boolean groupsAndFilters(Draft draft, Method method, SplittableRandom random) {
    Piece convolution = method.piece("Conv2D");
    if (convolution == null) {
      return false;
    }
    int groups = 2 + random.nextInt(5);
    convolution.with("filters", groups * random.nextInt(4) + 1 + random.nextInt(groups - 1));
    return set(convolution, "groups", groups);
  }

  private static boolean shareOutOfRange(Draft draft, Method method, SplittableRandom random) {
    return set(
        method.piece("Dropout", "SpatialDropout"),
        "value",
        LayerDrawing.any(
            random, List.of("1", "1.0", "-0.25", "50", "Double.NaN", "1 / 0.0", "1e300")));
  }

  private static boolean valueOutOfRange(Draft draft, Method method, SplittableRandom random) {
    Piece piece = LayerDrawing.any(random, method.pieces);
    String number =
        LayerDrawing.any(random, List.of("-0.5", "Double.NaN", "Double.POSITIVE_INFINITY"));
    return switch (piece.name) {
      case "BatchNorm" -> set(piece, random.nextBoolean() ? "epsilon" : "momentum", number);
      case "LayerNorm" -> set(piece, "epsilon", random.nextBoolean() ? "0" : number);
      case "LeakyReLU" -> set(piece, "value", number);
      case "ELU" -> set(piece, "value", random.nextBoolean() ? "0" : number);
      case "Softplus" -> set(piece, "beta", random.nextBoolean() ? "0" : number);
      default -> false;
    };
  }
}

package dev.neurite.processor.random;

import dev.neurite.processor.random.Mistakes.Mistake;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/** Operations that cannot read the shape they are given. */
final class ShapeMistakes {

  static final List<Mistake> ALL =
      List.of(
          Mistake.ofShape("needs-image", ShapeMistakes::needsImage),
          Mistake.ofShape("dense-on-image", ShapeMistakes::denseOnImage),
          Mistake.ofShape("batch-norm-shape", ShapeMistakes::batchNormShape),
          Mistake.ofShape("global-pool-shape", ShapeMistakes::globalPoolShape),
          Mistake.ofShape("kernel-too-large", ShapeMistakes::kernelTooLarge),
          Mistake.ofShape("groups-and-channels", ShapeMistakes::groupsAndChannels),
          Mistake.ofShape("reshape-size", ShapeMistakes::reshapeSize),
          Mistake.ofShape("mismatched-shapes", ShapeMistakes::mismatchedShapes),
          Mistake.ofShape("concat-shapes", ShapeMistakes::concatShapes),
          Mistake.ofShape("axis-out-of-range", ShapeMistakes::axisOutOfRange),
          Mistake.ofShape("index-without-embedding", ShapeMistakes::indexWithoutEmbedding),
          Mistake.ofShape("embedding-needs-index", ShapeMistakes::embeddingNeedsIndex),
          Mistake.ofShape("size-overflow", ShapeMistakes::sizeOverflow),
          Mistake.ofShape("parameters-overflow", ShapeMistakes::parametersOverflow));

  private ShapeMistakes() {}

  /** Replaces all operations of a layer that reads one value of a rank. */
  private static boolean replace(
      Draft draft, Method method, Piece piece, Predicate<List<Integer>> shape) {
    if (method.isInput()
        || method.sources.size() > 1
        || method.sources.getFirst().index
        || Sharing.isOwner(draft, method)
        || !shape.test(method.sources.getFirst().gives)) {
      return false;
    }
    method.become(piece);
    return true;
  }

  private static boolean needsImage(Draft draft, Method method, SplittableRandom random) {
    String name =
        LayerDrawing.any(random, List.of("Conv2D", "MaxPool2D", "AvgPool2D", "SpatialDropout"));
    Piece piece = new Piece(name, List.of());
    switch (name) {
      case "Conv2D" -> piece.with("filters", 3).with("kernel", 1);
      case "SpatialDropout" -> piece.with("value", 0.5);
      default -> piece.with("value", 1);
    }
    return replace(draft, method, piece, shape -> shape.size() != 3);
  }

  private static boolean denseOnImage(Draft draft, Method method, SplittableRandom random) {
    return replace(
        draft, method, new Piece("Dense", List.of()).with("value", 5), shape -> shape.size() == 3);
  }

  private static boolean batchNormShape(Draft draft, Method method, SplittableRandom random) {
    return replace(draft, method, new Piece("BatchNorm", List.of()), shape -> shape.size() == 2);
  }

  private static boolean globalPoolShape(Draft draft, Method method, SplittableRandom random) {
    return replace(
        draft, method, new Piece("GlobalAvgPool", List.of()), shape -> shape.size() == 1);
  }

  private static boolean kernelTooLarge(Draft draft, Method method, SplittableRandom random) {
    Piece piece = method.piece("Conv2D", "MaxPool2D", "AvgPool2D");
    if (piece == null || "true".equals(piece.attributes.get("same"))) {
      return false;
    }
    int dilation = piece.side("dilation", 1, 1);
    int room = piece.reads.get(2) + 2 * piece.side("padding", 1, 0);
    String attribute = piece.is("Conv2D") ? "kernel" : "value";
    int height = piece.side(attribute, 0, 1);
    int width = Math.ceilDiv(room, dilation) + 1 + random.nextInt(3);
    piece.with(attribute, "{" + height + ", " + width + "}");
    return true;
  }

  private static boolean groupsAndChannels(Draft draft, Method method, SplittableRandom random) {
    Piece piece = method.piece("Conv2D");
    if (piece == null) {
      return false;
    }
    int groups = 2 + random.nextInt(6);
    if (piece.reads.getFirst() % groups == 0) {
      return false;
    }
    piece.with("groups", groups).with("filters", groups * (1 + random.nextInt(4)));
    return true;
  }

  private static boolean reshapeSize(Draft draft, Method method, SplittableRandom random) {
    Piece piece = method.piece("Reshape");
    if (piece == null) {
      return false;
    }
    long values = LayerDrawing.values(piece.reads);
    piece.with(
        "value",
        LayerDrawing.any(
            random,
            List.of(
                "{1, " + (values + 1) + "}",
                "{2, 1, " + values + "}",
                "{2147483647, 2147483647, 2147483647}")));
    return true;
  }

  private static boolean operands(
      Draft draft, Method method, SplittableRandom random, Predicate<Method> wrong) {
    List<String> names = method.from;
    List<Method> others =
        draft.methods.subList(0, draft.methods.indexOf(method)).stream()
            .filter(other -> !other.index && !other.isUnknown())
            .filter(wrong)
            .toList();
    if (others.isEmpty() || names == null) {
      return false;
    }
    Method other = LayerDrawing.any(random, others);
    int place = 1 + random.nextInt(names.size() - 1);
    names.set(place, other.name);
    method.sources.set(place, other);
    return true;
  }

  private static boolean mismatchedShapes(Draft draft, Method method, SplittableRandom random) {
    return method.combines()
        && !method.pieces.getFirst().is("Concat")
        && operands(
            draft, method, random, other -> !other.gives.equals(method.sources.getFirst().gives));
  }

  private static boolean concatShapes(Draft draft, Method method, SplittableRandom random) {
    Piece piece = method.piece("Concat");
    if (piece == null) {
      return false;
    }
    List<Integer> first = method.sources.getFirst().gives;
    int declared = piece.number("axis", 0);
    int axis = declared < 0 ? declared + first.size() : declared;
    return operands(
        draft,
        method,
        random,
        other -> {
          List<Integer> one = new ArrayList<>(other.gives);
          if (one.size() != first.size()) {
            return true;
          }
          one.set(axis, first.get(axis));
          return !one.equals(first);
        });
  }

  private static boolean axisOutOfRange(Draft draft, Method method, SplittableRandom random) {
    Piece piece = method.piece("Softmax", "LogSoftmax", "Concat");
    if (piece == null) {
      return false;
    }
    int rank = piece.reads.size();
    piece.with(
        "axis",
        LayerDrawing.any(
            random, List.of(rank, rank + 3, -rank - 1, Integer.MIN_VALUE, Integer.MAX_VALUE)));
    return true;
  }

  private static boolean indexWithoutEmbedding(
      Draft draft, Method method, SplittableRandom random) {
    if (method.isInput()
        || method.sources.size() > 1
        || !method.sources.getFirst().index
        || Sharing.isOwner(draft, method)) {
      return false;
    }
    String name =
        LayerDrawing.any(random, List.of("Dense", "ReLU", "Flatten", "Dropout", "LayerNorm"));
    Piece piece = new Piece(name, List.of());
    if (name.equals("Dense")) {
      piece.with("value", 4);
    }
    if (name.equals("Dropout")) {
      piece.with("value", 0);
    }
    method.become(piece);
    return true;
  }

  private static boolean embeddingNeedsIndex(Draft draft, Method method, SplittableRandom random) {
    return replace(
        draft,
        method,
        new Piece("Embedding", List.of()).with("vocabulary", 5).with("size", 3),
        shape -> true);
  }

  private static boolean sizeOverflow(Draft draft, Method method, SplittableRandom random) {
    if (method.isInput()
        && !method.index
        && method.pieces.getFirst().attributes.containsKey("value")) {
      method
          .pieces
          .getFirst()
          .with(
              "value",
              LayerDrawing.any(
                  random,
                  List.of(
                      "{2, 32768, 32768}",
                      "{Integer.MAX_VALUE, 2}",
                      "{Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE}")));
      return true;
    }
    Piece dense = method.piece("Dense");
    if (dense == null || dense.reads.size() != 2 || dense.reads.getFirst() < 2) {
      return false;
    }
    dense.with("value", "Integer.MAX_VALUE");
    return true;
  }

  private static boolean parametersOverflow(Draft draft, Method method, SplittableRandom random) {
    Piece embedding = method.piece("Embedding");
    // The array holds less than 2^31 values: another mistake would make the layer unknown first.
    if (embedding == null
        || embedding.number("size", 1) < 2
        || !draft.root.isRight()
        || draft.isBlock
        || method.owner != null
        || Sharing.isOwner(draft, method)) {
      return false;
    }
    embedding.with("vocabulary", "Integer.MAX_VALUE");
    return true;
  }
}

package dev.neurite.processor.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/** Draws layers that use the parameters of another one, and says what they store themselves. */
final class Sharing {

  private Sharing() {}

  /**
   * Makes a method use the parameters of one above it.
   *
   * @return false if there is none that fits a value above
   */
  static boolean draw(Draft draft, Method method, SplittableRandom random) {
    List<Method> owners =
        draft.layers().stream()
            .filter(layer -> layer.piece(Method.PARAMETRIC) != null || layer.block != null)
            .toList();
    if (owners.isEmpty()) {
      return false;
    }
    Method owner = LayerDrawing.any(random, owners);
    List<Sharer> sharers = new ArrayList<>();
    if (owner.block != null) {
      sharers.add(new Sharer(owner.sources, new Piece("Stack", List.of())));
    } else {
      draft.methods.forEach(source -> sharers.addAll(sharers(owner, source, random)));
    }
    if (sharers.isEmpty()) {
      return false;
    }
    Sharer sharer = LayerDrawing.any(random, sharers);
    method.sharedWith = owner.name;
    method.owner = owner;
    method.sources.addAll(sharer.sources());
    method.from = new ArrayList<>(sharer.sources().stream().map(source -> source.name).toList());
    if (owner.block != null) {
      owner.block.share();
      LayerDrawing.applying(random, method, owner.block, owner.times);
    } else {
      LayerDrawing.sharing(random, method, sharer.piece(), sharer.sources().getFirst());
    }
    return true;
  }

  /** A way to use parameters. */
  private record Sharer(List<Method> sources, Piece piece) {}

  private static List<Sharer> sharers(Method owner, Method source, SplittableRandom random) {
    Piece own = Objects.requireNonNull(owner.piece(Method.PARAMETRIC));
    if (source.index != own.is("Embedding")) {
      return List.of();
    }
    List<Integer> shape = source.gives;
    Piece piece = new Piece(own.name, shape);
    List<Sharer> ways = new ArrayList<>();
    switch (own.name) {
      case "Dense" -> {
        int units = own.number("value", 0);
        int features = own.reads.getLast();
        if (shape.size() < 3 && shape.getLast() == features) {
          ways.add(new Sharer(List.of(source), bias(piece.with("value", units), random)));
        }
        if (shape.size() < 3 && shape.getLast() == units) {
          Piece turned = new Piece(own.name, shape).with("value", features);
          ways.add(new Sharer(List.of(source), bias(turned, random)));
        }
      }
      case "Conv2D" -> {
        for (String attribute : List.of("filters", "kernel", "groups")) {
          if (own.attributes.containsKey(attribute)) {
            piece.with(attribute, own.attributes.get(attribute));
          }
        }
        if (random.nextInt(3) == 0) {
          piece.with("stride", 1 + random.nextInt(2));
        } else if (random.nextInt(2) == 0) {
          piece.with("same", "true");
        } else {
          piece.with("padding", random.nextInt(3));
        }
        bias(piece, random);
        if (shape.size() == 3
            && shape.getFirst().equals(own.reads.getFirst())
            && Calculus.of(piece, List.of(source.value())) != null) {
          ways.add(new Sharer(List.of(source), piece));
        }
      }
      case "BatchNorm" -> {
        if (shape.size() != 2 && shape.getFirst().equals(own.reads.getFirst())) {
          ways.add(new Sharer(List.of(source), affine(piece, random)));
        }
      }
      case "LayerNorm" -> {
        if (Calculus.has(own, "affine") && shape.getLast().equals(own.reads.getLast())) {
          ways.add(new Sharer(List.of(source), piece));
        }
      }
      default -> {
        piece.attributes.putAll(own.attributes);
        ways.add(new Sharer(List.of(source), piece));
      }
    }
    return ways;
  }

  private static Piece bias(Piece piece, SplittableRandom random) {
    return random.nextInt(4) == 0 ? piece.with("bias", "false") : piece;
  }

  private static Piece affine(Piece piece, SplittableRandom random) {
    return random.nextInt(4) == 0 ? piece.with("affine", "false") : piece;
  }

  /** Whether an operation that reads a value can use the parameters of the owner. */
  static boolean fits(Piece piece, Value read, Method owner, Map<Method, Value> reads) {
    Piece own = Objects.requireNonNull(owner.piece(Method.PARAMETRIC));
    List<Integer> shape = read.shape();
    List<Integer> other = read(owner, reads).shape();
    return switch (piece.name) {
      case "Dense" ->
          isTurned(piece, shape, own, other) || weight(piece, shape).equals(weight(own, other));
      case "Conv2D", "BatchNorm" -> shape.getFirst().equals(other.getFirst());
      case "LayerNorm" -> shape.getLast().equals(other.getLast());
      default -> true;
    };
  }

  private static Value read(Method owner, Map<Method, Value> reads) {
    return Objects.requireNonNull(reads.get(owner), "an owner stands above");
  }

  private static List<Integer> weight(Piece dense, List<Integer> shape) {
    return List.of(dense.number("value", 0), shape.getLast());
  }

  private static boolean isTurned(
      Piece piece, List<Integer> shape, Piece own, List<Integer> other) {
    return !weight(piece, shape).equals(weight(own, other))
        && weight(piece, shape).reversed().equals(weight(own, other));
  }

  /** The trained values that a layer has beside those of its owner. */
  static long parameters(Piece piece, Value read, Method owner, Map<Method, Value> reads) {
    Piece own = Objects.requireNonNull(owner.piece(Method.PARAMETRIC));
    List<Integer> shape = read.shape();
    return switch (piece.name) {
      case "Dense" ->
          Calculus.has(piece, "bias")
                  && (!Calculus.has(own, "bias")
                      || isTurned(piece, shape, own, read(owner, reads).shape()))
              ? piece.number("value", 0)
              : 0;
      case "Conv2D" ->
          Calculus.has(piece, "bias") && !Calculus.has(own, "bias")
              ? piece.number("filters", 0)
              : 0;
      case "BatchNorm" ->
          Calculus.has(piece, "affine") && !Calculus.has(own, "affine") ? 2L * shape.getFirst() : 0;
      default -> 0;
    };
  }

  /** Whether some layer names another as the one whose parameters it uses. */
  static boolean isOwner(Draft draft, Method method) {
    return draft.methods.stream()
        .anyMatch(other -> other.owner == method || method.name.equals(other.sharedWith));
  }
}

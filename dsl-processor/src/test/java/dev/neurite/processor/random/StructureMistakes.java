package dev.neurite.processor.random;

import dev.neurite.processor.random.Mistakes.Mistake;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Methods and annotations that cannot stand where they are. */
final class StructureMistakes {

  static final List<Mistake> ALL =
      List.of(
          Mistake.of("layer-with-parameters", StructureMistakes::layerWithParameters),
          Mistake.of("layer-return-type", StructureMistakes::layerReturnType),
          Mistake.of("generic-layer", StructureMistakes::genericLayer),
          Mistake.of("reserved-name", StructureMistakes::reservedName),
          Mistake.of("nothing-above", StructureMistakes::nothingAbove),
          Mistake.of("empty-layer", StructureMistakes::emptyLayer),
          Mistake.of("input-not-alone", StructureMistakes::inputNotAlone),
          Mistake.of("two-parametric-operations", StructureMistakes::twoParametricOperations),
          Mistake.of("two-activations", StructureMistakes::twoActivations),
          Mistake.of("combine-not-first", StructureMistakes::combineNotFirst),
          Mistake.of("combine-needs-two", StructureMistakes::combineNeedsTwo),
          Mistake.of("from-empty", StructureMistakes::fromEmpty),
          Mistake.of("from-several", StructureMistakes::fromSeveral),
          Mistake.of("from-unknown", StructureMistakes::fromUnknown),
          Mistake.of("from-later", StructureMistakes::fromLater),
          Mistake.of("from-self", StructureMistakes::fromSelf),
          Mistake.of("init-without-parameters", StructureMistakes::initWithoutParameters),
          Mistake.of("init-of-normalization", StructureMistakes::initOfNormalization),
          Mistake.of("init-without-bias", StructureMistakes::initWithoutBias),
          Mistake.of("init-of-bias", StructureMistakes::initOfBias));

  private static final List<String> ACTIVATIONS =
      List.of("ReLU", "LeakyReLU", "ELU", "GELU", "SiLU", "Sigmoid", "Tanh", "Softplus", "Mish");

  private StructureMistakes() {}

  private static boolean layerWithParameters(Draft draft, Method method, SplittableRandom random) {
    method.parameters =
        LayerDrawing.any(random, List.of("int count", "float[] x, int[] y", "Layer... before"));
    return true;
  }

  private static boolean layerReturnType(Draft draft, Method method, SplittableRandom random) {
    method.returnType =
        LayerDrawing.any(
            random, List.of("void", "int", "float[]", "String", "Layer[]", "Object", "Net"));
    if (method.returnType.equals("Net")) {
      method.returnType = draft.name;
    }
    return true;
  }

  private static boolean genericLayer(Draft draft, Method method, SplittableRandom random) {
    method.typeParameters = random.nextBoolean() ? "<T>" : "<T extends Layer, U>";
    return true;
  }

  private static boolean reservedName(Draft draft, Method method, SplittableRandom random) {
    String name =
        LayerDrawing.any(
            random, List.of("summary", "description", "sha256", "version", "warmUp", "forward"));
    // A block has no class that could have methods of these names.
    if (draft.isBlock || draft.methods.stream().anyMatch(other -> other.name.equals(name))) {
      return false;
    }
    draft.rename(method, name);
    return true;
  }

  /** Moves the first layer above everything. */
  private static boolean nothingAbove(Draft draft, Method method, SplittableRandom random) {
    if (method.isInput() || method.from != null || draft.methods.getFirst().index) {
      return false;
    }
    int place = draft.methods.indexOf(method);
    // What stood below it must not read something else now.
    if (place + 1 < draft.methods.size()
        && !draft.methods.get(place + 1).isInput()
        && draft.methods.get(place + 1).from == null) {
      return false;
    }
    if (draft.methods.stream()
            .anyMatch(other -> other.sources.contains(method) || other.names(method.name))
        || method.owner != null) {
      return false;
    }
    draft.methods.remove(method);
    draft.methods.addFirst(method);
    return true;
  }

  private static boolean emptyLayer(Draft draft, Method method, SplittableRandom random) {
    if (method.isInput() || method.sources.size() > 1 || Sharing.isOwner(draft, method)) {
      return false;
    }
    method.clear();
    return true;
  }

  private static boolean inputNotAlone(Draft draft, Method method, SplittableRandom random) {
    if (!method.isInput()) {
      return false;
    }
    if (random.nextInt(3) == 0) {
      method.output = true;
    } else {
      String name = LayerDrawing.any(random, List.of("ReLU", "Flatten", "BatchNorm", "Softmax"));
      method.pieces.add(random.nextInt(2), new Piece(name, method.gives));
    }
    return true;
  }

  private static boolean twoParametricOperations(
      Draft draft, Method method, SplittableRandom random) {
    Piece first = method.block == null ? method.piece(Method.PARAMETRIC) : method.pieces.getFirst();
    if (first == null) {
      return false;
    }
    String second =
        LayerDrawing.any(
            random,
            List.of("LayerNorm", "BatchNorm", "Dense").stream()
                .filter(name -> method.piece(name) == null)
                .toList());
    Piece piece = new Piece(second, List.of());
    if (second.equals("Dense")) {
      piece.with("value", 3);
    }
    method.pieces.add(piece);
    return true;
  }

  private static boolean twoActivations(Draft draft, Method method, SplittableRandom random) {
    Piece first = method.piece(ACTIVATIONS.toArray(String[]::new));
    if (first == null) {
      return false;
    }
    String second =
        LayerDrawing.any(
            random, ACTIVATIONS.stream().filter(name -> !name.equals(first.name)).toList());
    method.pieces.add(new Piece(second, List.of()));
    return true;
  }

  private static boolean combineNotFirst(Draft draft, Method method, SplittableRandom random) {
    if (!method.combines() || method.piece("Dropout") != null) {
      return false;
    }
    method.pieces.addFirst(new Piece("Dropout", List.of()).with("value", "0.5"));
    return true;
  }

  private static boolean combineNeedsTwo(Draft draft, Method method, SplittableRandom random) {
    List<String> names = method.from;
    if (!method.combines() || names == null) {
      return false;
    }
    method.from = random.nextBoolean() ? null : new ArrayList<>(names.subList(0, 1));
    return true;
  }

  private static boolean fromEmpty(Draft draft, Method method, SplittableRandom random) {
    if (method.isInput()) {
      return false;
    }
    method.from = new ArrayList<>();
    return true;
  }

  private static boolean fromSeveral(Draft draft, Method method, SplittableRandom random) {
    if (method.isInput() || method.combines() || method.block != null) {
      return false;
    }
    String name = method.sources.getFirst().name;
    method.from = new ArrayList<>(List.of(name, name));
    return true;
  }

  private static boolean name(Method method, String name, SplittableRandom random) {
    if (method.isInput()) {
      return false;
    }
    List<String> names = method.from;
    if (names != null && method.combines()) {
      names.set(random.nextInt(names.size()), name);
    } else {
      method.from = new ArrayList<>(List.of(name));
    }
    return true;
  }

  private static boolean fromUnknown(Draft draft, Method method, SplittableRandom random) {
    String right = LayerDrawing.any(random, draft.methods).name;
    String wrong =
        LayerDrawing.any(
            random, List.of(right + "z", "attention", "", "größer", right + "()", right + " "));
    return name(method, wrong, random);
  }

  private static boolean fromLater(Draft draft, Method method, SplittableRandom random) {
    int place = draft.methods.indexOf(method);
    return place < draft.methods.size() - 1
        && name(
            method,
            LayerDrawing.any(random, draft.methods.subList(place + 1, draft.methods.size())).name,
            random);
  }

  private static boolean fromSelf(Draft draft, Method method, SplittableRandom random) {
    return name(method, method.name, random);
  }

  private static boolean initWithoutParameters(
      Draft draft, Method method, SplittableRandom random) {
    if (method.isInput() || method.piece(Method.PARAMETRIC) != null) {
      return false;
    }
    method.init = new Piece("Init", List.of()).with("value", "Initializer.HE_NORMAL");
    return true;
  }

  private static boolean initOfNormalization(Draft draft, Method method, SplittableRandom random) {
    if (method.owner != null || method.piece("BatchNorm", "LayerNorm") == null) {
      return false;
    }
    method.init = new Piece("Init", List.of()).with("bias", "Initializer.ZEROS");
    return true;
  }

  private static boolean initWithoutBias(Draft draft, Method method, SplittableRandom random) {
    Piece weighted = method.piece("Dense", "Conv2D", "Embedding");
    if (weighted == null || method.owner != null) {
      return false;
    }
    if (!weighted.is("Embedding")) {
      weighted.with("bias", "false");
    }
    method.init = new Piece("Init", List.of()).with("bias", "Initializer.ONES");
    return true;
  }

  private static boolean initOfBias(Draft draft, Method method, SplittableRandom random) {
    Piece weighted = method.piece("Dense", "Conv2D");
    if (weighted == null || method.owner != null) {
      return false;
    }
    weighted.attributes.remove("bias");
    method.init =
        new Piece("Init", List.of())
            .with(
                "bias",
                "Initializer."
                    + LayerDrawing.any(
                        random, List.of("HE_NORMAL", "ORTHOGONAL", "XAVIER_UNIFORM")));
    return true;
  }
}

package dev.neurite.processor.random;

import dev.neurite.processor.random.Calculus.Outcome;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Draws the operations of one layer. The shapes are computed here from the definitions of the
 * operations, not by the compiler under test.
 */
final class LayerDrawing {

  /** Values, parameters and multiply-adds of one layer: small, so that thousands run in minutes. */
  private static final long MOST_VALUES = 420;

  private static final long MOST_PARAMETERS = 2500;
  private static final long MOST_MULTIPLY_ADDS = 8000;

  /** Around 16, its parts and multiples, where panels and lanes end. */
  private static final int[] SIZES = {
    1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 16, 17, 18, 19, 23, 31, 32, 33, 34, 47, 49
  };

  private static final List<String> ACTIVATIONS =
      List.of("ReLU", "LeakyReLU", "ELU", "GELU", "SiLU", "Sigmoid", "Tanh", "Softplus", "Mish");

  private static final List<String> OTHERS =
      List.of(
          "Dense",
          "Dense",
          "Conv2D",
          "Conv2D",
          "BatchNorm",
          "LayerNorm",
          "MaxPool2D",
          "AvgPool2D",
          "GlobalAvgPool",
          "Flatten",
          "Reshape",
          "Dropout",
          "SpatialDropout",
          "Softmax",
          "LogSoftmax");

  private static final List<String> WEIGHT_STARTS =
      List.of(
          "DEFAULT",
          "XAVIER_UNIFORM",
          "XAVIER_NORMAL",
          "HE_UNIFORM",
          "HE_NORMAL",
          "LECUN_UNIFORM",
          "LECUN_NORMAL",
          "NORMAL",
          "UNIFORM",
          "ZEROS",
          "ONES",
          "ORTHOGONAL");

  private static final List<String> BIAS_STARTS =
      List.of("DEFAULT", "ZEROS", "ONES", "NORMAL", "UNIFORM");

  private final SplittableRandom random;
  private final Method method;
  private List<Integer> shape;
  private boolean parametric;
  private boolean activation;

  private LayerDrawing(SplittableRandom random, Method method, List<Integer> shape) {
    this.random = random;
    this.method = method;
    this.shape = shape;
  }

  /** A size, more often a small one. */
  static int size(SplittableRandom random) {
    return SIZES[Math.min(random.nextInt(SIZES.length), random.nextInt(SIZES.length))];
  }

  static <T> T any(SplittableRandom random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  static long values(List<Integer> shape) {
    return Calculus.values(shape);
  }

  /** The shape of an input of numbers. */
  static List<Integer> inputShape(SplittableRandom random) {
    while (true) {
      List<Integer> shape =
          switch (random.nextInt(6)) {
            case 0, 1 -> List.of(size(random));
            case 2 -> List.of(1 + random.nextInt(7), size(random));
            default -> List.of(size(random), 1 + random.nextInt(9), 1 + random.nextInt(9));
          };
      if (values(shape) <= MOST_VALUES) {
        return shape;
      }
    }
  }

  /** Draws what a layer does with the value of its source. */
  static void reading(SplittableRandom random, Method method, Method source) {
    LayerDrawing drawing = new LayerDrawing(random, method, source.gives);
    if (source.index) {
      drawing.embedding();
      drawing.more(random.nextInt(2));
    } else {
      drawing.more(1 + random.nextInt(3));
    }
    drawing.finish();
  }

  /** Draws what follows an operation with the parameters of another layer. */
  static void sharing(SplittableRandom random, Method method, Piece piece, Method source) {
    LayerDrawing drawing = new LayerDrawing(random, method, source.gives);
    if (source.index) {
      drawing.embedded(piece);
    } else {
      Outcome outcome = Calculus.of(piece, List.of(source.value()));
      method.pieces.add(piece);
      drawing.parametric = true;
      drawing.shape = Objects.requireNonNull(outcome).shape();
    }
    drawing.more(random.nextInt(2));
    drawing.finish();
  }

  /**
   * Draws a layer that applies a block.
   *
   * @return false, leaving the method as it is, if its sources do not fit, or the layers would be
   *     too large
   */
  static boolean applying(SplittableRandom random, Method method, Draft block, int times) {
    List<Value> arguments = method.sources.stream().map(Method::value).toList();
    Evaluation.Totals totals = Evaluation.applied(block, times, arguments);
    if (totals == null
        || totals.largest() > MOST_VALUES
        || totals.parameters() > MOST_PARAMETERS
        || totals.multiplyAdds() > MOST_MULTIPLY_ADDS) {
      return false;
    }
    Piece piece = new Piece("Stack", arguments.getFirst().shape());
    piece.with("value", block.name + ".class");
    if (times > 1 || random.nextInt(4) == 0) {
      piece.with("times", times);
    }
    LayerDrawing drawing = new LayerDrawing(random, method, totals.gives().shape());
    method.block = block;
    method.times = times;
    method.pieces.add(piece);
    drawing.parametric = true;
    drawing.more(random.nextInt(2));
    drawing.finish();
    return true;
  }

  /** Draws what a layer makes of several values that it can combine by an operation. */
  static void combining(
      SplittableRandom random, Method method, Piece combine, List<Integer> combined) {
    LayerDrawing drawing = new LayerDrawing(random, method, combined);
    method.pieces.add(combine);
    drawing.more(random.nextInt(3));
    drawing.finish();
  }

  private void finish() {
    method.gives = shape;
    Piece weighted = method.piece("Dense", "Conv2D", "Embedding");
    if (weighted != null && method.owner == null && random.nextInt(4) == 0) {
      Piece init = new Piece("Init", List.of());
      boolean hasBias =
          !weighted.is("Embedding") && !"false".equals(weighted.attributes.get("bias"));
      if (!hasBias || random.nextBoolean()) {
        init.with("value", "Initializer." + any(random, WEIGHT_STARTS));
      }
      if (hasBias && random.nextBoolean()) {
        init.with("bias", "Initializer." + any(random, BIAS_STARTS));
      }
      method.init = init;
    }
    method.modifiersLast = random.nextInt(4) == 0;
  }

  private void more(int count) {
    int before = method.pieces.size();
    for (int tries = 0; tries < 12 && method.pieces.size() < before + count; tries++) {
      Piece piece = draw();
      if (piece != null) {
        method.pieces.add(piece);
      }
    }
    if (method.pieces.isEmpty()) {
      method.pieces.add(new Piece("Tanh", shape));
    }
  }

  private @Nullable Piece draw() {
    if (random.nextInt(3) == 0) {
      return activation ? null : activation(any(random, ACTIVATIONS));
    }
    String name = any(random, OTHERS);
    if (method.piece(name) != null) {
      return null;
    }
    boolean image = shape.size() == 3;
    return switch (name) {
      case "Dense" -> parametric || image ? null : dense();
      case "Conv2D" -> parametric || !image ? null : convolution();
      case "BatchNorm" -> parametric || shape.size() == 2 ? null : normalization(name);
      case "LayerNorm" -> parametric ? null : normalization(name);
      case "MaxPool2D", "AvgPool2D" -> image ? pool(name) : null;
      case "GlobalAvgPool" -> within(same(name));
      case "Flatten" -> shape.size() < 2 && random.nextInt(4) != 0 ? null : within(same(name));
      case "Reshape" -> reshape();
      case "Dropout" -> same(name).with("value", share());
      case "SpatialDropout" -> image ? same(name).with("value", share()) : null;
      default -> softmax(name);
    };
  }

  private Piece same(String name) {
    return new Piece(name, shape);
  }

  private String share() {
    return any(random, List.of("0", "0.1", "0.25", "0.5", "0.875", "1e-3"));
  }

  private Piece activation(String name) {
    activation = true;
    Piece piece = same(name);
    if (random.nextBoolean()) {
      return piece;
    }
    return switch (name) {
      case "LeakyReLU" -> piece.with("value", any(random, List.of("0", "0.2", "1", "1.5")));
      case "ELU" -> piece.with("value", any(random, List.of("0.3", "1", "2.5")));
      case "GELU" ->
          piece.with("approximate", "GELU.Approximation." + any(random, List.of("NONE", "TANH")));
      case "Softplus" ->
          random.nextBoolean()
              ? piece.with("beta", any(random, List.of("0.5", "3")))
              : piece.with("threshold", any(random, List.of("15", "30")));
      default -> piece;
    };
  }

  /** The piece, if what it gives and costs is known and not too much. */
  private @Nullable Piece within(Piece piece) {
    Outcome outcome = Calculus.of(piece, List.of(new Value(shape, false)));
    if (outcome == null
        || values(outcome.shape()) > MOST_VALUES
        || outcome.parameters() > MOST_PARAMETERS
        || outcome.multiplyAdds() > MOST_MULTIPLY_ADDS) {
      return null;
    }
    parametric |= piece.is(Method.PARAMETRIC);
    shape = outcome.shape();
    return piece;
  }

  private @Nullable Piece dense() {
    int units = random.nextInt(3) == 0 ? shape.getLast() : size(random);
    return within(bias(same("Dense").with("value", units)));
  }

  private Piece bias(Piece piece) {
    return random.nextInt(5) == 0 ? piece.with("bias", "false") : piece;
  }

  private @Nullable Piece convolution() {
    int channels = shape.getFirst();
    List<Integer> divisors =
        IntStream.rangeClosed(1, channels).filter(g -> channels % g == 0).boxed().toList();
    int groups = random.nextInt(4) == 0 ? any(random, divisors) : 1;
    int filters = random.nextInt(3) == 0 ? channels : groups * (1 + random.nextInt(19));
    Piece piece = same("Conv2D").with("filters", filters);
    pair(piece, "kernel", 1, 4, true);
    if (random.nextInt(4) == 0) {
      pair(piece, "dilation", 1, 3, false);
    }
    if (random.nextInt(4) == 0) {
      piece.with("same", "true");
    } else {
      if (random.nextInt(3) == 0) {
        pair(piece, "stride", 1, 3, false);
      }
      if (random.nextInt(2) == 0) {
        pair(piece, "padding", 0, 3, false);
      }
    }
    if (groups > 1) {
      piece.with("groups", groups);
    }
    return within(bias(piece));
  }

  /** Draws one number or two, and writes them. */
  private int[] pair(Piece piece, String attribute, int least, int range, boolean needed) {
    int height = least + Math.min(random.nextInt(range), random.nextInt(range));
    int width = least + Math.min(random.nextInt(range), random.nextInt(range));
    if (random.nextInt(3) != 0) {
      width = height;
    }
    boolean one = width == height && (needed || random.nextInt(4) != 0);
    piece.with(attribute, one ? Integer.toString(height) : "{" + height + ", " + width + "}");
    return new int[] {height, width};
  }

  private @Nullable Piece normalization(String name) {
    Piece piece = same(name);
    if (random.nextInt(4) == 0) {
      piece.with("epsilon", any(random, List.of("1e-3", "0.1")));
    }
    if (random.nextInt(4) == 0) {
      piece.with("affine", "false");
    }
    if (name.equals("BatchNorm") && random.nextInt(4) == 0) {
      piece.with("momentum", any(random, List.of("0", "1", "0.3")));
    }
    return within(piece);
  }

  private @Nullable Piece pool(String name) {
    Piece piece = same(name);
    int[] window = pair(piece, "value", 1, 4, true);
    if (random.nextBoolean()) {
      pair(piece, "stride", 1, 4, false);
    }
    if (random.nextInt(3) == 0 && Math.min(window[0], window[1]) > 1) {
      piece.with(
          "padding",
          "{" + random.nextInt(window[0] / 2 + 1) + ", " + random.nextInt(window[1] / 2 + 1) + "}");
    }
    if (name.equals("AvgPool2D") && random.nextInt(3) == 0) {
      piece.with("countPadding", "false");
    }
    return within(piece);
  }

  /** Other sizes with the same product: each prime factor goes to any axis. */
  private @Nullable Piece reshape() {
    Piece piece = same("Reshape");
    int[] sizes = new int[1 + random.nextInt(3)];
    Arrays.fill(sizes, 1);
    int left = (int) values(shape);
    for (int factor = 2; left > 1; ) {
      if (left % factor == 0) {
        sizes[random.nextInt(sizes.length)] *= factor;
        left /= factor;
      } else {
        factor++;
      }
    }
    return within(piece.with("value", Generator.sizes(IntStream.of(sizes).boxed().toList())));
  }

  private Piece softmax(String name) {
    Piece piece = same(name);
    if (random.nextBoolean()) {
      piece.with("axis", random.nextInt(2 * shape.size()) - shape.size());
    }
    return piece;
  }

  private void embedding() {
    int vocabulary = size(random);
    int size = size(random);
    while (values(shape) * size > MOST_VALUES) {
      size = size / 2;
    }
    embedded(same("Embedding").with("vocabulary", vocabulary).with("size", size));
  }

  private void embedded(Piece piece) {
    method.pieces.add(piece);
    parametric = true;
    shape = Objects.requireNonNull(Calculus.of(piece, List.of(new Value(shape, true)))).shape();
  }
}

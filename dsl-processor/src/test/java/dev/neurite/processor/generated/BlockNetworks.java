package dev.neurite.processor.generated;

import java.util.LinkedHashMap;
import java.util.Map;

/** Networks of blocks and of shared parameters. Their blocks are nested interfaces. */
final class BlockNetworks {

  /** Annotations and methods of each interface, by its simple name. */
  static final Map<String, String> BODIES = new LinkedHashMap<>();

  /** The reference cases that are declared with blocks too: those interfaces by the case's name. */
  static final Map<String, Declared> OF_CASES =
      Map.of(
          "residual_block",
          new Declared(
              "ResidualBlocks",
              """
                @Input({3, 6, 6}) Layer input();
                @Conv2D(filters = 4, kernel = 3, padding = 1) @ReLU Layer conv1();
                @Stack(Body.class) Layer body();
                @GlobalAvgPool @Dense(3) Layer fc1();

                @Block
                interface Body {
                  @Input Layer x();
                  @Conv2D(filters = 4, kernel = 3, padding = 1, bias = false) Layer conv2();
                  @BatchNorm @ReLU Layer bn1();
                  @Conv2D(filters = 4, kernel = 3, padding = 1, bias = false) Layer conv3();
                  @BatchNorm Layer bn2();
                  @From({"bn2", "x"}) @Add @ReLU Layer sum();
                }
              """,
              Map.of("conv2", "body.0.", "bn1", "body.0.", "conv3", "body.0.", "bn2", "body.0.")),
          "inception_concat",
          new Declared(
              "InceptionBlocks",
              """
                @Input({3, 7, 7}) Layer input();
                @Stack(Mixed.class) Layer mixed();
                @GlobalAvgPool @Dense(4) Layer fc1();

                @Block
                interface Mixed {
                  @Input Layer x();
                  @Conv2D(filters = 2, kernel = 1) Layer b1();
                  @From("x") @Stack(Reduced.class) Layer b2();
                  @From("x") @MaxPool2D(value = 3, stride = 1, padding = 1) Layer b3a();
                  @Conv2D(filters = 2, kernel = 1) Layer b3();
                  @From({"b1", "b2", "b3"}) @Concat @ReLU Layer all();
                }

                @Block
                interface Reduced {
                  @Input Layer x();
                  @Conv2D(filters = 2, kernel = 1) Layer b2a();
                  @Conv2D(filters = 3, kernel = 3, padding = 1) Layer b2();
                }
              """,
              Map.of(
                  "b1", "mixed.0.",
                  "b2a", "mixed.0.b2.0.",
                  "b2", "mixed.0.b2.0.",
                  "b3", "mixed.0.")));

  private BlockNetworks() {}

  /**
   * A reference case declared with blocks.
   *
   * @param name of the interface
   * @param body of the interface
   * @param prefixes what stands before the names of layers that are in blocks
   */
  record Declared(String name, String body, Map<String, String> prefixes) {

    /** The case with the names of this declaration. */
    OracleCase renamed(OracleCase oracle) {
      return oracle.renamed(
          tensor -> {
            String[] parts = tensor.split("\\.", -1);
            String prefix = parts.length < 3 ? null : prefixes.get(parts[1]);
            return prefix == null
                ? tensor
                : parts[0] + "." + prefix + tensor.substring(parts[0].length() + 1);
          });
    }
  }

  static {
    BODIES.put(
        "OddStacks",
        """
          @Input({3, 6, 5}) Layer image();
          @Conv2D(filters = 17, kernel = 1) Layer first();
          @Stack(value = Residual.class, times = 2) @Tanh Layer stage1();
          @MaxPool2D(2) @Stack(Wide.class) @Output Layer stage2();
          @From({"stage2", "stage2"}) @Stack(Pair.class) Layer pair();
          @Dense(3) @Output Layer last();

          @Block
          interface Residual {
            @Input Layer x();
            @BatchNorm @ReLU Layer bn();
            @Conv2D(filters = 17, kernel = 3, padding = 1, bias = false) @Dropout(0.2) Layer conv();
            @From({"conv", "x"}) @Add Layer sum();
          }

          @Block
          interface Wide {
            @Input({17, 3, 2}) Layer x();
            @Stack(Residual.class) Layer inner();
            @Conv2D(filters = 5, kernel = 2) Layer conv();
          }

          @Block
          interface Pair {
            @Input Layer left();
            @Input Layer right();
            @From("left") @Flatten @Dense(4) Layer a();
            @From("right") @Flatten @Dense(4) Layer b();
            @From({"a", "b"}) @Multiply @Output Layer product();
          }
        """);
    BODIES.put(
        "OddTied",
        """
          @Input(35) Layer x();
          @Dense(17) @Tanh Layer encoder();
          @Dense(5) @SiLU Layer code();
          @SharedWith("code") @Dense(17) @Tanh Layer decoder1();
          @SharedWith("encoder") @Dense(35) Layer decoder2();
        """);
    BODIES.put(
        "OddTiedInput",
        """
          @Input(11) Layer x();
          @Dense(2) @Tanh Layer code();
          @Input(2) Layer given();
          @SharedWith("code") @Dense(11) Layer decoded();
          @From({"code", "given"}) @Add Layer both();
          @SharedWith("code") @Dense(11) Layer again();
          @From({"decoded", "again"}) @Multiply Layer y();
        """);
    BODIES.put(
        "OddTiedImage",
        """
          @Input({3, 4, 5}) Layer x();
          @Conv2D(filters = 5, kernel = 2) @ReLU Layer conv();
          @Flatten @Dense(value = 9, bias = false) @Tanh Layer encoder();
          @SharedWith("encoder") @Dense(60) Layer decoder();
          @SharedWith("encoder") @Dense(9) Layer again();
        """);
    BODIES.put(
        "OddShared",
        """
          @Input({4, 17}) Layer x();
          @Dense(17) @Tanh Layer a();
          @LayerNorm Layer n1();
          @SharedWith("a") @Dense(value = 17, bias = false) @Tanh Layer b();
          @SharedWith("n1") @LayerNorm(epsilon = 0.01) Layer n2();
          @SharedWith("b") @Dense(17) @Output Layer c();
          @Flatten @Dense(17) @Output Layer d();
          @SharedWith("a") @Dense(17) @Output Layer e();
        """);
    BODIES.put(
        "OddSharedImages",
        """
          @Input({3, 8, 7}) Layer x();
          @Conv2D(filters = 3, kernel = 3, padding = 1) Layer c1();
          @BatchNorm @ReLU Layer n1();
          @SharedWith("c1") @Conv2D(filters = 3, kernel = 3, stride = 2) Layer c2();
          @SharedWith("n1") @BatchNorm Layer n2();
          @Flatten @Dense(4) @Tanh Layer d1();
          @From("n2") @Flatten @SharedWith("d1") @Dense(4) @Tanh Layer d2();
          @From({"d1", "d2"}) @Multiply Layer both();
        """);
    BODIES.put(
        "OddTowers",
        """
          @Input(value = 3, type = InputType.INDEX) Layer left();
          @Embedding(vocabulary = 11, size = 17) Layer leftVectors();
          @Stack(value = Tower.class, times = 2) Layer leftTower();
          @Flatten @Dense(6) Layer leftCode();
          @Input(value = 3, type = InputType.INDEX) Layer right();
          @SharedWith("leftVectors") @Embedding(vocabulary = 11, size = 17) Layer rightVectors();
          @SharedWith("leftTower") @Stack(value = Tower.class, times = 2) Layer rightTower();
          @Flatten @SharedWith("leftCode") @Dense(6) Layer rightCode();
          @From({"leftCode", "rightCode"}) @Multiply Layer score();

          @Block
          interface Tower {
            @Input Layer x();
            @Dense(17) @Tanh Layer hidden();
            @SharedWith("hidden") @Dense(value = 17, bias = false) @Tanh Layer again();
            @LayerNorm(affine = false) Layer normalized();
          }
        """);
    BODIES.put(
        "OddTiedTowers",
        """
          @Input(35) Layer left();
          @Stack(Tied.class) Layer leftTower();
          @Input(35) Layer right();
          @SharedWith("leftTower") @Stack(Tied.class) Layer rightTower();
          @From({"leftTower", "rightTower"}) @Multiply @Output Layer both();
          @Dense(17) @SiLU Layer a();
          @SharedWith("a") @Dense(35) @SiLU Layer b();
          @Dense(17) @SiLU Layer c();
          @SharedWith("b") @Dense(35) @SiLU Layer d();
          @SharedWith("d") @Dense(17) @Output Layer e();

          @Block
          interface Tied {
            @Input Layer x();
            @Dense(17) @Tanh Layer encoder();
            @SharedWith("encoder") @Dense(35) @Tanh Layer decoder();
          }
        """);
    BODIES.put(
        "OddUnreadOwner",
        """
          @Input(17) Layer x();
          @Dense(17) Layer unreadOwner();
          @From("x") @SharedWith("unreadOwner") @Dense(value = 17, bias = false) @Tanh Layer a();
          @SharedWith("unreadOwner") @Dense(17) Layer b();
          @SharedWith("a") @Dense(17) Layer c();
        """);
  }
}

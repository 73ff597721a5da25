package dev.neurite.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.processor.Sources.Compiler;
import dev.neurite.processor.Sources.Said;
import java.util.List;
import java.util.stream.Collectors;
import javax.tools.Diagnostic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is said about blocks and where. */
final class BlocksTest {

  @ParameterizedTest
  @EnumSource
  void reportsWhatABlockHasWrongOnceAndInTheBlock(Compiler compiler) {
    List<Said> said =
        Sources.compile(
            compiler,
            """
            @Model
            interface First {
              @Input(784) Layer pixels();
              @Stack(value = Hidden.class, times = 3) Layer hidden();
              @Stack(Outer.class) Layer outer();
              @Dense(10) Layer scores();
            }

            @Model
            interface Second {
              @Input(10) Layer pixels();
              @Stack(Outer.class) Layer hidden();
            }

            @Block
            interface Outer {
              @Input Layer x();
              @Stack(Hidden.class) Layer inner();
            }

            @Block
            interface Hidden {
              @Input Layer x();
              @Dense(0) @ReLU Layer y();
              @Input({1, 4, 4}) Layer image();
              @Conv2D(filters = 1, kernel = 5) Layer conv();
            }

            class Application {
              float[] run(float[] pixels) { return FirstModel.create(1).predict(pixels); }
              float[] other(float[] pixels) { return SecondModel.create(1).predict(pixels); }
            }
            """);
    assertThat(said)
        .extracting(Said::code)
        .containsExactly("size-not-positive", "kernel-too-large");
    assertThat(said).extracting(Said::line).containsExactly(24L, 26L);
  }

  /** Which of two operations with parameters is shared is open until one of them has gone. */
  @ParameterizedTest
  @EnumSource
  void reportsALayerWithTwoOperationsAndNoneThatSharesWithIt(Compiler compiler) {
    List<Said> said =
        Sources.compile(
            compiler,
            """
            @Block
            interface Wrong {
              @Input Layer x();
              @Dense(0) Layer y();
            }

            @Model
            interface Digits {
              @Input(7) Layer row();
              @Stack(Wrong.class) @Dense(3) Layer both();
              @SharedWith("both") @Stack(Wrong.class) Layer follows1();
              @SharedWith("both") @Dense(3) Layer follows2();
              @SharedWith("both") @LayerNorm Layer follows3();
              @From("row") @Dense(7) Layer one();
              @SharedWith("one") @LayerNorm @Dense(7) Layer two();
              @From("row") @SharedWith("one") @LayerNorm Layer three();
            }
            """);
    assertThat(said)
        .extracting(Said::code)
        .containsExactly(
            "size-not-positive",
            "two-parametric-operations",
            "two-parametric-operations",
            "shared-operations");
    assertThat(said).extracting(Said::line).containsExactly(4L, 10L, 15L, 16L);
    assertThat(said).extracting(Said::column).containsExactly(10L, 23L, 33L, 35L);
  }

  @ParameterizedTest
  @EnumSource
  void reportsAShapeAtThePlaceOfUseThere(Compiler compiler) {
    List<Said> said =
        Sources.compile(
            compiler,
            """
            @Model
            interface Images {
              @Input({1, 12, 12}) Layer image();
              @Stack(Outer.class) Layer fine();
              @Stack(value = Outer.class, times = 2) Layer small();
              @Flatten @Dense(10) Layer scores();
            }

            @Block
            interface Outer {
              @Input Layer x();
              @ReLU Layer active();
              @Stack(Shrinking.class) Layer inner();
            }

            @Block
            interface Shrinking {
              @Input Layer x();
              @Conv2D(filters = 4, kernel = 5) Layer conv();
            }
            """);
    assertThat(said).extracting(Said::code).containsExactly("kernel-too-large");
    assertThat(said.getFirst().line()).isEqualTo(5);
    assertThat(said.getFirst().column()).isEqualTo(3);
    assertThat(lines(said.getFirst()))
        .containsExactly(
            "[neurite:kernel-too-large] @Conv2D on small.1.inner.0.conv() has a 5x5 kernel, but"
                + " small.1.active() gives it [4, 4, 4].",
            "image [1, 12, 12] -> ... ->"
                + " fine.0.inner [4, 8, 8] -> fine [4, 8, 8] -> small.0.active [4, 8, 8] ->"
                + " small.0.inner.0.conv [4, 4, 4] -> small.0.inner [4, 4, 4] -> small.1.active [4, 4,"
                + " 4] -> small.1.inner.0.conv ?",
            "small.1.inner.0.conv is conv() of Shrinking.",
            "Use a kernel of at most 4, or padding = 1 or more.");
  }

  /** What the block gives is known whatever it is given, so that it is judged anew. */
  @ParameterizedTest
  @EnumSource
  void reportsALayerOfARepeatedBlockOnce(Compiler compiler) {
    List<Said> said =
        Sources.compile(
            compiler,
            """
            @Model
            interface Digits {
              @Input(54) Layer row();
              @Stack(value = Outer.class, times = 3) Layer first();
              @From("row") @Stack(Outer.class) Layer second();
              @From({"first", "second"}) @Add @ReLU Layer sum();
            }

            @Block
            interface Outer {
              @Input Layer x();
              @Dense(7) Layer other();
              @From({"x", "other"}) @Stack(Inner.class) Layer inner();
            }

            @Block
            interface Inner {
              @Input(54) Layer x();
              @Input(8) Layer y();
              @Output @From("x") @ReLU Layer z();
              @From("y") @ReLU Layer unread();
            }
            """);
    List<Said> errors = said.stream().filter(one -> one.kind() == Diagnostic.Kind.ERROR).toList();
    assertThat(errors)
        .extracting(Said::code)
        .containsExactly("block-input-shape", "block-input-shape");
    assertThat(errors).extracting(Said::line).containsExactly(4L, 5L);
    assertThat(errors).extracting(Said::column).containsExactly(3L, 16L);
    assertThat(errors.getFirst().text()).contains("first.0.inner.0.y() states the shape [8]");
  }

  /** Two errors inside one block stand at one place, and both are printed. */
  @ParameterizedTest
  @EnumSource
  void reportsEachIndependentMistakeAtThePlaceOfUse(Compiler compiler) {
    assertThat(
            Sources.compile(
                compiler,
                """
                @Model
                interface Images {
                  @Input(12) Layer row();
                  @Stack(Two.class) Layer two();
                }

                @Block
                interface Two {
                  @Input Layer x();
                  @Conv2D(filters = 4, kernel = 5) Layer conv();
                  @Dense(5) Layer follows();
                  @From("x") @MaxPool2D(2) Layer pool();
                  @From({"follows", "pool"}) @Add Layer sum();
                }
                """))
        .extracting(Said::code)
        .containsExactly("needs-image", "needs-image");
  }

  @ParameterizedTest
  @EnumSource
  void warnsOfABlockByItselfInTheBlock(Compiler compiler) {
    List<Said> said =
        Sources.compile(
            compiler,
            """
            @Model
            interface Digits {
              @Input(784) Layer pixels();
              @Stack(value = Hidden.class, times = 3) Layer hidden();
            }

            @Block
            interface Hidden {
              @Input Layer x();
              @Dense(784) @ReLU Layer y();
              @Dense(784) Layer unread();
              @From("y") @Flatten @Dense(784) Layer z();
            }
            """);
    assertThat(said).extracting(Said::code).containsExactly("unread-layer");
    assertThat(said.getFirst().line()).isEqualTo(11);
  }

  /** Where a block ends, the network goes on: what it gives is judged at the place of use. */
  @ParameterizedTest
  @EnumSource
  void warnsOfWhatABlockGivesWhereItIsApplied(Compiler compiler) {
    List<Said> said =
        Sources.compile(
            compiler,
            """
            @Model
            interface Digits {
              @Input(784) Layer pixels();
              @Stack(value = Shares.class, times = 3) Layer shares();
              @Stack(Dropping.class) Layer hidden();
              @Stack(Outer.class) Layer scores();
            }

            @Model
            interface Ending {
              @Input(784) Layer pixels();
              @Stack(value = Shares.class) @Output Layer shares();
              @Stack(Gated.class) @Output Layer hidden();
            }

            @Block
            interface Shares {
              @Input Layer x();
              @Dense(784) @Softmax Layer y();
            }

            @Block
            interface Dropping {
              @Input Layer x();
              @Dense(784) @Dropout(0.5) Layer y();
            }

            @Block
            interface Outer {
              @Input(784) Layer x();
              @Stack(Dropping.class) Layer inner();
            }

            @Block
            interface Gated {
              @Input Layer x();
              @From({"x", "x"}) @Multiply Layer y();
            }
            """);
    assertThat(said)
        .extracting(one -> one.line() + " " + one.code())
        .containsExactly("4 softmax-in-the-middle", "6 dropout-on-output");
    assertThat(said.getFirst().text())
        .contains("@Softmax on shares.0.y()", "@Dense on shares.1.y()");
    assertThat(said.getLast().text()).contains("@Dropout on scores.0.inner.0.y()");
  }

  /** What stands on a method with a body, or in an interface of its own, is not lost in silence. */
  @ParameterizedTest
  @EnumSource
  void warnsOfLayersThatAreNone(Compiler compiler) {
    assertThat(
            Sources.compile(
                compiler,
                """
                @Model
                interface Digits {
                  @Input(784) Layer pixels();
                  @Dense(3) @ReLU static int own() { return 1; }
                  @Stack(Hidden.class) Layer hidden();
                }

                @Block
                interface Hidden {
                  @Input Layer x();
                  @Dense(784) Layer y();
                  @Output default void other() {}
                }

                class Outer {
                  interface Lost {
                    @Input(784) Layer pixels();
                    @Dense(10) Layer scores();
                  }

                  @Dense(10) Layer scores() { return null; }
                }
                """))
        .extracting(one -> one.line() + " " + one.code())
        .containsExactlyInAnyOrder(
            "4 layer-with-body",
            "12 layer-with-body",
            "17 layer-outside-model",
            "21 layer-outside-model");
  }

  /** 800 layers with 1,200 tensors, whose names take more than a constant of a class file holds. */
  @Test
  void compilesADeepNetwork() {
    assertThat(
            Sources.compile(
                Compiler.JAVAC,
                """
                @Model
                interface Deep {
                  @Input(4) Layer x();
                  @Stack(value = Four.class, times = 200) Layer tower();
                }

                @Block
                interface Four {
                  @Input Layer x();
                  @Dense(4) @ReLU Layer aLayerWithARatherLongName();
                  @Dense(4) @ReLU Layer anotherLayerWithALongName();
                  @Dense(4) Layer third();
                  @From({"third", "x"}) @Add Layer sum();
                }
                """))
        .isEmpty();
  }

  private static List<String> lines(Said said) {
    return said.text().lines().map(String::strip).collect(Collectors.toList());
  }
}

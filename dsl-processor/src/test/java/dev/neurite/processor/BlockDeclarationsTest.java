package dev.neurite.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.processor.Sources.Compiler;
import dev.neurite.processor.Sources.Said;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a block must be, and the names by which it and its parameters are used. */
final class BlockDeclarationsTest {

  private static final String HIDDEN =
      """
      @Block
      interface Hidden {
        @Input Layer x();
        @Dense(784) @ReLU Layer y();
      }
      """;

  /** A model that applies a block, and a class that uses the model. */
  private static final String USE =
      """
      @Model
      interface Digits {
        @Input(784) Layer pixels();
        @Stack(value = %s) Layer hidden();
      }
      class Application {
        DigitsModel model = DigitsModel.create(1);
      }
      """;

  @ParameterizedTest
  @EnumSource
  void reportsABlockThatIsAPartOfItselfOnce(Compiler compiler) {
    List<Said> said =
        Sources.compile(
            compiler,
            """
            @Model
            interface Digits {
              @Input(784) Layer pixels();
              @Stack(Outer.class) Layer hidden();
            }

            @Block
            interface Outer {
              @Input Layer x();
              @Stack(B.class) Layer b();
            }

            @Block
            interface B {
              @Input Layer x();
              @Stack(A.class) Layer a();
            }

            @Block
            interface A {
              @Input Layer x();
              @Stack(B.class) Layer b();
            }

            class Application {
              DigitsModel model = DigitsModel.create(1);
            }
            """);
    assertThat(said).extracting(Said::code).containsExactly("block-recursion");
    assertThat(said.getFirst().line()).isEqualTo(22);
    assertThat(said.getFirst().text()).contains("A -> B -> A");
  }

  @ParameterizedTest
  @EnumSource
  void readsNestedAndPrivateBlocks(Compiler compiler) {
    assertThat(
            Sources.compile(
                compiler,
                """
                class Outer {
                  static final int UNITS = 16;

                  @Model
                  interface Digits {
                    @Input(784) Layer pixels();
                    @Stack(value = Hidden.class, times = 2) Layer hidden();
                    @Stack(Inner.Last.class) Layer scores();
                  }

                  @Block
                  private interface Hidden {
                    int HALF = UNITS / 2;
                    @Input Layer x();
                    @Dense(UNITS) @ReLU Layer summary();
                    @Dense(HALF) @Tanh Layer hashCode2();
                    default int ignored() { return 1; }
                  }

                  static class Inner {
                    @Block
                    protected interface Last {
                      @Input Layer x();
                      @Dense(10) Layer y();
                    }
                  }

                  Outer_DigitsModel model = Outer_DigitsModel.create(1);
                }
                """))
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void saysWhatABlockMustBe(Compiler compiler) {
    record Wrong(String code, String block) {}
    for (Wrong wrong :
        List.of(
            new Wrong("not-an-interface", "@Block class Hidden {}"),
            new Wrong("not-an-interface", "@Block enum Hidden { ONE }"),
            new Wrong("generic-model", HIDDEN.replace("Hidden {", "Hidden<T> {")),
            new Wrong("no-input", "@Block interface Hidden { @Dense(1) Layer y(); }"),
            new Wrong("no-layer", "@Block interface Hidden { @Input Layer x(); }"),
            new Wrong("layer-return-type", HIDDEN.replace("Layer y()", "String y()")),
            new Wrong("layer-with-parameters", HIDDEN.replace("y()", "y(int count)")),
            new Wrong("inherited-layers", HIDDEN.replace("Hidden {", "Hidden extends Other {")))) {
      assertThat(
              Sources.compile(
                  compiler,
                  USE.formatted("Hidden.class") + wrong.block() + "\ninterface Other { int z(); }"))
          .as(wrong.block())
          .extracting(Said::code)
          .containsExactly(wrong.code());
    }
  }

  /** What the Java compiler reports itself needs no second message. */
  @ParameterizedTest
  @EnumSource
  void leavesUnknownNamesToTheJavaCompiler(Compiler compiler) {
    for (String wrong : List.of("Unknown.class", "Hidden.class, times = UNKNOWN")) {
      List<Said> said = Sources.compile(compiler, USE.formatted(wrong) + HIDDEN);
      assertThat(said).as(wrong).isNotEmpty().noneMatch(Said::isOurs);
      assertThat(said).as(wrong).noneMatch(one -> one.text().contains("DigitsModel"));
    }
    assertThat(
            Sources.compile(
                compiler, USE.formatted("Hidden.class") + HIDDEN.replace("784", "UNKNOWN")))
        .isNotEmpty()
        .noneMatch(Said::isOurs);
  }

  @ParameterizedTest
  @EnumSource
  void suggestsTheNameOfAnOwner(Compiler compiler) {
    for (String wrong :
        List.of(
            "encodr: Did you mean \"encoder\"?",
            "attention: Layers above it: pixels, encoder.",
            "decoder: @SharedWith on decoder() names decoder itself.",
            "later: declared below it, but a layer builds on earlier ones")) {
      List<Said> said =
          Sources.compile(
              compiler,
              """
              @Model
              interface Digits {
                @Input(784) Layer pixels();
                @Dense(784) Layer encoder();
                @SharedWith("%s") @Dense(784) Layer decoder();
                @Dense(784) Layer later();
              }
              """
                  .formatted(wrong.substring(0, wrong.indexOf(':'))));
      assertThat(said).as(wrong).singleElement().extracting(Said::line).isEqualTo(5L);
      assertThat(said.getFirst().text()).contains(wrong.substring(wrong.indexOf(':') + 2));
    }
  }
}

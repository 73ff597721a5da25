package dev.neurite.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.TrainableModel;
import dev.neurite.processor.Sources.Compiler;
import dev.neurite.processor.Sources.Said;
import dev.neurite.processor.diagnostic.LayerFailure;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class NeuriteProcessorTest {

  @ParameterizedTest
  @EnumSource
  void leavesOtherSourcesAlone(Compiler compiler) {
    assertThat(Sources.compile(compiler, "interface Plain {}")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void compilesCorrectModels(Compiler compiler) {
    assertThat(
            Sources.compile(
                compiler,
                Sources.CORRECT
                    + """
                    class Application {
                      float[] run(float[] pixels) {
                        DigitsModel model = DigitsModel.create(42);
                        Layer scores = model.scores();
                        return model.predict(pixels);
                      }
                    }
                    """))
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void compilesNestedAndHiddenModels(Compiler compiler) {
    assertThat(
            Sources.compile(
                compiler,
                """
                class Application {
                  static class Inner {
                    @Model
                    protected interface Digits {
                      int UNITS = 10;
                      @Input(784) Layer pixels();
                      @Dense(UNITS) Layer scores();
                      default int best(float[] scores) { return scores[0] > scores[1] ? 0 : 1; }
                      static Digits none() { return null; }
                    }
                  }
                  Application_Inner_DigitsModel model = Application_Inner_DigitsModel.create(1);
                  Inner.Digits declared = model;
                }
                """))
        .isEmpty();
  }

  /** What uses the model's generated classes compiles, in types, fields and bodies. */
  @ParameterizedTest
  @EnumSource
  void saysNothingButTheOneError(Compiler compiler) {
    assertThat(
            Sources.compile(
                compiler,
                """
                @Model
                interface Ratings {
                  @Input(type = INDEX) Layer user();
                  @Embedding(vocabulary = 943, size = 32) Layer userVector();
                  @Input(19) Layer genres();
                  @Dense(16) @Tanh Layer genreVector();
                  @From({"userVector", "genreVector"}) @Add Layer joined();
                  @Dense(1) @Output Layer rating();
                  @From("joined") @Dense(2) @Output Layer liked();
                }

                class Application {
                  static final RatingsModel MODEL = RatingsModel.create(42);
                  RatingsForward forward;

                  Application(RatingsForward forward) { this.forward = forward; }

                  static Application load(java.nio.file.Path file) throws java.io.IOException {
                    return new Application(RatingsForward.load(file));
                  }

                  float[] liked(int[] user, float[] genres) {
                    forward.warmUp();
                    float[] rating = new float[1];
                    float[] liked = new float[2];
                    forward.parallel(2).predictInto(user, genres, rating, liked);
                    forward.predictInto(user, genres, 1, rating, liked);
                    Layer layer = MODEL.liked();
                    Ratings declared = MODEL;
                    RatingsModel.Outputs outputs = MODEL.predict(user, genres);
                    return outputs.liked();
                  }
                }
                """,
                "-proc:full"))
        .extracting(Said::code)
        .containsExactly("mismatched-shapes");
  }

  /** Names of layers are also names in the classes that stand in for the generated ones. */
  @ParameterizedTest
  @EnumSource
  void saysNothingButTheErrorWhateverLayersAreCalled(Compiler compiler) {
    assertThat(
            Sources.compile(
                compiler,
                """
                @Model
                interface Digits {
                  @Input(784) Layer rows();
                  @Input(7) Layer output();
                  @Dense(0) @Output Layer scores();
                  @Dense(3) @Output Layer rowsInput();
                }
                """))
        .extracting(Said::code)
        .containsExactly("size-not-positive");
  }

  /** The record of several outputs is part of the class whose name is taken. */
  @ParameterizedTest
  @EnumSource
  void saysNothingButThatANameIsTaken(Compiler compiler) {
    assertThat(
            Sources.compile(
                compiler,
                """
                @Model
                interface Digits {
                  @Input(784) Layer pixels();
                  @Dense(10) @Output Layer scores();
                  @Dense(3) @Output Layer others();
                }

                class DigitsModel {
                }
                """))
        .extracting(Said::code)
        .containsExactly("generated-name-taken");
  }

  @ParameterizedTest
  @EnumSource
  void saysNothingButTheErrorOfAMalformedInterface(Compiler compiler) {
    for (String wrong :
        List.of(
            "@Dense(10) Layer summary();",
            "@Dense(10) Layer scores(int count);",
            "@Dense(10) String scores();",
            "Layer hidden();")) {
      assertThat(
              Sources.compile(
                  compiler,
                  """
                  @Model
                  interface Digits {
                    @Input(784) Layer pixels();
                    %s
                  }
                  class Application {
                    float[] run(float[] pixels) { return DigitsModel.create(1).predict(pixels); }
                  }
                  """
                      .formatted(wrong)))
          .as(wrong)
          .hasSize(1)
          .allMatch(Said::isOurs);
    }
  }

  @ParameterizedTest
  @EnumSource
  void reportsIndependentErrorsInTheOrderOfTheSource(Compiler compiler) {
    List<Said> said =
        Sources.compile(
            compiler,
            """
            @Model
            interface Digits {
              @Input({1, 28, 28}) Layer image();
              @Conv2D(filters = 0, kernel = 3) @ReLU @Tanh Layer conv1();
              @MaxPool2D(99) @Flatten @Dense(10) Layer followsFromConv1();
              @From("image") @Conv2D(filters = 8, kernel = 30) Layer conv2();
              @Dense(10) Layer followsFromConv2();
              @From("followsFromConv3") @Dense(10) Layer misspelt();
              @From("image") @Dense(10) Layer dense();
            }

            @Model
            interface Second {
              @Input(784) Layer pixels();
              @Dense(-1) Layer scores();
            }
            """);
    assertThat(said)
        .extracting(Said::code)
        .containsExactly(
            "size-not-positive",
            "two-activations",
            "kernel-too-large",
            "from-unknown",
            "dense-on-image",
            "size-not-positive");
    assertThat(said).extracting(Said::line).containsExactly(4L, 4L, 6L, 8L, 9L, 15L);
  }

  @ParameterizedTest
  @EnumSource
  void reportsALayerAboveAMalformedInput(Compiler compiler) {
    assertThat(
            Sources.compile(
                compiler,
                """
                @Model
                interface Digits {
                  @Softmax Layer shares();
                  @Input(784) Layer[] pixels();
                  @Dense(10) Layer scores();
                }
                """))
        .extracting(Said::code)
        .containsExactly("nothing-above", "layer-return-type");
  }

  /** A method without any annotation above all others is an input whose annotation is missing. */
  @ParameterizedTest
  @EnumSource
  void takesABareFirstMethodForTheMissingInput(Compiler compiler) {
    List<Said> model =
        Sources.compile(
            compiler,
            """
            @Model
            interface Digits {
              Layer image();
              Layer hidden();
              @Dense(10) Layer scores();
            }
            """);
    assertThat(model).extracting(Said::code).containsExactly("no-input", "empty-layer");
    assertThat(model).extracting(Said::line).containsExactly(1L, 4L);
    assertThat(model).extracting(Said::column).containsExactly(1L, 9L);
    assertThat(model.getFirst().text()).endsWith("such as: @Input(784) Layer image();");
    assertThat(
            Sources.compile(
                compiler,
                """
                @Block
                interface Hidden {
                  Layer given();
                  @Dense(10) Layer scores();
                }
                """))
        .singleElement()
        .satisfies(
            said -> {
              assertThat(said.code()).isEqualTo("no-input");
              assertThat(said.line()).isEqualTo(1);
              assertThat(said.column()).isEqualTo(1);
              assertThat(said.text()).endsWith("such as: @Input Layer given();");
            });
  }

  /** What the Java compiler reports itself needs no second message. */
  @ParameterizedTest
  @EnumSource
  void leavesUnknownNamesToTheJavaCompiler(Compiler compiler) {
    for (String wrong :
        List.of(
            "@Dense(UNKNOWN) Layer scores();",
            "@Dnse(10) Layer scores();",
            "@Dense(10) Layr scores();",
            "@From({\"pixels\", UNKNOWN}) @Dense(10) Layer scores();")) {
      List<Said> said =
          Sources.compile(
              compiler,
              """
              @Model
              interface Digits {
                @Input(784) Layer pixels();
                %s
              }
              class Application {
                DigitsModel model = DigitsModel.create(1);
              }
              """
                  .formatted(wrong));
      assertThat(said).as(wrong).isNotEmpty().noneMatch(Said::isOurs);
      assertThat(said).as(wrong).noneMatch(one -> one.text().contains("DigitsModel"));
    }
  }

  /** Values of a wrong type stop javac before stubs could help it. */
  @ParameterizedTest
  @EnumSource
  void leavesWrongTypesToTheJavaCompiler(Compiler compiler) {
    for (String wrong : List.of("@Dense(\"10\")", "@Dense(units = 10)", "@Dense(1.5)", "@Dense")) {
      List<Said> said =
          Sources.compile(
              compiler,
              "@Model interface Digits { @Input(784) Layer pixels(); %s Layer scores(); }"
                  .formatted(wrong));
      assertThat(said).as(wrong).isNotEmpty().noneMatch(Said::isOurs);
    }
  }

  @ParameterizedTest
  @EnumSource
  void namesTheLayerWhereTheCompilerItselfFails(Compiler compiler) {
    NeuriteProcessor failing =
        new NeuriteProcessor(
            (graph, origin) -> {
              throw new LayerFailure("scores", new IllegalStateException("no tile"));
            });
    List<Said> said =
        Sources.compile(
            compiler, failing, Sources.CORRECT + "class Application { DigitsModel model; }");
    assertThat(said).extracting(Said::code).containsExactly("internal-error");
    assertThat(said.getFirst().text())
        .contains(
            "failed on layer scores() of Digits",
            "java.lang.IllegalStateException: no tile at " + NeuriteProcessorTest.class.getName());
    assertThat(said.getFirst().line()).isGreaterThan(0);
  }

  @Test
  void reportsFailuresWithoutALayer() {
    NeuriteProcessor failing =
        new NeuriteProcessor(
            (graph, origin) -> {
              throw new IllegalStateException("no tile");
            });
    assertThat(Sources.compile(Compiler.JAVAC, failing, Sources.CORRECT))
        .extracting(Said::text)
        .singleElement()
        .asString()
        .startsWith("[neurite:internal-error] The compiler failed on Digits, although");
  }

  @Test
  void refusesTheSecondOfTwoModelsWithTheSameClasses() {
    List<Said> said =
        Sources.compile(
            Compiler.JAVAC,
            """
            @Model
            interface Outer_Digits {
              @Input(784) Layer pixels();
              @Dense(10) Layer scores();
            }

            class Outer {
              @Model
              interface Digits {
                @Input(784) Layer pixels();
                @Dense(10) Layer scores();
              }
            }
            """);
    assertThat(said).extracting(Said::code).containsExactly("generated-name-taken");
    assertThat(said.getFirst().line()).isEqualTo(8);
  }

  /** What layers would override, of the runtime's class and of the generated ones. */
  @Test
  void refusesLayersNamedAsMembers() {
    List<String> names =
        Stream.of(TrainableModel.class, Object.class)
            .map(Class::getDeclaredMethods)
            .flatMap(Arrays::stream)
            .filter(method -> method.getParameterCount() == 0)
            .filter(
                method ->
                    Modifier.isPublic(method.getModifiers())
                        || Modifier.isProtected(method.getModifiers()))
            .map(Method::getName)
            .distinct()
            .toList();
    assertThat(names).contains("summary", "toString");
    assertThat(
            Sources.compile(
                Compiler.JAVAC,
                models(names, "@Input(784) Layer pixels(); @Dense(10) Layer %s();")))
        .filteredOn(Said::isOurs)
        .hasSize(names.size())
        .extracting(Said::code)
        .containsOnly("reserved-name");
  }

  /** Words that generated code uses for its own ends. */
  @Test
  void acceptsLayersNamedAsVariables() {
    List<String> names =
        List.of(
            "rows", "inputs", "outputs", "i", "k", "model", "threads", "busy", "record", "Math",
            "left", "call", "failure", "members", "member", "next", "choice", "team", "idle");
    assertThat(
            Sources.compile(
                Compiler.JAVAC,
                models(
                    names,
                    "@Input(7) Layer %1$s(); @Dense(10) @Output Layer scores();"
                        + " @From(\"%1$s\") @Dense(1) @Output Layer value();")))
        .isEmpty();
  }

  /** A class with a model for each name. */
  private static String models(List<String> names, String body) {
    return IntStream.range(0, names.size())
        .mapToObj(i -> "@Model interface Model" + i + " {" + body.formatted(names.get(i)) + "}\n")
        .collect(Collectors.joining("", "class Models {\n", "}\n"));
  }
}

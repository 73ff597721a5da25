package dev.neurite.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.processor.Sources.Compiler;
import dev.neurite.processor.Sources.Said;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * More ways to make the same mistakes. The place stands in the source as {@code §}, which is taken
 * out; each case is a model of its own with one error.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DiagnosticPlacesTest {

  private record Case(String code, String words, String body) {}

  private static final List<Case> CASES =
      List.of(
          new Case(
              "kernel-too-large",
              "@MaxPool2D on pool() has a 5x3 window, but image() gives it [1, 4, 4].",
              "@Input({1, 4, 4}) Layer image(); @MaxPool2D(§{5, 3}) Layer pool();"),
          new Case(
              "kernel-too-large",
              "has a 3x3 (9x9 with its dilation) kernel, but image() gives it [1, 8, 8].",
              "@Input({1, 8, 8}) Layer image();"
                  + " @Conv2D(filters = 1, kernel = §3, dilation = 4) Layer conv();"),
          new Case(
              "kernel-too-large",
              "Use a kernel of at most {6, 4}, or padding = {2, 0} or more.",
              "@Input({1, 4, 4}) Layer image();"
                  + " @Conv2D(filters = 1, kernel = §{7, 3}, padding = {1, 0}) Layer conv();"),
          new Case(
              "kernel-too-large",
              "@AvgPool2D on conv() has a 9x9 window, but the @ReLU before it gives it [1, 6, 6].",
              "@Input({1, 8, 8}) Layer image();"
                  + " @Conv2D(filters = 1, kernel = 3) @ReLU @AvgPool2D(§9) Layer conv();"),
          new Case(
              "kernel-too-large",
              "image [1, 40, 40] -> ... -> c3 [1, 34, 34] -> c4 [1, 32, 32] -> c5 [1, 30, 30] -> c6"
                  + " [1, 28, 28] -> c7 [1, 26, 26] -> c8 [1, 24, 24] -> c9 ?",
              "@Input({1, 40, 40}) Layer image();"
                  + convolutions(8)
                  + " @Conv2D(filters = 1, kernel = §99) Layer c9();"),
          new Case(
              "size-not-positive",
              "@Input on image() has value = {1, 0, 28}, but it must be at least 1.",
              "@Input({1, §0, 28}) Layer image(); @Flatten @Dense(1) Layer last();"),
          new Case(
              "size-not-positive",
              "@Conv2D on conv() has stride = {1, 0}",
              "@Input({1, 8, 8}) Layer image();"
                  + " @Conv2D(filters = 1, kernel = 3, stride = {1, §0}) Layer conv();"),
          new Case(
              "size-not-positive",
              "@Embedding on vector() has vocabulary = 0",
              "@Input(type = INDEX) Layer word();"
                  + " @Embedding(vocabulary = §0, size = 3) Layer vector();"),
          new Case(
              "size-not-positive",
              "@Reshape on image() has value = {1, -1}",
              "@Input(4) Layer row(); @Reshape({1, §-1}) Layer image();"),
          new Case(
              "wrong-number-of-sizes",
              "@MaxPool2D on pool() has 0 numbers for value",
              "@Input({1, 8, 8}) Layer image(); @MaxPool2D(§{}) Layer pool();"),
          new Case(
              "too-many-sizes",
              "@Reshape on image() has 4 sizes, but no operation reads more than 3.",
              "@Input(16) Layer row(); @Reshape(§{2, 2, 2, 2}) Layer image();"),
          new Case(
              "too-many-sizes",
              "@Reshape on image() has no sizes, but it needs at least one.",
              "@Input(16) Layer row(); @Reshape(§{}) Layer image();"),
          new Case(
              "too-many-sizes",
              "@Input on words() has 2 sizes, but an input of indices has at most one.",
              "@Input(value = §{2, 3}, type = INDEX) Layer words();"
                  + " @Embedding(vocabulary = 5, size = 3) Layer vectors();"),
          new Case(
              "too-many-sizes",
              "@Input on words() has 4 sizes, but an input of indices has at most one.",
              "@Input(value = §{1, 2, 3, 4}, type = INDEX) Layer words();"
                  + " @Embedding(vocabulary = 5, size = 3) Layer vectors();"),
          new Case(
              "from-unknown",
              "Did you mean \"hidden\"?",
              "@Input(4) Layer row(); @Dense(4) Layer hidden();"
                  + " @From({\"row\", §\"hiden\"}) @Add Layer sum();"),
          new Case(
              "from-unknown",
              "Layers above it: row, hidden.",
              "@Input(4) Layer row(); @Dense(4) Layer hidden();"
                  + " @From(§\"attention\") @Dense(1) Layer sum();"),
          new Case(
              "combine-needs-two",
              "@Multiply on product() joins at least two layers, but it reads only row().",
              "@Input(4) Layer row(); @From(§\"row\") @Multiply Layer product();"),
          new Case(
              "combine-not-first",
              "@Concat on both() stands after @Add",
              "@Input(4) Layer row();"
                  + " @From({\"row\", \"row\"}) @Add §@Concat @Dense(1) Layer both();"),
          new Case(
              "share-out-of-range",
              "drops the share 1, but it must be at least 0 and less than 1.",
              "@Input(4) Layer row(); @Dropout(§1) @Dense(1) Layer last();"),
          new Case(
              "share-out-of-range",
              "drops the share -0.1",
              "@Input({1, 4, 4}) Layer image();"
                  + " @SpatialDropout(§-0.1) @Flatten @Dense(1) Layer last();"),
          new Case(
              "share-out-of-range",
              "drops the share NaN",
              "@Input(4) Layer row(); @Dropout(0 §/ 0.0) @Dense(1) Layer last();"),
          new Case(
              "value-out-of-range",
              "@LayerNorm on norm() has epsilon = 0.0, but it must be finite and greater than 0.",
              "@Input(4) Layer row(); @LayerNorm(epsilon = §0) Layer norm();"),
          new Case(
              "value-out-of-range",
              "@LeakyReLU on last() has value = -0.5, but it must be finite and at least 0.",
              "@Input(4) Layer row(); @Dense(4) @LeakyReLU(§-0.5) Layer last();"),
          new Case(
              "value-out-of-range",
              "@Softplus on last() has beta = 0.0",
              "@Input(4) Layer row(); @Dense(4) @Softplus(beta = §0) Layer last();"),
          new Case(
              "same-with-stride",
              "replace same by padding = {1, 2}",
              "@Input({1, 9, 9}) Layer image(); @Conv2D(filters = 1, kernel = {3, 5}, same = true,"
                  + " stride = §{2, 1}) Layer conv();"),
          new Case(
              "needs-image",
              "@SpatialDropout on last() reads images [channels, height, width], but the @Dense"
                  + " before it gives it [4].",
              "@Input(4) Layer row(); @Dense(4) §@SpatialDropout(0.5) @Dropout(0.1) @ReLU Layer last();"),
          new Case(
              "needs-image",
              "Put @Reshape({channels, height, width}) before @AvgPool2D.",
              "@Input(784) Layer row(); §@AvgPool2D(2) @Flatten @Dense(1) Layer last();"),
          new Case(
              "mismatched-shapes",
              "Bring both to the same number of channels by a @Conv2D with kernel = 1",
              "@Input({2, 4, 4}) Layer image(); @Conv2D(filters = 3, kernel = 1) Layer conv();"
                  + " @From({\"image\", \"conv\"}) §@Multiply Layer product();"),
          new Case(
              "mismatched-shapes",
              "Bring both to the same number of axes",
              "@Input({2, 4, 4}) Layer image(); @GlobalAvgPool Layer mean();"
                  + " @From({\"image\", \"mean\"}) §@Multiply Layer product();"),
          new Case(
              "concat-shapes",
              "along axis 1 needs shapes that are equal elsewhere",
              "@Input({2, 4}) Layer left(); @Input({3, 4}) Layer right();"
                  + " @From({\"left\", \"right\"}) @Concat(axis = §-1) Layer both();"),
          new Case(
              "axis-out-of-range",
              "Use an axis from -2 to 1",
              "@Input({2, 4}) Layer left(); @From({\"left\", \"left\"}) @Concat(axis = §2) Layer both();"),
          new Case(
              "index-without-embedding",
              "@Add on sum() reads numbers, but words() gives it indices.",
              "@Input(value = 3, type = INDEX) Layer words(); @Input(3) Layer row();"
                  + " @From({\"row\", \"words\"}) §@Add Layer sum();"),
          new Case(
              "groups-and-channels",
              "Use groups = 1 or 2 or 4.",
              "@Input({4, 4, 4}) Layer image();"
                  + " @Conv2D(filters = 24, kernel = 1, groups = §3) Layer conv();"),
          new Case(
              "init-without-bias",
              "@Embedding has none there.",
              "@Input(type = INDEX) Layer word(); @Embedding(vocabulary = 5, size = 3)"
                  + " @Init(value = NORMAL, bias = §ZEROS) Layer vector();"),
          new Case(
              "size-overflow",
              "with 2147483648 values in one row",
              "@Input(§{2, 32768, 32768}) Layer image(); @GlobalAvgPool Layer mean();"));

  private List<Said> said = List.of();
  private final List<List<Long>> places = new ArrayList<>();

  private static String convolutions(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i <= count; i++) {
      text.append(" @Conv2D(filters = 1, kernel = 3) Layer c").append(i).append("();");
    }
    return text.toString();
  }

  @BeforeAll
  void compileAllAtOnce() {
    StringBuilder source = new StringBuilder("class Models {\n");
    for (int i = 0; i < CASES.size(); i++) {
      String line = "@Model interface Net" + i + " { " + CASES.get(i).body() + " }";
      places.add(List.of(i + 2L, line.indexOf('§') + 1L));
      source.append(line.replace("§", "")).append('\n');
    }
    said = Sources.compile(Compiler.JAVAC, source.append("}\n").toString());
  }

  @Test
  void eachCaseHasOneError() {
    assertThat(said)
        .extracting(Said::code)
        .containsExactlyElementsOf(CASES.stream().map(Case::code).toList());
  }

  @Test
  void eachErrorStandsAtTheValue() {
    assertThat(said.stream().map(one -> List.of(one.line(), one.column())))
        .containsExactlyElementsOf(places);
  }

  @Test
  void eachErrorSaysWhatIsWrong() {
    for (int i = 0; i < CASES.size(); i++) {
      assertThat(said.get(i).text().lines().map(String::strip).collect(Collectors.joining(" ")))
          .contains(CASES.get(i).words());
    }
  }
}

package dev.neurite.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.processor.Sources.Compiler;
import dev.neurite.processor.Sources.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Models whose blocks and constants lie in class files, as in a library or an incremental build:
 * Gradle compiles what was changed and what refers to it against the classes of the rest.
 */
final class ClassFilesTest {

  private static final String MODEL =
      """
      @Model
      interface Digits {
        @Input({1, 12, 12}) Layer image();
        @Stack(value = Outer.class, times = 2) Layer features();
        @Flatten @Dense(Sizes.CLASSES) Layer scores();
      }
      """;

  private static final String OUTER =
      """
      @Block
      interface Outer {
        @Input Layer z();
        @Stack(Residual.class) Layer y();
        @MaxPool2D(2) Layer a();
      }
      """;

  /** Names that are not in the order of the alphabet, for the order declared counts. */
  private static final String RESIDUAL =
      """
      @Block
      interface Residual {
        @Input Layer x();
        @Conv2D(filters = 4, kernel = {3, 5}, padding = {1, 2}) @ReLU Layer second();
        @Conv2D(filters = 4, kernel = 1) @Init(bias = Initializer.ZEROS) Layer first();
        @From({"first", "second"}) @Add @Tanh Layer b();
      }
      """;

  private static final String SIZES = "class Sizes { static final int CLASSES = 10; }";

  @TempDir private Path together;
  @TempDir private Path apart;

  @ParameterizedTest
  @EnumSource
  void blocksOfClassFilesGiveTheSameBytes(Compiler compiler) throws IOException {
    assertThat(Sources.compileInto(together, compiler, MODEL + OUTER + RESIDUAL + SIZES)).isEmpty();
    for (String source : List.of(SIZES, RESIDUAL, OUTER, MODEL)) {
      assertThat(Sources.compileInto(apart, compiler, source)).isEmpty();
    }
    for (String suffix : List.of("Model", "Forward", "Backward")) {
      String file = "Digits" + suffix + ".java";
      assertThat(Files.readString(apart.resolve(file)))
          .isEqualTo(Files.readString(together.resolve(file)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aChangedBlockOrConstantChangesTheModelsThatUseIt(Compiler compiler) throws IOException {
    for (String source : List.of(SIZES, RESIDUAL, OUTER, MODEL)) {
      assertThat(Sources.compileInto(apart, compiler, source)).isEmpty();
    }
    assertThat(table()).contains("Conv2D 4 1x1", "Dense 10");
    Sources.compileInto(apart, compiler, RESIDUAL.replace("kernel = 1", "kernel = 3, padding = 1"));
    recompileModel(compiler);
    assertThat(table()).contains("Conv2D 4 3x3, padding 1", "Dense 10");
    Sources.compileInto(apart, compiler, SIZES.replace("10", "11"));
    recompileModel(compiler);
    assertThat(table()).contains("Conv2D 4 3x3, padding 1", "Dense 11");
  }

  /** What was generated from a file is deleted before that file is compiled again. */
  private void recompileModel(Compiler compiler) throws IOException {
    try (Stream<Path> files = Files.list(apart)) {
      for (Path file : files.filter(ClassFilesTest::isGenerated).toList()) {
        Files.delete(file);
      }
    }
    assertThat(Sources.compileInto(apart, compiler, MODEL)).isEmpty();
  }

  private static boolean isGenerated(Path file) {
    return file.getFileName().toString().matches("Digits(Model|Forward|Backward).*");
  }

  private String table() throws IOException {
    return Files.readString(apart.resolve("DigitsModel.java"));
  }

  /** The block's own source is not there, so its mistake is shown where it is applied. */
  @ParameterizedTest
  @EnumSource
  void saysWhatABlockOfAClassFileHasWrong(Compiler compiler) {
    String wrong = RESIDUAL.replace("kernel = 1", "kernel = 0");
    assertThat(Sources.compileInto(apart, compiler, SIZES, "-proc:none")).isEmpty();
    assertThat(Sources.compileInto(apart, compiler, wrong, "-proc:none")).isEmpty();
    List<Said> said =
        Sources.compileInto(apart, compiler, MODEL.replace("Outer.class", "Residual.class"));
    assertThat(said).extracting(Said::code).containsExactly("block-with-mistakes");
    assertThat(said.getFirst().line()).isEqualTo(4);
    assertThat(said.getFirst().text().lines().findFirst().orElse(""))
        .isEqualTo(
            "[neurite:block-with-mistakes] @Stack on features() applies Residual from a class file,"
                + " which has a mistake: @Conv2D on first() has kernel = 0, but it must be at least"
                + " 1.");
  }
}

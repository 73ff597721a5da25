package dev.neurite.processor;

import static com.google.testing.compile.CompilationSubject.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.Compiler;
import com.google.testing.compile.JavaFileObjects;
import dev.neurite.TrainableModel;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.tools.StandardLocation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Few rows on several threads, which share the large layers of each. */
final class SharedRowTest {

  private static final int ROWS = 9;
  private static final int IMAGE = 32 * 23 * 24;
  private static final int WORDS = 3;
  private static final int CLASSES = 10;

  /**
   * Rows of tiles that overlap, rows of pixels, pixels and panels of columns, with and without a
   * border and an activation that is large itself; behind an input of indices and before a layer
   * that no thread shares.
   */
  private static final String NETWORK =
      """
      @Input({32, 23, 24}) Layer image();
      @Input(value = 3, type = INDEX) Layer words();
      @Embedding(vocabulary = 7, size = 32) @Flatten Layer vectors();
      @From("image") @Conv2D(filters = 64, kernel = 3, padding = 1) @ReLU Layer tiles();
      @Conv2D(filters = 32, kernel = 5, stride = 2, padding = 1) @Tanh Layer rows5();
      @BatchNorm Layer normal();
      @Conv2D(filters = 192, kernel = 1) Layer pixels();
      @Flatten Layer flat();
      @From({"flat", "vectors"}) @Concat Layer both();
      @Dense(64) @Sigmoid Layer columns();
      @Output @Dense(10) @Softmax Layer classes();
      @Output @From("both") @Dense(96) Layer more();
      """;

  @RegisterExtension final SystemProperty vectors = new SystemProperty("neurite.vectors", "off");

  @RegisterExtension final SystemProperty warmUp = new SystemProperty("neurite.warmup", "off");

  @TempDir private Path folder;

  @Test
  void largeLayersAreSharedAndSmallOnesNot() {
    String source = source(compile(NETWORK));
    assertThat(source)
        .contains("tilesPart(", "tilesPart2(", "rows5Part(", "pixelsPart(", "columnsPart(")
        .contains("tilesRow(", "morePart(")
        .doesNotContain("classesPart(", "vectorsPart(");
    assertThat(source(compile("@Input(784) Layer x();\n@Dense(128) @ReLU Layer y();")))
        .doesNotContain("together(", "void part(");
  }

  /** Whatever the generated methods call their own variables. */
  @ParameterizedTest
  @ValueSource(strings = {"team", "row", "layer", "units", "kernels", "values", "own", "part", "t"})
  void inputsAndOutputsMayHaveAnyName(String name) {
    String input = "@Input(1024) Layer %s();\n@Dense(512) Layer y();".formatted(name);
    String output = "@Input(1024) Layer x();\n@Dense(512) Layer %s();".formatted(name);
    assertThat(source(compile(input))).contains("together(");
    assertThat(source(compile(output))).contains("together(");
  }

  @ParameterizedTest
  @ValueSource(strings = {"off", "on"})
  void numbersDoNotDependOnThreads(String vectors) throws Exception {
    System.setProperty("neurite.vectors", vectors);
    Object alone = load();
    for (int rows : vectors.equals("off") ? new int[] {1, 2, 3, 5, ROWS} : new int[] {1, 3}) {
      float[][] expected = predict(alone, rows);
      for (int threads : new int[] {2, 3, 7}) {
        Object team = parallel(alone, threads);
        for (int call = 0; call < 4; call++) {
          assertThat(predict(team, rows))
              .as("%d rows on %d threads", rows, threads)
              .isDeepEqualTo(expected);
        }
      }
    }
  }

  @Test
  void callsOfOneTeamAtTheSameTimeGiveTheSameNumbers() throws Exception {
    Object alone = load();
    Object team = parallel(alone, 2);
    float[][] expected = predict(alone, 1);
    try (ExecutorService callers = Executors.newFixedThreadPool(3)) {
      Callable<Boolean> caller =
          () -> {
            for (int call = 0; call < 20; call++) {
              if (!Arrays.deepEquals(predict(team, 1), expected)) {
                return false;
              }
            }
            return true;
          };
      for (Future<Boolean> same : callers.invokeAll(List.of(caller, caller, caller))) {
        assertThat(same.get()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, ROWS})
  void aWrongIndexIsRefusedAndTheTeamGoesOn(int rows) throws Exception {
    Object alone = load();
    Object team = parallel(alone, 2);
    float[][] expected = predict(alone, rows);
    int[] words = words(rows);
    words[words.length - 1] = 7;
    assertThatThrownBy(() -> predict(team, rows, words))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("words");
    assertThat(predict(team, rows)).isDeepEqualTo(expected);
  }

  private Object load() throws Exception {
    Class<?> type = Compiled.CLASSES.loadClass("networks.ImagesModel");
    TrainableModel model = (TrainableModel) type.getMethod("create", long.class).invoke(null, 7L);
    Path file = folder.resolve("images.safetensors");
    model.save(file);
    return Compiled.CLASSES
        .loadClass("networks.ImagesForward")
        .getMethod("load", Path.class)
        .invoke(null, file);
  }

  private static Object parallel(Object forward, int threads) throws Exception {
    return forward.getClass().getMethod("parallel", int.class).invoke(forward, threads);
  }

  private static int[] words(int rows) {
    return new SplittableRandom(3).ints((long) rows * WORDS, 0, 7).toArray();
  }

  private static float[][] predict(Object forward, int rows) throws Exception {
    return predict(forward, rows, words(rows));
  }

  /** Both outputs; of one row by the method for one. */
  private static float[][] predict(Object forward, int rows, int[] words) throws Exception {
    SplittableRandom random = new SplittableRandom(5);
    float[] images = new float[rows * IMAGE];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextDouble(-1, 1);
    }
    float[] classes = new float[rows * CLASSES];
    float[] more = new float[rows * 96];
    Class<?> type = forward.getClass();
    Class<?> floats = float[].class;
    try {
      if (rows == 1) {
        type.getMethod("predictInto", floats, int[].class, floats, floats)
            .invoke(forward, images, words, classes, more);
      } else {
        type.getMethod("predictInto", floats, int[].class, int.class, floats, floats)
            .invoke(forward, images, words, rows, classes, more);
      }
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof RuntimeException thrown ? thrown : e;
    }
    return new float[][] {classes, more};
  }

  private static final class Compiled {
    static final ClassLoader CLASSES = CompiledClasses.of(compile(NETWORK));
  }

  private static Compilation compile(String layers) {
    Compilation compilation =
        Compiler.javac()
            .withProcessors(new NeuriteProcessor())
            .withOptions("--add-modules", "jdk.incubator.vector")
            .compile(
                JavaFileObjects.forSourceString(
                    "networks.Images",
                    "package networks;\nimport dev.neurite.dsl.*;\nimport static"
                        + " dev.neurite.dsl.InputType.INDEX;\n@Model public interface Images {\n"
                        + layers
                        + "}\n"));
    assertThat(compilation).succeeded();
    return compilation;
  }

  private static String source(Compilation compilation) {
    try {
      return compilation
          .generatedFile(StandardLocation.SOURCE_OUTPUT, "networks/ImagesForward.java")
          .orElseThrow()
          .getCharContent(false)
          .toString();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}

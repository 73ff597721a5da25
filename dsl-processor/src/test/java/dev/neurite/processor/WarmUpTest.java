package dev.neurite.processor;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.testing.compile.Compilation;
import com.google.testing.compile.Compiler;
import com.google.testing.compile.JavaFileObjects;
import dev.neurite.TrainableModel;
import dev.neurite.Training;
import dev.neurite.loss.Losses;
import dev.neurite.optim.Optimizers;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.tools.JavaFileObject;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A machine that is too busy to compile the vector code in time: the generated source with another
 * notion of time, in which a number of trials fail and the pauses between them are short.
 */
final class WarmUpTest {

  @RegisterExtension final SystemProperty mode = new SystemProperty("neurite.warmup", "background");

  private static final String SOURCE =
      """
      package warm;

      import dev.neurite.dsl.*;

      @Model
      public interface Small {
        @Input(5) Layer x();
        @Dense(3) @ReLU Layer y();
      }
      """;

  private static final String BUSY =
      """
      package warm;

      final class Busy {
        static volatile int trials;
        private static long last;

        static synchronized boolean isOver(long start) {
          if (start != last || trials == 0) {
            last = start;
            trials++;
          }
          return trials <= %d;
        }
      }
      """;

  @Test
  void trainingTriesAgain() throws Exception {
    ClassLoader classes = withFailures(2);
    try (Training training = model(classes).training(4, 1)) {
      training.forward(new float[20], 4);
      await(() -> isDone(classes, "warm.SmallBackward"));
      assertThat(trials(classes)).isEqualTo(3);
      assertThat(compiled(classes, "warm.SmallBackward")).isPositive();
    }
  }

  @Test
  void trainingGivesUpInTheEnd() throws Exception {
    ClassLoader classes = withFailures(Integer.MAX_VALUE);
    try (Training training = model(classes).training(4, 1)) {
      training.forward(new float[20], 4);
      await(() -> trials(classes) == 5);
      await(() -> !isRunning(classes, "warm.SmallBackward"));
      assertThat(compiled(classes, "warm.SmallBackward")).isZero();
      training.forward(new float[20], 4);
    }
  }

  @Test
  void inferenceTriesAgain(@TempDir Path folder) throws Exception {
    ClassLoader classes = withFailures(2);
    Path weights = folder.resolve("small.safetensors");
    model(classes).save(weights);
    Class<?> forward = classes.loadClass("warm.SmallForward");
    forward.getMethod("load", Path.class).invoke(null, weights);
    await(() -> isDone(classes, "warm.SmallForward"));
    assertThat(trials(classes)).isEqualTo(3);
    assertThat(compiled(classes, "warm.SmallForward")).isPositive();
  }

  @Test
  void theOneWhoWaitsFindsAllCompiled(@TempDir Path folder) throws Exception {
    ClassLoader classes = withFailures(0);
    Path weights = folder.resolve("small.safetensors");
    model(classes).save(weights);
    Class<?> forward = classes.loadClass("warm.SmallForward");
    Object network = forward.getMethod("load", Path.class).invoke(null, weights);
    forward.getMethod("warmUp").invoke(network);
    Field choice = forward.getDeclaredField("choice");
    choice.setAccessible(true);
    Field kernels = field(classes, "warm.SmallForward$Choice", "kernels");
    assertThat(get(kernels, get(choice, network)))
        .isInstanceOf(classes.loadClass("warm.SmallForward$Simd"));
    int[][] sizes = (int[][]) get(field(classes, "warm.SmallForward$Exercise", "SIZES"), null);
    assertThat(compiled(classes, "warm.SmallForward")).isEqualTo(sizes.length);
  }

  private static final String LARGE =
      """
      package warm;

      import dev.neurite.dsl.*;

      @Model
      public interface Small {
        @Input(512) Layer x();
        @Dense(520) Layer hidden();
        @BatchNorm @ReLU @Dropout(0.25) Layer normal();
        @Dense(3) Layer y();
      }
      """;

  @Test
  void aLargeTrainingFindsAllItRunsCompiledAndNothingChanged() throws Exception {
    ClassLoader classes = withFailures(0, LARGE);
    TrainableModel waiting = model(classes);
    try (Training training = waiting.training(17, 2)) {
      twoSteps(training);
    }
    long[][] wanted = (long[][]) get(field(classes, "warm.SmallBackward$Exercise", "WANTED"), null);
    long asked = Arrays.stream(wanted).filter(sizes -> sizes.length > 0).count();
    assertThat(asked).isBetween(5L, (long) wanted.length);
    assertThat(compiled(classes, "warm.SmallBackward")).isEqualTo(asked);
    System.setProperty("neurite.warmup", "off");
    TrainableModel other = model(classes);
    try (Training training = other.training(17, 2)) {
      twoSteps(training);
    }
    assertThat(waiting.sha256()).isEqualTo(other.sha256());
  }

  private static void twoSteps(Training training) {
    float[] rows = new float[17 * 512];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (i * 7 % 23 - 11) / 11f;
    }
    int[] classes = new int[17];
    for (int step = 0; step < 2; step++) {
      training.forward(rows, 17);
      training.loss(Losses.crossEntropy(), classes);
      training.backward();
      Optimizers.sgd(0.1).step(training);
    }
  }

  /** Whether a warm-up has begun and ended with all that was asked for. */
  private static boolean isDone(ClassLoader classes, String type) {
    return trials(classes) > 0
        && get(field(classes, type + "$Exercise", "started"), null).equals(false);
  }

  private static boolean isRunning(ClassLoader classes, String type) {
    return get(field(classes, type + "$Exercise", "running"), null).equals(true);
  }

  /** Kernels whose vector code is in use. */
  private static long compiled(ClassLoader classes, String type) {
    Object[] kernels = (Object[]) get(field(classes, type + "$Mixed", "COMPILED"), null);
    return Arrays.stream(kernels).filter(Objects::nonNull).count();
  }

  /** The generated classes on a machine on which so many trials of a warm-up fail. */
  private static ClassLoader withFailures(int trials) throws Exception {
    return withFailures(trials, SOURCE);
  }

  private static ClassLoader withFailures(int trials, String source) throws Exception {
    Compilation generated =
        Compiler.javac()
            .withProcessors(new NeuriteProcessor())
            .withOptions("--release", "25")
            .compile(JavaFileObjects.forSourceString("warm.Small", source));
    assertThat(generated.errors()).isEmpty();
    List<JavaFileObject> sources = new ArrayList<>();
    sources.add(JavaFileObjects.forSourceString("warm.Small", source));
    sources.add(JavaFileObjects.forSourceString("warm.Busy", BUSY.formatted(trials)));
    int limits = 0;
    int pauses = 0;
    for (JavaFileObject file : generated.generatedSourceFiles()) {
      String text = file.getCharContent(false).toString();
      String changed = text.replace("System.nanoTime() - start > limit", "Busy.isOver(start)");
      limits += changed.equals(text) ? 0 : 1;
      String hurried = changed.replace("minutes * 60_000L", "minutes * 5L");
      pauses += hurried.equals(changed) ? 0 : 1;
      String name = file.getName();
      String simple = name.substring(name.lastIndexOf('/') + 1, name.length() - ".java".length());
      sources.add(JavaFileObjects.forSourceString("warm." + simple, hurried));
    }
    assertThat(List.of(limits, pauses)).containsExactly(2, 2);
    Compilation compilation =
        Compiler.javac()
            .withOptions("-proc:none", "--add-modules", "jdk.incubator.vector")
            .compile(sources);
    assertThat(compilation.errors()).isEmpty();
    return CompiledClasses.of(compilation);
  }

  private static TrainableModel model(ClassLoader classes) throws ReflectiveOperationException {
    return (TrainableModel)
        classes.loadClass("warm.SmallModel").getMethod("create", long.class).invoke(null, 1L);
  }

  private static int trials(ClassLoader classes) {
    return (Integer) get(field(classes, "warm.Busy", "trials"), null);
  }

  private static Field field(ClassLoader classes, String type, String name) {
    try {
      Field field = classes.loadClass(type).getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object get(Field field, @Nullable Object of) {
    try {
      return field.get(of);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits for what comes after some seconds; two minutes are for the busiest of machines. */
  private static void await(BooleanSupplier condition) throws InterruptedException {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - start).isLessThan(TimeUnit.MINUTES.toNanos(2));
      Thread.sleep(20);
    }
  }
}

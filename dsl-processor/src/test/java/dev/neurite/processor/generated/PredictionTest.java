package dev.neurite.processor.generated;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.neurite.TrainableModel;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The inference class as a product of its own. */
final class PredictionTest {

  private static final int CALLS = 100_000;

  /** How often the calls are repeated while the JIT compiler still works on them. */
  private static final int ROUNDS = 30;

  @AfterEach
  void reset() {
    Variant.reset();
  }

  private static MethodHandle predictInto(GeneratedNetwork network)
      throws ReflectiveOperationException {
    return MethodHandles.lookup()
        .findVirtual(
            network.forward(),
            "predictInto",
            MethodType.methodType(void.class, float[].class, float[].class));
  }

  @ParameterizedTest
  @CsvSource({
    "Mlp231, SIMD",
    "Mlp231, SCALAR",
    "OddAlone, SIMD",
    "OddConvOne, SIMD",
    "OddNorms, SIMD"
  })
  void predictIntoAllocatesNothing(String name, Variant variant) throws Throwable {
    variant.choose();
    GeneratedNetwork network = CompiledNetworks.compiled().network(name);
    MethodHandle predict = predictInto(network).bindTo(network.forward(network.create(1)));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    float[] in = new float[network.description().inputs().getFirst().size()];
    float[] out = new float[network.description().outputs().getFirst().size()];
    long thread = Thread.currentThread().threadId();
    long allocated = -1;
    for (int round = 0; round < ROUNDS && allocated != 0; round++) {
      // What the measurement itself allocates.
      long first = threads.getThreadAllocatedBytes(thread);
      long own = threads.getThreadAllocatedBytes(thread) - first;
      long before = threads.getThreadAllocatedBytes(thread);
      for (int i = 0; i < CALLS; i++) {
        predict.invokeExact(in, out);
      }
      allocated = threads.getThreadAllocatedBytes(thread) - before - own;
    }
    assertThat(allocated).as("bytes in %s calls of %s, %s", CALLS, name, variant).isZero();
  }

  @Test
  void virtualThreadsGetWhatOneThreadGets() throws Exception {
    Variant.SIMD.choose();
    GeneratedNetwork network = CompiledNetworks.compiled().network("Lenet5");
    TrainableModel model = network.create(1);
    Object forward = network.forward(model);
    int inputs = 16;
    List<List<Object>> images = new ArrayList<>();
    List<float[]> expected = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < inputs; i++) {
      images.add(OddRun.inputs(network.description(), 1, random));
      expected.add(network.predictRow(forward, images.get(i)));
    }
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<float[]>> calls = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        List<Object> image = images.get(i % inputs);
        calls.add(() -> network.predict(forward, image, 1)[0]);
      }
      List<Future<float[]>> results = executor.invokeAll(calls);
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).get()).isEqualTo(expected.get(i % inputs));
      }
    }
  }

  @Test
  void inferenceStandsAlone(@TempDir Path folder) throws Exception {
    Variant.SCALAR.choose();
    CompiledNetworks networks = CompiledNetworks.compiled();
    GeneratedNetwork digits = networks.network("Digits");
    TrainableModel model = digits.create(1);
    Path weights = folder.resolve("digits.safetensors");
    model.save(weights);
    float[] image = new float[784];
    for (int i = 0; i < image.length; i++) {
      image[i] = i % 7 / 7f;
    }
    String expected = Arrays.toString(digits.predictRow(digits.forward(model), List.of(image)));
    Path source = Files.createDirectories(folder.resolve("source/networks"));
    Files.copy(
        networks.folder().resolve("networks/DigitsForward.java"),
        source.resolve("DigitsForward.java"));
    Files.writeString(
        source.resolve("Main.java"),
        """
        package networks;

        public class Main {
          public static void main(String[] arguments) throws Exception {
            float[] image = new float[784];
            for (int i = 0; i < image.length; i++) {
              image[i] = i % 7 / 7f;
            }
            var digits = DigitsForward.load(java.nio.file.Path.of(arguments[0]));
            if (arguments.length > 1) {
              digits.warmUp();
            }
            System.out.println(java.util.Arrays.toString(digits.predict(image)));
          }
        }
        """);
    Files.writeString(
        folder.resolve("source/module-info.java"),
        "module digits { requires jdk.incubator.vector; }");
    String main = source.resolve("Main.java").toString();
    String forward = source.resolve("DigitsForward.java").toString();
    String plain = folder.resolve("plain").toString();
    String modular = folder.resolve("modular").toString();
    String file = weights.toString();
    ChildJvm.run(
        ChildJvm.tool("javac", "--release", "25", "-cp", plain, "-d", plain, main, forward));
    ChildJvm.run(
        ChildJvm.tool(
            "javac",
            "-d",
            modular,
            folder.resolve("source/module-info.java").toString(),
            main,
            forward));

    assertThat(
            ChildJvm.run(
                ChildJvm.command("--limit-modules", "java.base", "-cp", plain)
                    .program("networks.Main", file)))
        .contains(expected)
        .noneMatch(line -> line.contains("Exception"));
    assertThat(
            ChildJvm.run(
                ChildJvm.command("--module-path", modular, "--module", "digits/networks.Main")
                    .program(file, "warm")))
        .contains(expected)
        .noneMatch(line -> line.contains("--add-modules"));
  }
}

package dev.neurite.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.neurite.loss.Loss;
import dev.neurite.loss.Losses;
import dev.neurite.optim.Optimizer;
import dev.neurite.optim.Optimizers;
import dev.neurite.spi.DeviceLoss;
import dev.neurite.spi.ModelDescription.Output;
import dev.neurite.spi.ModelDescription.Values;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** NVIDIA's compiler takes the runtime's own CUDA C without a warning. */
final class KernelSourcesTest {

  private static final Output OUTPUT = new Output("y", List.of(3), Values.UNBOUNDED);

  @TempDir Path folder;

  private static String nvcc() {
    String installed = "/usr/local/cuda/bin/nvcc";
    if (Files.isExecutable(Path.of(installed))) {
      return installed;
    }
    assumeTrue(EmulatedGpu.isOnPath("nvcc"), "needs nvcc on the path or in /usr/local/cuda/bin");
    return "nvcc";
  }

  private static String updateSource(Optimizer optimizer, int memories) throws Exception {
    Method code = Optimizer.class.getDeclaredMethod("deviceCode");
    code.setAccessible(true);
    return StepKernels.updateSource((String) code.invoke(optimizer), memories);
  }

  private static Set<String> sources() throws Exception {
    Set<String> sources = new LinkedHashSet<>();
    String sums = Kernels.resource("sums.cu");
    sources.add(Kernels.resource("products.cu"));
    sources.add(Kernels.resource("gathering.cu"));
    sources.add(sums + Kernels.resource("losses.cu"));
    sources.add(sums + Kernels.resource("clipping.cu"));
    for (Loss loss :
        List.of(
            Losses.mse(),
            Losses.mae(),
            Losses.huber(0.001),
            Losses.bce(),
            Losses.bceWithLogits(),
            Losses.klDivergence(Losses.Reduction.MEAN))) {
      DeviceLoss form = loss.onDevice(OUTPUT, new float[3], 1);
      if (form instanceof DeviceLoss.Elementwise elementwise) {
        sources.add(StepKernels.elementwiseSource(elementwise));
      } else {
        throw new AssertionError(loss.name() + " has the form " + form);
      }
    }
    sources.add(updateSource(Optimizers.sgd(1), 0));
    sources.add(updateSource(Optimizers.sgd(1).momentum(0.9), 1));
    sources.add(updateSource(Optimizers.sgd(1).momentum(0.9).nesterov(), 1));
    sources.add(updateSource(Optimizers.adam(1), 2));
    sources.add(updateSource(Optimizers.adamW(1), 2));
    sources.add(updateSource(Optimizers.adagrad(1), 1));
    sources.add(updateSource(Optimizers.rmsProp(1), 1));
    sources.add(updateSource(Optimizers.rmsProp(1).momentum(0.9), 2));
    sources.add(updateSource(Optimizers.rmsProp(1).centered(), 2));
    sources.add(updateSource(Optimizers.rmsProp(1).centered().momentum(0.9), 3));
    return sources;
  }

  /** {@code sm_80}, {@code sm_90}, and the newest that the compiler knows. */
  private static Set<String> architectures(String nvcc) throws IOException {
    Set<String> found = new LinkedHashSet<>(List.of("sm_80", "sm_90"));
    List<String> known = EmulatedGpu.run(List.of(nvcc, "--list-gpu-code")).lines().toList();
    found.add(known.getLast().strip());
    return found;
  }

  @Test
  void compileWithoutAWarning() throws Exception {
    String nvcc = nvcc();
    // Two kernels of one name do not fit into one source: each source is a namespace.
    StringBuilder all = new StringBuilder();
    int count = 0;
    for (String source : sources()) {
      all.append("namespace source")
          .append(count++)
          .append(" {\n")
          .append(source.replace("extern \"C\" ", "").replaceAll("(?m)^#define .*_THREADS", "//$0"))
          .append("\n}\n#undef NEURITE_LOSS\n#undef NEURITE_DERIVATIVE\n")
          .append("#undef NEURITE_UPDATE\n#undef NEURITE_MEMORIES\n");
    }
    Path file = Files.writeString(folder.resolve("all.cu"), "#define NEURITE_THREADS 256\n" + all);
    for (String architecture : architectures(nvcc)) {
      String printed =
          EmulatedGpu.run(
              List.of(
                  nvcc,
                  "-std=c++17",
                  "-arch=" + architecture,
                  "-Werror",
                  "all-warnings",
                  "-cubin",
                  "-o",
                  folder.resolve(architecture).toString(),
                  file.toString()));
      assertThat(printed).as(architecture).isEmpty();
    }
  }
}

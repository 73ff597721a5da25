package dev.neurite.processor.generated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The CUDA C of all networks of the reference cases, by nvcc, with every warning an error. */
final class NvccTest {

  /** A kernel with its comment. */
  private static final Pattern KERNEL =
      Pattern.compile(
          "(?m)^(?://[^\\n]*\\n)+extern \"C\" __global__ void __launch_bounds__\\(\\d+\\) (\\w+)"
              + "(\\([^{]*\\{\\n.*?^\\}\\n)",
          Pattern.DOTALL);

  /** A function with its comment. */
  private static final Pattern FUNCTION =
      Pattern.compile(
          "(?m)^(?://[^\\n]*\\n)*(?:template <int N> )?__device__ .*?^\\}\\n", Pattern.DOTALL);

  @Test
  void takesAllKernelsWithoutAWarning(@TempDir Path folder) throws Exception {
    List<String> architectures = architectures();
    assumeTrue(!architectures.isEmpty(), "no nvcc here to compile the generated CUDA C");
    CompiledNetworks networks = CompiledNetworks.compiled();
    List<String> sources = new ArrayList<>();
    for (String name : networks.sources().ofCases()) {
      sources.add(networks.network(name).program().source());
    }
    Path file = folder.resolve("kernels.cu");
    String text = together(sources);
    Files.writeString(file, text);
    List<Process> compilers = new ArrayList<>();
    for (String architecture : architectures) {
      compilers.add(
          new ProcessBuilder(
                  "nvcc",
                  "-std=c++17",
                  "-Werror",
                  "all-warnings",
                  "-cubin",
                  "-Ofc",
                  "max",
                  "-arch=" + architecture,
                  file.toString(),
                  "-o",
                  folder.resolve(architecture + ".cubin").toString())
              .redirectErrorStream(true)
              .start());
    }
    for (int i = 0; i < compilers.size(); i++) {
      String said = said(compilers.get(i));
      assertThat(said).as(architectures.get(i)).isEmpty();
      assertThat(compilers.get(i).waitFor()).as(architectures.get(i)).isZero();
    }
    System.out.printf(
        "nvcc took %d kernels for %s%n",
        KERNEL.matcher(text).results().count(), String.join(", ", architectures));
  }

  /** Each function and kernel once; equal kernels of several networks are one. */
  private static String together(List<String> sources) {
    StringBuilder text = new StringBuilder();
    Set<String> known = new HashSet<>();
    Set<String> names = new HashSet<>();
    text.append(sources.getFirst(), 0, sources.getFirst().indexOf("};") + 3).append('\n');
    for (String source : sources) {
      Matcher function = FUNCTION.matcher(source);
      while (function.find()) {
        if (known.add(function.group())) {
          text.append(function.group()).append('\n');
        }
      }
      Matcher kernel = KERNEL.matcher(source);
      while (kernel.find()) {
        if (known.add(kernel.group(2))) {
          String name = kernel.group(1);
          String free = name;
          for (int i = 2; !names.add(free); i++) {
            free = name + "_of_" + i;
          }
          text.append(kernel.group().replace(" " + name + "(", " " + free + "(")).append('\n');
        }
      }
    }
    return text.toString();
  }

  /** sm_80, sm_90 and the newest; none without nvcc. */
  private static List<String> architectures() throws InterruptedException {
    try {
      Process nvcc =
          new ProcessBuilder("nvcc", "--list-gpu-code").redirectErrorStream(true).start();
      List<String> codes = said(nvcc).lines().filter(line -> line.startsWith("sm_")).toList();
      assertThat(nvcc.waitFor()).isZero();
      String newest =
          codes.stream()
              .max(Comparator.comparingInt(code -> Integer.parseInt(code.substring(3))))
              .orElseThrow();
      return List.of("sm_80", "sm_90", newest);
    } catch (IOException e) {
      return List.of();
    }
  }

  private static String said(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}

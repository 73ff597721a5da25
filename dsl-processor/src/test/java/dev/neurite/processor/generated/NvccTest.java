package dev.neurite.processor.generated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The CUDA C of all networks of the reference cases, by nvcc, with every warning an error. */
final class NvccTest {

  @Test
  void takesAllKernelsWithoutAWarning(@TempDir Path folder) throws Exception {
    List<String> architectures = architectures();
    assumeTrue(!architectures.isEmpty(), "no nvcc here to compile the generated CUDA C");
    CompiledNetworks networks = CompiledNetworks.compiled();
    Map<String, String> sources = new LinkedHashMap<>();
    for (String name : networks.sources().ofCases()) {
      sources.put(name, networks.network(name).program().source());
    }
    Path file = folder.resolve("kernels.cu");
    CudaTexts texts = CudaTexts.of(sources);
    List<String> kernels = texts.kernels().stream().map(CudaTexts.Kernel::text).toList();
    Files.writeString(
        file,
        String.join(
            "\n",
            texts.declaration(),
            String.join("\n", texts.functions()),
            String.join("\n", kernels)));
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
        "nvcc took %d kernels for %s%n", kernels.size(), String.join(", ", architectures));
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

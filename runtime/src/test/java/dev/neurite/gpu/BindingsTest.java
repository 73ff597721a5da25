package dev.neurite.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.neurite.spi.GpuProduct.Epilogue;
import dev.neurite.spi.GpuStep;
import java.io.IOException;
import java.lang.foreign.MemoryLayout.PathElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares functions, numbers and layouts with NVIDIA's headers, by a C++ program that prints what
 * the compiler makes of them.
 */
final class BindingsTest {

  private static final Pattern BINDING =
      Pattern.compile("unction\\(\\s*\"(\\w+)\",\\s*\"(\\w*)\"(?:\\s*\\+\\s*\"(\\w*)\")?\\)");

  private static final String PREAMBLE =
      """
      #include <cstddef>
      #include <cstdio>
      template <class R, class... A>
      void letters(const char* name, R (*)(A...)) {
        char text[] = {(sizeof(A) == 8 ? '8' : '4')..., 0};
        std::printf("%s %s %d\\n", name, text, (int) sizeof(R));
      }
      #define FUNCTION(name) letters(#name, (decltype(&name)) nullptr);
      #define NUMBER(name) std::printf("%s %lld\\n", #name, (long long) (name));
      """;

  @TempDir Path folder;

  private static Path header(String name) {
    for (String include : List.of("/usr/local/cuda/include", "/usr/include", "/opt/cuda/include")) {
      Path file = Path.of(include, name);
      if (Files.exists(file)) {
        return file;
      }
    }
    return Path.of(name);
  }

  private static void assumeHeader(Path header) {
    assumeTrue(EmulatedGpu.isOnPath("g++"), "needs g++");
    assumeTrue(
        Files.exists(header),
        "needs " + header.getFileName() + " of a CUDA toolkit in /usr/local/cuda/include");
  }

  /** What each line of the program prints, by its first word. */
  private Map<String, String> print(Path header, String body) throws IOException {
    Path source = folder.resolve("print.cpp");
    Path program = folder.resolve("print");
    Files.writeString(
        source,
        "#include <" + header.getFileName() + ">\n" + PREAMBLE + "int main() {\n" + body + "}\n");
    EmulatedGpu.run(
        List.of(
            "g++",
            "-std=c++17",
            "-w",
            "-I",
            String.valueOf(header.getParent()),
            "-o",
            program.toString(),
            source.toString()));
    Map<String, String> lines = new TreeMap<>();
    EmulatedGpu.run(List.of(program.toString()))
        .lines()
        .forEach(
            line ->
                lines.put(
                    line.substring(0, line.indexOf(' ')), line.substring(line.indexOf(' ') + 1)));
    return lines;
  }

  /** The functions that a class binds: letters of the parameters by symbol. */
  private static Map<String, String> bound(String type) throws IOException {
    Path source = Path.of("src/main/java/dev/neurite/gpu", type + ".java");
    Matcher matcher = BINDING.matcher(Files.readString(source));
    Map<String, String> found = new TreeMap<>();
    while (matcher.find()) {
      found.put(
          matcher.group(1), matcher.group(2) + (matcher.group(3) == null ? "" : matcher.group(3)));
    }
    return found;
  }

  private void compare(String type, Path header) throws IOException {
    Map<String, String> functions = bound(type);
    assertThat(functions).isNotEmpty();
    StringBuilder body = new StringBuilder();
    functions.keySet().forEach(name -> body.append("FUNCTION(").append(name).append(")\n"));
    Map<String, String> printed = print(header, body.toString());
    Map<String, String> expected = new TreeMap<>();
    functions.forEach(
        (name, letters) ->
            expected.put(name, letters.replace('i', '4').replace('l', '8').replace('p', '8')));
    Map<String, String> actual = new TreeMap<>();
    printed.forEach((name, line) -> actual.put(name, line.substring(0, line.indexOf(' '))));
    assertThat(actual).isEqualTo(expected);
  }

  @Test
  void driver() throws IOException {
    Path header = header("cuda.h");
    assumeHeader(header);
    compare("Driver", header);
    assertThat(
            print(
                header,
                """
                NUMBER(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT)
                NUMBER(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
                NUMBER(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)
                NUMBER(CU_STREAM_NON_BLOCKING)
                NUMBER(CU_EVENT_DISABLE_TIMING)
                NUMBER(CU_STREAM_CAPTURE_MODE_RELAXED)
                NUMBER(CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES)
                NUMBER(CUDA_ERROR_OUT_OF_MEMORY)
                NUMBER(CUDA_ERROR_NO_DEVICE)
                NUMBER(sizeof(CUdevice))
                NUMBER(sizeof(CUdeviceptr))
                """))
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry(
                    "CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT",
                    Integer.toString(Driver.MULTIPROCESSOR_COUNT)),
                Map.entry(
                    "CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR",
                    Integer.toString(Driver.COMPUTE_CAPABILITY_MAJOR)),
                Map.entry(
                    "CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR",
                    Integer.toString(Driver.COMPUTE_CAPABILITY_MINOR)),
                Map.entry("CU_STREAM_NON_BLOCKING", Integer.toString(Driver.STREAM_NON_BLOCKING)),
                Map.entry("CU_EVENT_DISABLE_TIMING", Integer.toString(Driver.EVENT_DISABLE_TIMING)),
                Map.entry(
                    "CU_STREAM_CAPTURE_MODE_RELAXED", Integer.toString(Driver.CAPTURE_RELAXED)),
                Map.entry(
                    "CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES",
                    Integer.toString(Driver.MAX_DYNAMIC_SHARED_SIZE_BYTES)),
                Map.entry("CUDA_ERROR_OUT_OF_MEMORY", Integer.toString(Driver.OUT_OF_MEMORY)),
                Map.entry("CUDA_ERROR_NO_DEVICE", Integer.toString(Driver.NO_DEVICE)),
                Map.entry("sizeof(CUdevice)", Integer.toString(Integer.BYTES)),
                Map.entry("sizeof(CUdeviceptr)", Integer.toString(Long.BYTES))));
  }

  @Test
  void nvrtc() throws IOException {
    Path header = header("nvrtc.h");
    assumeHeader(header);
    compare("Nvrtc", header);
  }

  @Test
  void cublasLt() throws IOException {
    Path header = header("cublasLt.h");
    assumeHeader(header);
    compare("BlasLt", header);
    Map<String, Long> expected = new TreeMap<>();
    expected.put("CUDA_R_32F", (long) BlasLt.FLOAT32);
    expected.put("CUBLAS_COMPUTE_32F", (long) BlasLt.COMPUTE_FLOAT32);
    expected.put("CUBLAS_COMPUTE_32F_FAST_TF32", (long) BlasLt.COMPUTE_TF32);
    expected.put("CUBLAS_OP_T", (long) BlasLt.TRANSPOSED);
    expected.put("CUBLAS_STATUS_NOT_SUPPORTED", (long) BlasLt.NOT_SUPPORTED);
    expected.put("CUBLAS_STATUS_INVALID_VALUE", (long) BlasLt.INVALID_VALUE);
    expected.put("CUBLAS_STATUS_ARCH_MISMATCH", (long) BlasLt.ARCH_MISMATCH);
    expected.put("CUBLASLT_MATMUL_DESC_TRANSA", (long) BlasLt.DESC_TRANSPOSE_A);
    expected.put("CUBLASLT_MATMUL_DESC_TRANSB", (long) BlasLt.DESC_TRANSPOSE_B);
    expected.put("CUBLASLT_MATMUL_DESC_EPILOGUE", (long) BlasLt.DESC_EPILOGUE);
    expected.put("CUBLASLT_MATMUL_DESC_BIAS_POINTER", (long) BlasLt.DESC_BIAS_POINTER);
    expected.put("CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER", (long) BlasLt.DESC_AUX_POINTER);
    expected.put("CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD", (long) BlasLt.DESC_AUX_STRIDE);
    expected.put("CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT", (long) BlasLt.LAYOUT_COUNT);
    expected.put("CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET", (long) BlasLt.LAYOUT_STEP);
    expected.put("CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES", (long) BlasLt.PREFERENCE_WORKSPACE);
    expected.put("CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK", (long) BlasLt.PREFERENCE_REDUCTIONS);
    expected.put(
        "CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES", (long) BlasLt.PREFERENCE_ALIGNMENT_A);
    expected.put("CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES", BlasLt.PREFERENCE_ALIGNMENT_A + 3L);
    expected.put("CUBLASLT_EPILOGUE_DEFAULT", (long) ProductCall.code(Epilogue.NONE));
    expected.put("CUBLASLT_EPILOGUE_BIAS", (long) ProductCall.code(Epilogue.BIAS));
    expected.put("CUBLASLT_EPILOGUE_RELU_BIAS", (long) ProductCall.code(Epilogue.BIAS_RELU));
    expected.put(
        "CUBLASLT_EPILOGUE_RELU_AUX_BIAS", (long) ProductCall.code(Epilogue.BIAS_RELU_AUX));
    expected.put("CUBLASLT_EPILOGUE_GELU_BIAS", (long) ProductCall.code(Epilogue.BIAS_GELU));
    expected.put(
        "CUBLASLT_EPILOGUE_GELU_AUX_BIAS", (long) ProductCall.code(Epilogue.BIAS_GELU_AUX));
    expected.put("CUBLASLT_EPILOGUE_DRELU", (long) ProductCall.code(Epilogue.RELU_GRADIENT));
    expected.put(
        "CUBLASLT_EPILOGUE_DRELU_BGRAD", (long) ProductCall.code(Epilogue.RELU_GRADIENT_SUM));
    expected.put("CUBLASLT_EPILOGUE_DGELU", (long) ProductCall.code(Epilogue.GELU_GRADIENT));
    expected.put(
        "CUBLASLT_EPILOGUE_DGELU_BGRAD", (long) ProductCall.code(Epilogue.GELU_GRADIENT_SUM));
    expected.put("CUBLASLT_EPILOGUE_BGRADB", (long) ProductCall.code(Epilogue.SUM_A));
    expected.put("sizeof(cublasLtMatmulAlgo_t)", BlasLt.ALGORITHM.byteSize());
    expected.put("sizeof(cublasLtMatmulHeuristicResult_t)", BlasLt.HEURISTIC.byteSize());
    for (String field : List.of("workspaceSize", "state")) {
      expected.put(
          "offsetof(cublasLtMatmulHeuristicResult_t," + field + ")",
          BlasLt.HEURISTIC.byteOffset(PathElement.groupElement(field)));
    }
    StringBuilder body = new StringBuilder();
    expected.keySet().forEach(name -> body.append("NUMBER(").append(name).append(")\n"));
    Map<String, String> printed = print(header, body.toString());
    expected.forEach(
        (name, value) -> assertThat(printed.get(name)).as(name).isEqualTo(Long.toString(value)));
  }

  @Test
  void step() throws IOException {
    assumeTrue(EmulatedGpu.isOnPath("g++"), "needs g++");
    Path header = Files.writeString(folder.resolve("step.h"), GpuStep.DECLARATION);
    assertThat(
            print(
                header,
                """
                NUMBER(offsetof(NeuriteStep,pass))
                NUMBER(offsetof(NeuriteStep,values))
                NUMBER(sizeof(NeuriteStep))
                """))
        .containsEntry("offsetof(NeuriteStep,pass)", Integer.toString(GpuStep.PASS))
        .containsEntry("offsetof(NeuriteStep,values)", Integer.toString(GpuStep.VALUES))
        .containsEntry(
            "sizeof(NeuriteStep)",
            Integer.toString(GpuStep.VALUES + GpuStep.VALUE_COUNT * Float.BYTES));
  }
}

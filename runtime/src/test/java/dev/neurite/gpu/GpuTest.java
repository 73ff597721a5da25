package dev.neurite.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GpuTest {

  @TempDir Path folder;

  @AfterEach
  void forgetTheEmulatedGpu() {
    System.clearProperty(LibrarySearch.PROPERTY);
    System.clearProperty(KernelCache.PROPERTY);
  }

  /** Asks in a JVM of its own, in which no library has been opened yet. */
  private static String ask(List<String> options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(GpuQuestion.class.getName());
    return EmulatedGpu.run(command);
  }

  @Test
  void saysWhatWasLookedForWhereAndWhatTheLoaderAnswered() throws IOException {
    assumeTrue(System.getProperty("os.name").startsWith("Linux"), "needs Linux");
    Path broken = Files.writeString(folder.resolve("libcuda.so.1"), "no library");
    String answer =
        ask(List.of("--enable-native-access=ALL-UNNAMED", "-Dneurite.cuda.path=" + folder));
    assumeFalse(answer.startsWith("true"), "this machine has a GPU");
    assumeTrue(answer.contains("the NVIDIA driver was not found"), "this machine has a driver");
    assertThat(answer)
        .contains(
            "the NVIDIA driver was not found (libcuda.so.1 or libcuda.so)",
            "-Dneurite.cuda.path=" + folder,
            broken + ": " + broken + ": file too short",
            "libcuda.so.1: libcuda.so.1: cannot open shared object file",
            "docs/gpu.md");
  }

  @Test
  void saysThatNativeCallsAreForbiddenWhereTheyAre() throws IOException {
    assumeTrue(System.getProperty("os.name").startsWith("Linux"), "needs Linux");
    assertThat(ask(List.of("--illegal-native-access=deny")))
        .startsWith("false")
        .contains("start java with --enable-native-access=ALL-UNNAMED");
  }

  @Test
  void namesAFunctionThatALibraryLacks() throws IOException {
    EmulatedGpu.use();
    Path library = folder.resolve("libempty.so");
    Path source = Files.writeString(folder.resolve("empty.c"), "int empty;\n");
    EmulatedGpu.run(
        List.of("g++", "-shared", "-fPIC", "-x", "c", source.toString(), "-o", library.toString()));
    assertThatExceptionOfType(GpuException.class)
        .isThrownBy(() -> new Driver(NativeLibrary.open(library.toString())))
        .withMessage(
            library + " has no function cuGetErrorName: a newer version of the library is needed");
  }

  @Test
  void opensAndTellsWhatItIs() {
    EmulatedGpu.use();
    assertThat(Gpu.available()).isTrue();
    assertThat(Gpu.whyNot()).isNull();
    try (Gpu gpu = Gpu.open()) {
      assertThat(gpu.name()).isEqualTo("Emulated GPU");
      assertThat(gpu.architecture()).isEqualTo(90);
      assertThat(gpu.totalBytes()).isEqualTo(1L << 32);
      assertThat(gpu.freeBytes()).isEqualTo((1L << 32) - EmulatedGpu.used());
      assertThat(gpu).hasToString("Emulated GPU, compute capability 9.0, 4 multiprocessors");
    }
  }

  @Test
  void leavesNothingBehind() {
    EmulatedGpu.use();
    Gpu.open().close();
    long before = EmulatedGpu.live();
    long failures = EmulatedGpu.failures();
    for (int i = 0; i < 100; i++) {
      Gpu.open().close();
    }
    assertThat(EmulatedGpu.live()).isEqualTo(before);
    assertThat(EmulatedGpu.failures()).isEqualTo(failures);
  }

  @Test
  void refusesAGpuThatIsNotThere() {
    EmulatedGpu.use();
    assertThatExceptionOfType(GpuException.class)
        .isThrownBy(() -> Gpu.open(1))
        .withMessage("there is no GPU 1: the driver sees 1, counted from 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gpu.open(-1))
        .withMessage("expected a GPU from 0, got -1");
  }

  @Test
  void isNotUsedAfterClose() {
    EmulatedGpu.use();
    Gpu gpu = Gpu.open();
    gpu.close();
    gpu.close();
    assertThatIllegalStateException()
        .isThrownBy(gpu::freeBytes)
        .withMessage("this GPU is closed: open it again");
  }

  @Test
  void namesCallCodeAndSizesOfWhatFails() {
    EmulatedGpu.use();
    try (Gpu gpu = Gpu.open()) {
      assertThatExceptionOfType(GpuException.class)
          .isThrownBy(() -> gpu.driver().copyToDevice(16, 32, 64, gpu.stream()))
          .withMessage("cuMemcpyHtoDAsync_v2 (64 bytes) failed with CUDA_ERROR_INVALID_VALUE (1)");
      assertThatExceptionOfType(GpuException.class)
          .isThrownBy(() -> Kernels.load(gpu, "bad.cu", "extern \"C\" __global__ void k( {}"))
          .withMessageStartingWith(
              "nvrtcCompileProgram (bad.cu, --gpu-architecture=sm_90 --std=c++17) failed with"
                  + " NVRTC_ERROR_COMPILATION (6)\n")
          .withMessageContaining("bad.cu:1:");
    }
  }

  @Test
  void saysHowMuchMemoryIsNeededAndFree() {
    EmulatedGpu.use();
    EmulatedGpu.limit(EmulatedGpu.used() + (64 << 20));
    try (Gpu gpu = Gpu.open()) {
      synchronized (gpu) {
        assertThatExceptionOfType(GpuException.class)
            .isThrownBy(() -> DeviceMemory.allocate(gpu, 32 << 20, "the workspace"))
            .withMessageMatching(
                "the workspace: needed 128\\.0 MiB, free 64\\.0 MiB of [0-9,.]+ MiB on Emulated"
                    + " GPU: use smaller batches, or end other programs that use this GPU");
      }
    }
  }
}

package dev.neurite.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.neurite.spi.GpuPlace;
import dev.neurite.spi.GpuProduct;
import dev.neurite.spi.GpuProduct.Epilogue;
import dev.neurite.spi.GpuProduct.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products and what is done to their sums, by cuBLASLt and by kernels, on the emulated GPU. */
final class ProductsTest {

  private static final int M = 5;
  private static final int N = 37;
  private static final int K = 9;

  /** Places say no more here than that there is something. */
  private static final GpuPlace SOME = GpuPlace.workspace(0, 0);

  @TempDir Path folder;

  @BeforeEach
  void useTheEmulatedGpu() {
    EmulatedGpu.use();
  }

  @AfterEach
  void forgetTheEmulatedGpu() {
    System.clearProperty(Algorithms.PROPERTY);
    EmulatedGpu.forget();
  }

  private static float[] values(int count, int seed) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (i * 7 + seed * 3) % 11 - 5;
    }
    return values;
  }

  private static GpuProduct product() {
    return GpuProduct.of(M, N, K, Matrix.of(SOME, K), Matrix.of(SOME, N), Matrix.of(SOME, N));
  }

  private static float[] plain(float[] a, float[] b) {
    float[] c = new float[M * N];
    for (int i = 0; i < M; i++) {
      for (int j = 0; j < N; j++) {
        for (int k = 0; k < K; k++) {
          c[i * N + j] += a[i * K + k] * b[k * N + j];
        }
      }
    }
    return c;
  }

  /** Device memory with these floats. */
  private static DeviceMemory memory(Gpu gpu, float... values) {
    DeviceMemory memory = DeviceMemory.allocate(gpu, values.length, "a test");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
      gpu.driver().copyToDevice(memory.address(), host.address(), host.byteSize(), gpu.stream());
      gpu.driver().synchronize(gpu.stream());
    }
    return memory;
  }

  private static float[] read(Gpu gpu, DeviceMemory memory) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(ValueLayout.JAVA_FLOAT, memory.floats());
      gpu.driver().copyToHost(host.address(), memory.address(), host.byteSize(), gpu.stream());
      gpu.driver().synchronize(gpu.stream());
      return host.toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  /**
   * Bits of epilogues' codes: 128 is an aux, 2 a ReLU, 4 a bias, 8 a ReLU's gradient, 16 its sum.
   */
  @ParameterizedTest(name = "cuBLASLt has {0}, masks turned: {1}")
  @CsvSource({"-1,false", "0,false", "134,false", "152,false", "-1,true", "134,true", "152,true"})
  void masksFitWhoeverWritesAndReadsThem(int bits, boolean turned) {
    EmulatedGpu.takeEpilogues(bits);
    if (turned) {
      EmulatedGpu.turnMasks();
    }
    float[] a = values(M * K, 1);
    float[] b = values(K * N, 2);
    float[] bias = values(N, 3);
    float[] forward = plain(a, b);
    float[] sums = new float[N];
    float[] gradient = forward.clone();
    for (int i = 0; i < forward.length; i++) {
      forward[i] += bias[i % N];
      gradient[i] = forward[i] > 0 ? gradient[i] : 0;
      forward[i] = Math.max(forward[i], 0);
      sums[i % N] += gradient[i];
    }
    try (Gpu gpu = Gpu.open()) {
      synchronized (gpu) {
        try (Products products = new Products(gpu, false);
            DeviceMemory deviceA = memory(gpu, a);
            DeviceMemory deviceB = memory(gpu, b);
            DeviceMemory vector = memory(gpu, bias);
            DeviceMemory c = memory(gpu, new float[M * N]);
            DeviceMemory mask = memory(gpu, new float[M * GpuProduct.maskFloats(N)])) {
          Products.Addresses addresses =
              new Products.Addresses(
                  deviceA.address(),
                  deviceB.address(),
                  c.address(),
                  vector.address(),
                  mask.address());
          products.multiply(product().with(Epilogue.BIAS_RELU_AUX, SOME, SOME), addresses);
          assertThat(read(gpu, c)).containsExactly(forward);
          products.multiply(product().with(Epilogue.RELU_GRADIENT_SUM, SOME, SOME), addresses);
          assertThat(read(gpu, c)).containsExactly(gradient);
          assertThat(read(gpu, vector)).containsExactly(sums);
        }
      }
    }
  }

  @Test
  void theFastestAlgorithmIsMeasuredOnceAndKept() {
    EmulatedGpu.haveThreeAlgorithms();
    EmulatedGpu.keepIn(folder);
    long[] first = multiply(2);
    assertThat(first[0]).isGreaterThan(1).isEqualTo(first[1]);
    // The measured runs, and the two that were asked for.
    assertThat(first[2]).isEqualTo(first[0] + 2);
    assertThat(multiply(2)).containsExactly(0, 0, 2);
  }

  @Test
  void withoutMeasuringTheFirstAlgorithmIsTaken() {
    EmulatedGpu.haveThreeAlgorithms();
    EmulatedGpu.keepIn(folder);
    System.setProperty(Algorithms.PROPERTY, "off");
    assertThat(multiply(3)).containsExactly(3, 0, 0);
  }

  /** Multiplies so often and gives how often each algorithm was used. */
  private static long[] multiply(int times) {
    long[] runs = new long[3];
    for (int i = 0; i < runs.length; i++) {
      runs[i] = -EmulatedGpu.runs(i);
    }
    float[] a = values(M * K, 1);
    float[] b = values(K * N, 2);
    try (Gpu gpu = Gpu.open()) {
      synchronized (gpu) {
        try (Products products = new Products(gpu, false);
            DeviceMemory deviceA = memory(gpu, a);
            DeviceMemory deviceB = memory(gpu, b);
            DeviceMemory c = memory(gpu, new float[M * N])) {
          for (int i = 0; i < times; i++) {
            products.multiply(
                product(),
                new Products.Addresses(deviceA.address(), deviceB.address(), c.address(), 0, 0));
          }
          assertThat(read(gpu, c)).containsExactly(plain(a, b));
        }
      }
    }
    for (int i = 0; i < runs.length; i++) {
      runs[i] += EmulatedGpu.runs(i);
    }
    return runs;
  }

  @Test
  void sumsOntoWhatIsThereAreNotRepeated() {
    EmulatedGpu.haveThreeAlgorithms();
    EmulatedGpu.keepIn(folder);
    float[] a = values(M * K, 1);
    float[] b = values(K * N, 2);
    float[] twice = plain(a, b);
    for (int i = 0; i < twice.length; i++) {
      twice[i] += twice[i];
    }
    try (Gpu gpu = Gpu.open()) {
      synchronized (gpu) {
        try (Products products = new Products(gpu, false);
            DeviceMemory deviceA = memory(gpu, a);
            DeviceMemory deviceB = memory(gpu, b);
            DeviceMemory c = memory(gpu, plain(a, b))) {
          products.multiply(
              product().accumulating(),
              new Products.Addresses(deviceA.address(), deviceB.address(), c.address(), 0, 0));
          assertThat(read(gpu, c)).containsExactly(twice);
        }
      }
    }
  }

  @Test
  void refusesMoreValuesThanKernelsCount() {
    for (int[] sizes : List.of(new int[] {1 << 20, 4096, 1}, new int[] {1, 4096, 1 << 20})) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  GpuProduct.of(
                      sizes[0],
                      sizes[1],
                      sizes[2],
                      Matrix.of(SOME, sizes[2]),
                      Matrix.of(SOME, sizes[1]),
                      Matrix.of(SOME, sizes[1])))
          .withMessageMatching(
              "expected at most 2143289344 values of [BC], got 4294967296: use fewer rows");
    }
  }
}

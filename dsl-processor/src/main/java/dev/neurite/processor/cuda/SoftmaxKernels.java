package dev.neurite.processor.cuda;

/**
 * Kernels of softmax and log-softmax: a warp for each vector whose values lie side by side, a
 * thread for each other one.
 */
final class SoftmaxKernels {

  private SoftmaxKernels() {}

  /**
   * Which vectors.
   *
   * @param outer vectors in front of the axis, for each row
   * @param length of the axis
   * @param inner values side by side behind the axis
   */
  record Vectors(int outer, int length, int inner) {
    boolean neighbours() {
      return inner == 1;
    }

    Grid grid() {
      return neighbours() ? new Grid.Warps(outer) : new Grid.Covering((long) outer * inner, 1);
    }
  }

  private static final String WARP =
      """
      const int vector = blockIdx.x * 4 + threadIdx.y;
        if (vector >= rows * $outer) {
          return;
        }
        const int base = vector * $length;
        const int first = threadIdx.x;
        const int step = 32;
        const int apart = 1;\
      """;

  private static final String THREAD =
      """
      const int vector = blockIdx.x * 256 + threadIdx.x;
        if (vector >= rows * $vectors) {
          return;
        }
        const int base = vector / $inner * ($length * $inner) + vector % $inner;
        const int first = 0;
        const int step = 1;
        const int apart = $inner;\
      """;

  private static final String FORWARD =
      """
      // $Word over vectors of $length.
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ x, float* __restrict__ y, int rows) {
        $place
        float most = -__int_as_float(0x7f800000);
        for (int k = first; k < $length; k += step) {
          most = fmaxf(most, x[base + k * apart]);
        }
        most = $max(most);
        float sum = 0.0f;
        for (int k = first; k < $length; k += step) {
          sum += expf(x[base + k * apart] - most);
        }
        const float all = $finish($sum(sum));
        for (int k = first; k < $length; k += step) {
          y[base + k * apart] = $value;
        }
      }
      """;

  private static final String GRADIENT =
      """
      // The gradient of $Word over vectors of $length.
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ y, const float* __restrict__ dy, float* __restrict__ dx, int rows) {
        $place
        float sum = 0.0f;
        for (int k = first; k < $length; k += step) {
          sum += $term;
        }
        const float all = $sum(sum);
        for (int k = first; k < $length; k += step) {
          dx[base + k * apart] $into $value;
        }
      }
      """;

  private static CudaKernel kernel(
      KernelSet kernels, String name, String template, Vectors vectors, Object... more) {
    String placed =
        KernelSet.fill(
            template,
            "place",
            vectors.neighbours() ? WARP : THREAD,
            "max",
            vectors.neighbours() ? "warpMax" : "",
            "sum",
            vectors.neighbours() ? "warpSum" : "");
    String filled = KernelSet.fill(placed, more);
    return kernels.kernel(
        name + "_" + vectors.outer() + "x" + vectors.length() + "x" + vectors.inner(),
        filled,
        "outer",
        vectors.outer(),
        "vectors",
        (long) vectors.outer() * vectors.inner(),
        "length",
        vectors.length(),
        "inner",
        vectors.inner());
  }

  static CudaKernel forward(KernelSet kernels, Vectors vectors, boolean log) {
    return kernel(
        kernels,
        log ? "log_softmax" : "softmax",
        FORWARD,
        vectors,
        "Word",
        log ? "Log-softmax" : "Softmax",
        "finish",
        log ? "logf" : "",
        "value",
        log ? "x[base + k * apart] - most - all" : "expf(x[base + k * apart] - most) / all");
  }

  static CudaKernel gradient(KernelSet kernels, Vectors vectors, boolean log, boolean accumulate) {
    return kernel(
        kernels,
        (log ? "log_softmax" : "softmax") + "_gradient",
        GRADIENT,
        vectors,
        "Word",
        log ? "log-softmax" : "softmax",
        "into",
        accumulate ? "+=" : "=",
        "term",
        log ? "dy[base + k * apart]" : "dy[base + k * apart] * y[base + k * apart]",
        "value",
        log
            ? "dy[base + k * apart] - expf(y[base + k * apart]) * all"
            : "y[base + k * apart] * (dy[base + k * apart] - all)");
  }
}

package dev.neurite.processor.cuda;

import dev.neurite.processor.graph.Operation.Size;
import dev.neurite.processor.shape.TensorType;

/** Kernels of pooling, images channels last. Gradients gather, so that nothing adds at once. */
final class PoolKernels {

  private PoolKernels() {}

  /** The sizes of a pooling. */
  record Pool(TensorType input, TensorType output, Size kernel, Size stride, Size padding) {
    int channels() {
      return input.shape().getFirst();
    }
  }

  private static CudaKernel kernel(
      KernelSet kernels, String name, String template, Pool pool, boolean accumulate, String area) {
    int c = pool.channels();
    return kernels.kernel(
        name + "_" + c + "x" + pool.input().shape().get(1) + "x" + pool.input().shape().get(2),
        template,
        "C",
        c,
        "H",
        pool.input().shape().get(1),
        "W",
        pool.input().shape().get(2),
        "OH",
        pool.output().shape().get(1),
        "OW",
        pool.output().shape().get(2),
        "KH",
        pool.kernel().height(),
        "KW",
        pool.kernel().width(),
        "SH",
        pool.stride().height(),
        "SW",
        pool.stride().width(),
        "PT",
        pool.padding().height(),
        "PL",
        pool.padding().width(),
        "in",
        pool.input().size(),
        "out",
        pool.output().size(),
        "lanes",
        ChainKernels.lanes(c),
        "into",
        accumulate ? "+=" : "=",
        "area",
        area);
  }

  private static final String HEAD =
      """
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ x, float* __restrict__ y, int rows) {
        const int i = (blockIdx.x * 256 + threadIdx.x) * $lanes;
        if (i >= rows * $out) {
          return;
        }
        const int channel = i % $C;
        const int top = i / ($C * $OW) % $OH * $SH - $PT;
        const int left = i / $C % $OW * $SW - $PL;
        const float* image = x + i / $out * $in + channel;
        const int firstRow = top > 0 ? top : 0;
        const int firstColumn = left > 0 ? left : 0;
        const int endRow = top + $KH < $H ? top + $KH : $H;
        const int endColumn = left + $KW < $W ? left + $KW : $W;
      """;

  private static final String MAX =
      """
      // The largest value of each $KHx$KW window of images [$H][$W][$C].
      $HEAD
        float best[$lanes];
        load<$lanes>(best, image + (firstRow * $W + firstColumn) * $C);
        for (int a = firstRow; a < endRow; a++) {
          for (int b = firstColumn; b < endColumn; b++) {
            float v[$lanes];
            load<$lanes>(v, image + (a * $W + b) * $C);
            for (int j = 0; j < $lanes; j++) {
              best[j] = v[j] > best[j] || v[j] != v[j] ? v[j] : best[j];
            }
          }
        }
        store<$lanes>(y + i, best);
      }
      """;

  static CudaKernel max(KernelSet kernels, Pool pool) {
    return kernel(kernels, "max", MAX.replace("$HEAD\n", HEAD), pool, false, "");
  }

  private static final String AVERAGE =
      """
      // The mean of each $KHx$KW window of images [$H][$W][$C].
      $HEAD
        float sum[$lanes] = {};
        for (int a = firstRow; a < endRow; a++) {
          for (int b = firstColumn; b < endColumn; b++) {
            float v[$lanes];
            load<$lanes>(v, image + (a * $W + b) * $C);
            for (int j = 0; j < $lanes; j++) {
              sum[j] += v[j];
            }
          }
        }
        for (int j = 0; j < $lanes; j++) {
          sum[j] /= $area;
        }
        store<$lanes>(y + i, sum);
      }
      """;

  private static String area(Pool pool, boolean countPadding, String inside) {
    return countPadding
        ? pool.kernel().height() * pool.kernel().width() + ".0f"
        : "static_cast<float>(" + inside + ")";
  }

  static CudaKernel average(KernelSet kernels, Pool pool, boolean countPadding) {
    return kernel(
        kernels,
        "average",
        AVERAGE.replace("$HEAD\n", HEAD),
        pool,
        false,
        area(pool, countPadding, "(endRow - firstRow) * (endColumn - firstColumn)"));
  }

  private static final String WINDOWS =
      """
        const int i = blockIdx.x * 256 + threadIdx.x;
        if (i >= rows * $in) {
          return;
        }
        const int channel = i % $C;
        const int column = i / $C % $W;
        const int line = i / ($C * $W) % $H;
        const int row = i / $in;
        const int fromTop = line + $PT - $KH + 1;
        const int fromLeft = column + $PL - $KW + 1;
        const int firstTop = fromTop > 0 ? (fromTop + $SH - 1) / $SH : 0;
        const int firstLeft = fromLeft > 0 ? (fromLeft + $SW - 1) / $SW : 0;
        const int lastTop = (line + $PT) / $SH < $OH ? (line + $PT) / $SH : $OH - 1;
        const int lastLeft = (column + $PL) / $SW < $OW ? (column + $PL) / $SW : $OW - 1;
        float sum = 0.0f;
        for (int a = firstTop; a <= lastTop; a++) {
          for (int b = firstLeft; b <= lastLeft; b++) {
            const int window = ((row * $OH + a) * $OW + b) * $C + channel;
      """;

  private static final String MAX_GRADIENT =
      """
      // The first position in row-major order that holds a window's largest value takes the whole gradient.
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ x, const float* __restrict__ y, const float* __restrict__ dy,
          float* __restrict__ dx, int rows) {
      $WINDOWS
            if (x[i] != y[window]) {
              continue;
            }
            bool first = true;
            for (int c = a * $SH - $PT > 0 ? a * $SH - $PT : 0; c <= line; c++) {
              for (int d = b * $SW - $PL > 0 ? b * $SW - $PL : 0; d < b * $SW - $PL + $KW && d < $W; d++) {
                if ((c < line || d < column) && x[((row * $H + c) * $W + d) * $C + channel] == x[i]) {
                  first = false;
                }
              }
            }
            if (first) {
              sum += dy[window];
            }
          }
        }
        dx[i] $into $result;
      }
      """;

  /**
   * The gradient of the largest values.
   *
   * @param rectify whether it is 0 where the images, values of a ReLU, are 0
   */
  static CudaKernel maxGradient(KernelSet kernels, Pool pool, boolean accumulate, boolean rectify) {
    String template =
        KernelSet.fill(
            MAX_GRADIENT.replace("$WINDOWS\n", WINDOWS),
            "result",
            rectify ? "x[i] > 0.0f ? sum : 0.0f" : "sum");
    return kernel(
        kernels, rectify ? "max_gradient_relu" : "max_gradient", template, pool, accumulate, "");
  }

  private static final String AVERAGE_GRADIENT =
      """
      // Each value's share of the gradients of the windows it is in.
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ dy, float* __restrict__ dx, int rows) {
      $WINDOWS
      $inside      sum += dy[window] / $area;
          }
        }
        dx[i] $into sum;
      }
      """;

  private static final String INSIDE =
      """
            const int top = a * $SH - $PT;
            const int left = b * $SW - $PL;
            const int high = (top + $KH < $H ? top + $KH : $H) - (top > 0 ? top : 0);
            const int wide = (left + $KW < $W ? left + $KW : $W) - (left > 0 ? left : 0);
      """;

  static CudaKernel averageGradient(
      KernelSet kernels, Pool pool, boolean countPadding, boolean accumulate) {
    return kernel(
        kernels,
        "average_gradient",
        AVERAGE_GRADIENT
            .replace("$WINDOWS\n", WINDOWS)
            .replace("$inside", countPadding ? "" : INSIDE),
        pool,
        accumulate,
        area(pool, countPadding, "high * wide"));
  }

  private static final String MEAN =
      """
      // The mean over $area positions, for each of $C channels.
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ x, float* __restrict__ y, int rows) {
        const int i = blockIdx.x * 256 + threadIdx.x;
        if (i < rows * $C) {
          const float* from = x + i / $C * ($area * $C) + i % $C;
          float sum = 0.0f;
          for (int place = 0; place < $area; place++) {
            sum += from[place * $C];
          }
          y[i] = sum / $area.0f;
        }
      }
      """;

  static CudaKernel mean(KernelSet kernels, int channels, int area) {
    return kernels.kernel("mean_" + channels + "x" + area, MEAN, "C", channels, "area", area);
  }

  private static final String MEAN_GRADIENT =
      """
      // The gradient of a mean over $area positions, for each of $C channels.
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ dy, float* __restrict__ dx, int rows) {
        const int i = blockIdx.x * 256 + threadIdx.x;
        if (i < rows * ($area * $C)) {
          dx[i] $into dy[i / ($area * $C) * $C + i % $C] / $area.0f;
        }
      }
      """;

  static CudaKernel meanGradient(KernelSet kernels, int channels, int area, boolean accumulate) {
    return kernels.kernel(
        "mean_gradient_" + channels + "x" + area,
        MEAN_GRADIENT,
        "C",
        channels,
        "area",
        area,
        "into",
        accumulate ? "+=" : "=");
  }
}

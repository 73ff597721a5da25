package dev.neurite.processor.cuda;

import dev.neurite.processor.graph.Operation.Conv2D;
import dev.neurite.processor.memory.ConvGeometry;

/**
 * Kernels of convolutions, images channels last, weights {@code [filters][height][width][channels
 * of a group]}. A convolution becomes a product with the columns of its input, a column for each
 * place of the kernel; one with few inputs for each output is computed directly.
 */
final class ConvKernels {

  private ConvKernels() {}

  /** Weights up to so many floats are kept in shared memory, 32 KiB of a block's 48. */
  private static final int SHARED_WEIGHTS = 8192;

  private static String shape(ConvGeometry g) {
    return g.channels()
        + "x"
        + g.height()
        + "x"
        + g.width()
        + "_"
        + g.conv().kernel().height()
        + "x"
        + g.conv().kernel().width();
  }

  private static CudaKernel kernel(
      KernelSet kernels, String name, String template, ConvGeometry g, Object... more) {
    Conv2D conv = g.conv();
    Object[] sizes = {
      "H",
      g.height(),
      "W",
      g.width(),
      "C",
      g.channels(),
      "OH",
      g.outHeight(),
      "OW",
      g.outWidth(),
      "F",
      g.filters(),
      "KH",
      conv.kernel().height(),
      "KW",
      conv.kernel().width(),
      "SH",
      conv.stride().height(),
      "SW",
      conv.stride().width(),
      "DH",
      conv.dilation().height(),
      "DW",
      conv.dilation().width(),
      "PT",
      conv.padding().top(),
      "PL",
      conv.padding().left(),
      "GC",
      g.groupChannels(),
      "GF",
      g.groupFilters(),
      "K",
      g.inputs(),
      "G",
      g.groups(),
      "P",
      g.outHeight() * g.outWidth(),
    };
    Object[] all = new Object[sizes.length + more.length];
    System.arraycopy(sizes, 0, all, 0, sizes.length);
    System.arraycopy(more, 0, all, sizes.length, more.length);
    return kernels.kernel(name, template, all);
  }

  private static final String COLUMNS =
      """
      // The $KHx$KW windows of images [$H][$W][$C], as [row, place][group][kernel row, kernel column, channel].
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ x, float* __restrict__ columns, int rows) {
        const int i = (blockIdx.x * 256 + threadIdx.x) * $lanes;
        if (i >= rows * $size) {
          return;
        }
        const int channel = i % $GC;
        const int tap = i / $GC % $taps;
        const int group = i / $K % $G;
        const int place = i / $width % $P;
        const int row = i / $size;
        const int y = place / $OW * $SH - $PT + tap / $KW * $DH;
        const int z = place % $OW * $SW - $PL + tap % $KW * $DW;
        float v[$lanes] = {};
        if (y >= 0 && y < $H && z >= 0 && z < $W) {
          load<$lanes>(v, x + ((row * $H + y) * $W + z) * $C + group * $GC + channel);
        }
        store<$lanes>(columns + i, v);
      }
      """;

  /** Floats of the columns of one row. */
  static long columnFloats(ConvGeometry g) {
    return (long) g.outHeight() * g.outWidth() * g.groups() * g.inputs();
  }

  static int lanes(ConvGeometry g) {
    return g.groupChannels() % 4 == 0 ? 4 : 1;
  }

  static CudaKernel columns(KernelSet kernels, ConvGeometry g) {
    return kernel(
        kernels,
        "columns_" + shape(g),
        COLUMNS,
        g,
        "lanes",
        lanes(g),
        "taps",
        g.taps(),
        "width",
        g.groups() * g.inputs(),
        "size",
        columnFloats(g));
  }

  private static final String IMAGE =
      """
      // The gradient of images [$H][$W][$C] from that of their $KHx$KW windows.
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ columns, float* __restrict__ dx, int rows) {
        const int i = (blockIdx.x * 256 + threadIdx.x) * $lanes;
        if (i >= rows * $size) {
          return;
        }
        const int channel = i % $C;
        const int z = i / $C % $W;
        const int y = i / ($C * $W) % $H;
        const int row = i / $size;
        const int inGroup = channel / $GC * $K + channel % $GC;
        float sum[$lanes] = {};
        for (int a = 0; a < $KH; a++) {
          const int top = y + $PT - a * $DH;
          if (top < 0 || top % $SH != 0 || top / $SH >= $OH) {
            continue;
          }
          for (int b = 0; b < $KW; b++) {
            const int left = z + $PL - b * $DW;
            if (left < 0 || left % $SW != 0 || left / $SW >= $OW) {
              continue;
            }
            float v[$lanes];
            load<$lanes>(
                v, columns + (row * $P + top / $SH * $OW + left / $SW) * $width + (a * $KW + b) * $GC + inGroup);
            for (int j = 0; j < $lanes; j++) {
              sum[j] += v[j];
            }
          }
        }
      $add  store<$lanes>(dx + i, sum);
      }
      """;

  private static final String ADD =
      """
        float old[$lanes];
        load<$lanes>(old, dx + i);
        for (int j = 0; j < $lanes; j++) {
          sum[j] += old[j];
        }
      """;

  static CudaKernel image(KernelSet kernels, ConvGeometry g, boolean accumulate) {
    return kernel(
        kernels,
        "image_" + shape(g),
        IMAGE,
        g,
        "lanes",
        lanes(g),
        "width",
        g.groups() * g.inputs(),
        "size",
        g.channels() * g.height() * g.width(),
        "add",
        accumulate ? KernelSet.fill(ADD, "lanes", lanes(g)) : "");
  }

  private static final String FORWARD =
      """
      // Images [$H][$W][$C] to [$OH][$OW][$F], $KHx$KW, directly: $lanes filters a thread.
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ x, const float* __restrict__ weight, $biasParameter
          float* __restrict__ y, int rows) {
      $stage  for (int start = (blockIdx.x * 256 + threadIdx.x) * $lanes; start < rows * $size;
            start += gridDim.x * (256 * $lanes)) {
          const int filter = start % $F;
          const int place = start / $F % $P;
          const int row = start / $size;
          const float* image = x + row * $input + filter / $GF * $GC;
          float sum[$lanes]$zero;
      $biasLoad    for (int a = 0; a < $KH; a++) {
            const int top = place / $OW * $SH - $PT + a * $DH;
            if (top < 0 || top >= $H) {
              continue;
            }
            for (int b = 0; b < $KW; b++) {
              const int left = place % $OW * $SW - $PL + b * $DW;
              if (left < 0 || left >= $W) {
                continue;
              }
              for (int c = 0; c < $GC; c++) {
                const float v = image[(top * $W + left) * $C + c];
                float w[$lanes];
      $weightLoad          for (int j = 0; j < $lanes; j++) {
                  sum[j] += v * w[j];
                }
              }
            }
          }
      $relu    store<$lanes>(y + start, sum);
        }
      }
      """;

  private static final String STAGE =
      """
        __shared__ __align__(16) float shared[$K * $F];
        for (int k = threadIdx.x; k < $K * $F; k += 256) {
          shared[k % $K * $F + k / $K] = weight[k];
        }
        __syncthreads();
      """;

  /** Filters that a thread of the direct kernel takes. */
  static int filters(ConvGeometry g) {
    return g.groupFilters() % 4 == 0 ? 4 : 1;
  }

  static CudaKernel forward(KernelSet kernels, ConvGeometry g, boolean bias, boolean relu) {
    int lanes = filters(g);
    boolean shared = g.inputs() * g.filters() <= SHARED_WEIGHTS;
    String weight =
        shared
            ? "            load<$lanes>(w, shared + ((a * $KW + b) * $GC + c) * $F + filter);\n"
            : "            for (int j = 0; j < $lanes; j++) {\n"
                + "              w[j] = weight[(filter + j) * $K + (a * $KW + b) * $GC + c];\n"
                + "            }\n";
    String rectified =
        "    for (int j = 0; j < $lanes; j++) {\n"
            + "      sum[j] = sum[j] < 0.0f ? 0.0f : sum[j];\n"
            + "    }\n";
    String template =
        KernelSet.fill(
            FORWARD,
            "stage",
            shared ? STAGE : "",
            "weightLoad",
            weight,
            "relu",
            relu ? rectified : "",
            "zero",
            bias ? "" : " = {}",
            "biasParameter",
            bias ? "const float* __restrict__ bias," : "",
            "biasLoad",
            bias ? "    load<$lanes>(sum, bias + filter);\n" : "");
    return kernel(
        kernels,
        "conv_" + shape(g) + "_" + g.filters() + (relu ? "_relu" : ""),
        template,
        g,
        "lanes",
        lanes,
        "input",
        g.channels() * g.height() * g.width(),
        "size",
        g.filters() * g.outHeight() * g.outWidth());
  }

  private static final String INPUT_GRADIENT =
      """
      // The gradient of images [$H][$W][$C] from that of [$OH][$OW][$F], $KHx$KW, directly.
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ dy, const float* __restrict__ weight, float* __restrict__ dx, int rows) {
        const int i = blockIdx.x * 256 + threadIdx.x;
        if (i >= rows * $size) {
          return;
        }
        const int channel = i % $C;
        const int z = i / $C % $W;
        const int y = i / ($C * $W) % $H;
        const int row = i / $size;
        const int filter = channel / $GC * $GF;
        float sum = 0.0f;
        for (int a = 0; a < $KH; a++) {
          const int top = y + $PT - a * $DH;
          if (top < 0 || top % $SH != 0 || top / $SH >= $OH) {
            continue;
          }
          for (int b = 0; b < $KW; b++) {
            const int left = z + $PL - b * $DW;
            if (left < 0 || left % $SW != 0 || left / $SW >= $OW) {
              continue;
            }
            const float* from = dy + (row * $P + top / $SH * $OW + left / $SW) * $F + filter;
            const float* by = weight + filter * $K + (a * $KW + b) * $GC + channel % $GC;
            for (int f = 0; f < $GF; f++) {
              sum += from[f] * by[f * $K];
            }
          }
        }
        dx[i] $into sum;
      }
      """;

  static CudaKernel inputGradient(KernelSet kernels, ConvGeometry g, boolean accumulate) {
    return kernel(
        kernels,
        "conv_" + shape(g) + "_" + g.filters() + "_input",
        INPUT_GRADIENT,
        g,
        "size",
        g.channels() * g.height() * g.width(),
        "into",
        accumulate ? "+=" : "=");
  }

  private static final String WEIGHT_PARTS =
      """
      // Gradients of weights and bias of a convolution [$H][$W][$C] to [$OH][$OW][$F], $KHx$KW, over parts of all places.
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ x, const float* __restrict__ dy, float* __restrict__ partial, int rows) {
        __shared__ float shared[$height][$width];
        const int filter = blockIdx.x * $width + threadIdx.x;
        const long long places = static_cast<long long>(rows) * $P;
        const int first = static_cast<int>(places * blockIdx.y / gridDim.y);
        const int last = static_cast<int>(places * (blockIdx.y + 1) / gridDim.y);
        float sum[$K + 1] = {};
        if (filter < $F) {
          for (int m = first + threadIdx.y; m < last; m += $height) {
            const float g = dy[m * $F + filter];
            const float* image = x + m / $P * $input + filter / $GF * $GC;
            const int place = m % $P;
      #pragma unroll
            for (int a = 0; a < $KH; a++) {
              const int top = place / $OW * $SH - $PT + a * $DH;
      #pragma unroll
              for (int b = 0; b < $KW; b++) {
                const int left = place % $OW * $SW - $PL + b * $DW;
                const bool inside = top >= 0 && top < $H && left >= 0 && left < $W;
      #pragma unroll
                for (int c = 0; c < $GC; c++) {
                  sum[(a * $KW + b) * $GC + c] += inside ? g * image[(top * $W + left) * $C + c] : 0.0f;
                }
              }
            }
            sum[$K] += g;
          }
        }
      #pragma unroll
        for (int k = 0; k <= $K; k++) {
          shared[threadIdx.y][threadIdx.x] = sum[k];
          __syncthreads();
          for (int half = $height / 2; half > 0; half /= 2) {
            if (threadIdx.y < half) {
              shared[threadIdx.y][threadIdx.x] += shared[threadIdx.y + half][threadIdx.x];
            }
            __syncthreads();
          }
          if (threadIdx.y == 0 && filter < $F) {
            partial[(blockIdx.y * ($K + 1) + k) * $F + filter] = shared[0][threadIdx.x];
          }
          __syncthreads();
        }
      }
      """;

  /** The gradients of weights and bias over parts of all places. */
  static CudaKernel weightParts(KernelSet kernels, ConvGeometry g) {
    int width = ColumnSums.width(g.filters());
    return kernel(
        kernels,
        "conv_" + shape(g) + "_" + g.filters() + "_parts",
        WEIGHT_PARTS,
        g,
        "width",
        width,
        "height",
        256 / width,
        "input",
        g.channels() * g.height() * g.width());
  }

  private static final String WEIGHT_SUM =
      """
      // The sums of the parts: gradients of $F filters of $K weights$andBias.
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ partial, int parts, float* __restrict__ weight$biasParameter) {
        const int i = blockIdx.x * 256 + threadIdx.x;
        if (i >= ($K + $one) * $F) {
          return;
        }
        const int filter = i % $F;
        const int k = i / $F;
        float sum = 0.0f;
        for (int part = 0; part < parts; part++) {
          sum += partial[(part * ($K + 1) + k) * $F + filter];
        }
      $result}
      """;

  /** The gradients themselves. */
  static CudaKernel weightSum(
      KernelSet kernels, ConvGeometry g, boolean bias, boolean addWeight, boolean addBias) {
    String weight = "weight[filter * $K + k] " + (addWeight ? "+=" : "=") + " sum;\n";
    String result =
        bias
            ? "  if (k < $K) {\n    "
                + weight
                + "  } else {\n    bias[filter] "
                + (addBias ? "+=" : "=")
                + " sum;\n  }\n"
            : "  " + weight;
    return kernel(
        kernels,
        "conv_" + shape(g) + "_" + g.filters() + "_sum",
        KernelSet.fill(WEIGHT_SUM, "result", result),
        g,
        "one",
        bias ? 1 : 0,
        "andBias",
        bias ? " and bias" : "",
        "biasParameter",
        bias ? ", float* __restrict__ bias" : "");
  }

  private static final String ADD_BIAS =
      """
      // y = y + bias$then, in place, for $F columns.
      extern "C" __global__ void __launch_bounds__(256) $name(
          float* __restrict__ y, const float* __restrict__ bias, int rows) {
        const int i = blockIdx.x * 256 + threadIdx.x;
        if (i < rows * $size) {
          const float v = y[i] + bias[i % $F];
          y[i] = $value;
        }
      }
      """;

  /** Adds a bias where no product does. */
  static CudaKernel addBias(KernelSet kernels, int columns, long size, boolean relu) {
    return kernels.kernel(
        "bias" + columns + (relu ? "_relu" : ""),
        ADD_BIAS,
        "F",
        columns,
        "size",
        size,
        "then",
        relu ? ", negative ones 0" : "",
        "value",
        relu ? "v < 0.0f ? 0.0f : v" : "v");
  }
}

package dev.neurite.processor.cuda;

import static dev.neurite.processor.cuda.ConvKernels.kernel;
import static dev.neurite.processor.cuda.ConvKernels.shape;

import dev.neurite.processor.memory.ConvGeometry;

/**
 * Kernels of convolutions with few inputs for each output, which read images in place. Images lie
 * channels last, weights {@code [filters][height][width][channels of a group]}.
 */
final class DirectConvKernels {

  private DirectConvKernels() {}

  /** Weights up to so many floats are kept in shared memory, 32 KiB of a block's 48. */
  private static final int SHARED_WEIGHTS = 8192;

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
}

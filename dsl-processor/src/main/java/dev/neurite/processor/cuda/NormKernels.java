package dev.neurite.processor.cuda;

import static dev.neurite.processor.cuda.ElementText.real;

import dev.neurite.processor.graph.Operation;

/** Kernels of batch and layer normalisation. */
final class NormKernels {

  private NormKernels() {}

  private static final String MERGE =
      """
        for (int half = $height / 2; half > 0; half /= 2) {
          __syncthreads();
          if (threadIdx.y < half) {
            mergeMoments(
                counts[threadIdx.y][threadIdx.x], means[threadIdx.y][threadIdx.x], squares[threadIdx.y][threadIdx.x],
                counts[threadIdx.y + half][threadIdx.x], means[threadIdx.y + half][threadIdx.x],
                squares[threadIdx.y + half][threadIdx.x]);
          }
        }
        __syncthreads();
      """;

  private static final String MOMENTS =
      """
      // Means and sums of squared deviations of $C channels over parts of a batch. Each thread subtracts the first
      // value it sees, so that no square is much larger than what is left of it.
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ x, float* __restrict__ partial, int rows) {
        __shared__ float counts[$height][$width];
        __shared__ float means[$height][$width];
        __shared__ float squares[$height][$width];
        const int channel = blockIdx.x * $width + threadIdx.x;
        const long long places = static_cast<long long>(rows) * $area;
        const int first = static_cast<int>(places * blockIdx.y / gridDim.y) + threadIdx.y;
        const int last = static_cast<int>(places * (blockIdx.y + 1) / gridDim.y);
        float count = 0.0f;
        float mean = 0.0f;
        float square = 0.0f;
        if (channel < $C && first < last) {
          const float origin = x[first * $C + channel];
          float sum = 0.0f;
          for (int m = first; m < last; m += $height) {
            const float v = x[m * $C + channel] - origin;
            sum += v;
            square += v * v;
            count += 1.0f;
          }
          mean = origin + sum / count;
          square = fmaxf(square - sum * (sum / count), 0.0f);
        }
        counts[threadIdx.y][threadIdx.x] = count;
        means[threadIdx.y][threadIdx.x] = mean;
        squares[threadIdx.y][threadIdx.x] = square;
      $merge
        if (threadIdx.y == 0 && channel < $C) {
          partial[(blockIdx.y * 2) * $C + channel] = means[0][threadIdx.x];
          partial[(blockIdx.y * 2 + 1) * $C + channel] = squares[0][threadIdx.x];
        }
      }
      """;

  private static Object[] sizes(int channels, int area) {
    int width = ColumnSums.width(channels);
    return new Object[] {"C", channels, "area", area, "width", width, "height", 256 / width};
  }

  private static Object[] with(Object[] sizes, Object... more) {
    Object[] all = java.util.Arrays.copyOf(sizes, sizes.length + more.length);
    System.arraycopy(more, 0, all, sizes.length, more.length);
    return all;
  }

  /** Moments of channels over parts of a batch. */
  static CudaKernel moments(KernelSet kernels, int channels, int area) {
    Object[] sizes = sizes(channels, area);
    return kernels.kernel(
        "moments_" + channels + "x" + area, MOMENTS.replace("$merge\n", MERGE), sizes);
  }

  private static final String STATISTICS =
      """
      // Means and 1 / deviations of $C channels over a batch; moves the running statistics.
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ partial, int parts, float* __restrict__ mean, float* __restrict__ deviation,
          float* __restrict__ runningMean, float* __restrict__ runningVariance, float* __restrict__ batches, int rows) {
        __shared__ float counts[$height][$width];
        __shared__ float means[$height][$width];
        __shared__ float squares[$height][$width];
        const int channel = blockIdx.x * $width + threadIdx.x;
        const long long places = static_cast<long long>(rows) * $area;
        float count = 0.0f;
        float middle = 0.0f;
        float square = 0.0f;
        if (channel < $C) {
          for (int part = threadIdx.y; part < parts; part += $height) {
            const long long length = places * (part + 1) / parts - places * part / parts;
            mergeMoments(
                count, middle, square,
                static_cast<float>(length), partial[part * 2 * $C + channel], partial[(part * 2 + 1) * $C + channel]);
          }
        }
        counts[threadIdx.y][threadIdx.x] = count;
        means[threadIdx.y][threadIdx.x] = middle;
        squares[threadIdx.y][threadIdx.x] = square;
      $merge
        if (threadIdx.y == 0 && channel < $C) {
          const float all = static_cast<float>(places);
          mean[channel] = means[0][threadIdx.x];
          deviation[channel] = 1.0f / sqrtf(squares[0][threadIdx.x] / all + $epsilon);
          runningMean[channel] += $momentum * (means[0][threadIdx.x] - runningMean[channel]);
          runningVariance[channel] += $momentum * (squares[0][threadIdx.x] / (all - 1.0f) - runningVariance[channel]);
          if (channel == 0) {
            batches[0] += 1.0f;
          }
        }
      }
      """;

  /** The statistics of a batch from the moments of its parts. */
  static CudaKernel statistics(
      KernelSet kernels, Operation.BatchNorm norm, int channels, int area) {
    return kernels.kernel(
        "statistics_" + channels + "x" + area,
        STATISTICS.replace("$merge\n", MERGE),
        with(
            sizes(channels, area),
            "epsilon",
            real(norm.epsilon()),
            "momentum",
            real(norm.momentum())));
  }

  private static final String RUNNING =
      """
      // Means and 1 / deviations of $C channels from the running statistics.
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ runningMean, const float* __restrict__ runningVariance,
          float* __restrict__ mean, float* __restrict__ deviation) {
        const int channel = blockIdx.x * 256 + threadIdx.x;
        if (channel < $C) {
          mean[channel] = runningMean[channel];
          deviation[channel] = 1.0f / sqrtf(runningVariance[channel] + $epsilon);
        }
      }
      """;

  static CudaKernel running(KernelSet kernels, Operation.BatchNorm norm, int channels) {
    return kernels.kernel(
        "running_" + channels, RUNNING, "C", channels, "epsilon", real(norm.epsilon()));
  }

  /** The sums that a batch normalisation's gradient is made of, and its parameters' gradients. */
  static CudaKernel gradientSums(
      KernelSet kernels,
      int channels,
      int area,
      boolean affine,
      boolean addWeight,
      boolean addBias) {
    String results =
        (affine
                ? ColumnSums.result(1, "weight", addWeight) + ColumnSums.result(0, "bias", addBias)
                : "")
            + """
                const float all = training ? static_cast<float>(static_cast<long long>(rows) * $area) : 0.0f;
                share[column] = training ? shared[0][0][threadIdx.x] / all : 0.0f;
                share[$C + column] = training ? shared[1][0][threadIdx.x] / all : 0.0f;
            """
                .replace("$area", Integer.toString(area))
                .replace("$C", Integer.toString(channels));
    return ColumnSums.finish(
        kernels,
        "normalization_" + channels + "x" + area + "_gradient_sums",
        "Gradients of weights and biases, and the batch's shares of the gradient.",
        channels,
        2,
        (affine ? "float* __restrict__ weight, float* __restrict__ bias, " : "")
            + "float* __restrict__ share, int training, int rows",
        results);
  }

  private static final String LAYER =
      """
      // Layer normalisation of vectors of $F, a warp for each.
      extern "C" __global__ void __launch_bounds__(128) $name(
          const float* __restrict__ x, $affineParameters$keepParameterfloat* __restrict__ y, int rows) {
        const int vector = blockIdx.x * 4 + threadIdx.y;
        if (vector >= rows * $V) {
          return;
        }
        const float* from = x + vector * $F;
        float sum = 0.0f;
        for (int k = threadIdx.x; k < $F; k += 32) {
          sum += from[k];
        }
        const float mean = warpSum(sum) / $F.0f;
        float squares = 0.0f;
        for (int k = threadIdx.x; k < $F; k += 32) {
          squares += (from[k] - mean) * (from[k] - mean);
        }
        const float deviation = 1.0f / sqrtf(warpSum(squares) / $F.0f + $epsilon);
        for (int k = threadIdx.x; k < $F; k += 32) {
          const float n = (from[k] - mean) * deviation;
          y[vector * $F + k] = $value;
        }
      $keep}
      """;

  private static final String KEEP =
      """
        if (threadIdx.x == 0) {
          statistics[2 * vector] = mean;
          statistics[2 * vector + 1] = deviation;
        }
      """;

  static CudaKernel layer(
      KernelSet kernels, Operation.LayerNorm norm, int vectors, int features, boolean keep) {
    return kernels.kernel(
        "layer_" + vectors + "x" + features + (keep ? "" : "_infer"),
        LAYER,
        "F",
        features,
        "V",
        vectors,
        "epsilon",
        real(norm.epsilon()),
        "affineParameters",
        norm.affine() ? "const float* __restrict__ weight, const float* __restrict__ bias, " : "",
        "keepParameter",
        keep ? "float* __restrict__ statistics, " : "",
        "keep",
        keep ? KEEP : "",
        "value",
        norm.affine() ? "n * weight[k] + bias[k]" : "n");
  }

  private static final String LAYER_GRADIENT =
      """
      // The gradient of a layer normalisation of vectors of $F, a warp for each.
      extern "C" __global__ void __launch_bounds__(128) $name(
          const float* __restrict__ x, const float* __restrict__ statistics, $affineParameter
          const float* __restrict__ dy, float* __restrict__ dx, int rows) {
        const int vector = blockIdx.x * 4 + threadIdx.y;
        if (vector >= rows * $V) {
          return;
        }
        const float mean = statistics[2 * vector];
        const float deviation = statistics[2 * vector + 1];
        float sum = 0.0f;
        float product = 0.0f;
        for (int k = threadIdx.x; k < $F; k += 32) {
          const float g = dy[vector * $F + k]$times;
          sum += g;
          product += g * ((x[vector * $F + k] - mean) * deviation);
        }
        sum = warpSum(sum) / $F.0f;
        product = warpSum(product) / $F.0f;
        for (int k = threadIdx.x; k < $F; k += 32) {
          const float g = dy[vector * $F + k]$times;
          const float n = (x[vector * $F + k] - mean) * deviation;
          dx[vector * $F + k] $into deviation * (g - sum - n * product);
        }
      }
      """;

  static CudaKernel layerGradient(
      KernelSet kernels, boolean affine, int vectors, int features, boolean accumulate) {
    return kernels.kernel(
        "layer_" + vectors + "x" + features + "_gradient",
        LAYER_GRADIENT,
        "F",
        features,
        "V",
        vectors,
        "affineParameter",
        affine ? "const float* __restrict__ weight," : "",
        "times",
        affine ? " * weight[k]" : "",
        "into",
        accumulate ? "+=" : "=");
  }

  /** The parameters' gradients of a layer normalisation over parts of all vectors. */
  static CudaKernel layerParts(KernelSet kernels, int vectors, int features) {
    return ColumnSums.partial(
        kernels,
        "layer_" + vectors + "x" + features + "_parts",
        "Gradients of weights and biases over parts of all vectors.",
        features,
        vectors,
        2,
        "const float* __restrict__ x, const float* __restrict__ statistics, const float* __restrict__ dy",
        "",
        """
              sum0 += dy[i];
              sum1 += dy[i] * ((x[i] - statistics[2 * m]) * statistics[2 * m + 1]);
        """);
  }

  static CudaKernel layerSums(KernelSet kernels, int features, boolean addWeight, boolean addBias) {
    return ColumnSums.finish(
        kernels,
        "layer_" + features + "_sums",
        "Gradients of weights and biases.",
        features,
        2,
        "float* __restrict__ weight, float* __restrict__ bias",
        ColumnSums.result(1, "weight", addWeight) + ColumnSums.result(0, "bias", addBias));
  }
}

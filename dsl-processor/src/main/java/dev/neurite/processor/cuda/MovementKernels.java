package dev.neurite.processor.cuda;

import java.util.List;

/** Kernels that move values: transpositions, copies, parts of concatenations, embeddings. */
final class MovementKernels {

  private MovementKernels() {}

  /** The side of a tile, and the threads along the other side that move it. */
  private static final int TILE = 32;

  private static final String TRANSPOSE =
      """
      // Each row's matrix [$A][$B] $verb [$B][$A], in tiles of 32 x 32 so that reads and writes are of neighbours.
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ x, float* __restrict__ y) {
        __shared__ float tile[32][33];
        const int row = blockIdx.x / $tiles;
        const int left = blockIdx.x % $across * 32;
        const int top = blockIdx.x % $tiles / $across * 32;
        const float* from = x + static_cast<long long>(row) * $size;
        float* to = y + static_cast<long long>(row) * $size;
        for (int k = threadIdx.y; k < 32; k += 8) {
          if (top + k < $A && left + static_cast<int>(threadIdx.x) < $B) {
            tile[k][threadIdx.x] = from[(top + k) * $B + left + threadIdx.x];
          }
        }
        __syncthreads();
        for (int k = threadIdx.y; k < 32; k += 8) {
          if (left + k < $B && top + static_cast<int>(threadIdx.x) < $A) {
            to[(left + k) * $A + top + threadIdx.x] $into tile[threadIdx.x][k];
          }
        }
      }
      """;

  /** Transposes a matrix of each row; its grid is {@link #tiles}. */
  static CudaKernel transpose(KernelSet kernels, int height, int width, boolean accumulate) {
    int across = Math.ceilDiv(width, TILE);
    return kernels.kernel(
        "transpose_" + height + "x" + width,
        TRANSPOSE,
        "A",
        height,
        "B",
        width,
        "verb",
        accumulate ? "added to" : "to",
        "across",
        across,
        "tiles",
        across * Math.ceilDiv(height, TILE),
        "size",
        (long) height * width,
        "into",
        accumulate ? "+=" : "=");
  }

  static Grid tiles(int height, int width) {
    return new Grid.PerRow(
        Math.ceilDiv(height, TILE) * Math.ceilDiv(width, TILE), TILE, 256 / TILE);
  }

  private static final String COPY =
      """
      // y $into x.
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ x, float* __restrict__ y, int rows) {
        const int i = blockIdx.x * 256 + threadIdx.x;
        if (i < rows * $size) {
          y[i] $into x[i];
        }
      }
      """;

  static CudaKernel copy(KernelSet kernels, long size, boolean accumulate) {
    return kernels.kernel(
        (accumulate ? "add_" : "copy_") + size,
        COPY,
        "size",
        size,
        "into",
        accumulate ? "+=" : "=");
  }

  /**
   * How a concatenation lies in memory.
   *
   * @param lengths of the parts along the axis
   * @param inner values side by side behind the axis
   * @param size of the whole, for each row
   */
  record Joint(List<Integer> lengths, int inner, long size) {
    int length() {
      return lengths.stream().mapToInt(Integer::intValue).sum();
    }
  }

  /** All parts side by side. */
  static CudaKernel join(KernelSet kernels, Joint joint) {
    StringBuilder parameters = new StringBuilder();
    StringBuilder choices = new StringBuilder();
    int start = 0;
    for (int part = 0; part < joint.lengths().size(); part++) {
      int length = joint.lengths().get(part);
      parameters.append("const float* __restrict__ x%d, ".formatted(part));
      choices.append(
          "    if (place < %d) {\n      y[i] = x%d[(outer * %d + place - %d) * %d + inner];\n      return;\n    }\n"
              .formatted(start + length, part, length, start, joint.inner()));
      start += length;
    }
    return kernels.kernel(
        "join_" + joint.length() + "x" + joint.inner(),
        """
        // Values of several inputs side by side along an axis of $length.
        extern "C" __global__ void __launch_bounds__(256) $name(
            $parametersfloat* __restrict__ y, int rows) {
          const int i = blockIdx.x * 256 + threadIdx.x;
          if (i < rows * $size) {
            const int inner = i % $inner;
            const int place = i / $inner % $length;
            const int outer = i / ($inner * $length);
        $choices  }
        }
        """,
        "parameters",
        parameters,
        "size",
        joint.size(),
        "inner",
        joint.inner(),
        "length",
        joint.length(),
        "choices",
        choices);
  }

  /** The part of a gradient that one input's is. */
  static CudaKernel part(KernelSet kernels, Joint joint, int part, boolean accumulate) {
    int start = joint.lengths().subList(0, part).stream().mapToInt(Integer::intValue).sum();
    int length = joint.lengths().get(part);
    return kernels.kernel(
        "part_%d_of_%dx%d".formatted(length, joint.length(), joint.inner()),
        """
        // Places $start to $end of an axis of $length.
        extern "C" __global__ void __launch_bounds__(256) $name(
            const float* __restrict__ dy, float* __restrict__ dx, int rows) {
          const int i = blockIdx.x * 256 + threadIdx.x;
          if (i < rows * $size) {
            const int inner = i % $inner;
            const int place = i / $inner % $own;
            const int outer = i / ($inner * $own);
            dx[i] $into dy[(outer * $length + $start + place) * $inner + inner];
          }
        }
        """,
        "start",
        start,
        "end",
        start + length - 1,
        "own",
        length,
        "length",
        joint.length(),
        "inner",
        joint.inner(),
        "size",
        joint.size() / joint.length() * length,
        "into",
        accumulate ? "+=" : "=");
  }

  private static final String LOOK_UP =
      """
      // Vectors of $D values by index, $T a row.
      extern "C" __global__ void __launch_bounds__(256) $name(
          const int* __restrict__ index, const float* __restrict__ table, float* __restrict__ y, int rows) {
        const int i = (blockIdx.x * 256 + threadIdx.x) * $lanes;
        if (i < rows * $size) {
          float v[$lanes];
          load<$lanes>(v, table + static_cast<long long>(index[i / $D]) * $D + i % $D);
          store<$lanes>(y + i, v);
        }
      }
      """;

  static CudaKernel lookUp(KernelSet kernels, int places, int width) {
    return kernels.kernel(
        "embedding" + width,
        LOOK_UP,
        "D",
        width,
        "T",
        places,
        "lanes",
        ChainKernels.lanes(width),
        "size",
        (long) places * width);
  }

  /** Columns of an embedding's gradient that one warp sums. */
  private static final int COLUMNS = 128;

  private static final String LOOK_UP_GRADIENT =
      """
      // For each vector of an embedding the sum of the gradients at the places that took it, in their order: a
      // warp for each vector, which looks at 32 places at once.
      extern "C" __global__ void __launch_bounds__(128) $name(
          const int* __restrict__ index, const float* __restrict__ dy, float* __restrict__ table, int rows) {
        const int vector = blockIdx.x / $tiles * 4 + threadIdx.y;
        const int start = blockIdx.x % $tiles * $columns;
        const int lane = threadIdx.x;
        if (vector >= $V) {
          return;
        }
        float sum[$each] = {};
        for (int from = 0; from < rows * $T; from += 32) {
          unsigned hits = __ballot_sync(
              0xffffffffu, from + lane < rows * $T && index[from + lane] == vector);
          while (hits != 0u) {
            const int place = from + __ffs(hits) - 1;
            hits &= hits - 1u;
            for (int k = 0; k < $each; k++) {
              const int column = start + k * 32 + lane;
              if (column < $D) {
                sum[k] += dy[place * $D + column];
              }
            }
          }
        }
        for (int k = 0; k < $each; k++) {
          const int column = start + k * 32 + lane;
          if (column < $D) {
            table[static_cast<long long>(vector) * $D + column] $into sum[k];
          }
        }
      }
      """;

  static CudaKernel lookUpGradient(
      KernelSet kernels, int places, int vocabulary, int width, boolean accumulate) {
    return kernels.kernel(
        "embedding" + width + "_gradient",
        LOOK_UP_GRADIENT,
        "V",
        vocabulary,
        "D",
        width,
        "T",
        places,
        "tiles",
        Math.ceilDiv(width, COLUMNS),
        "columns",
        COLUMNS,
        "each",
        Math.min(COLUMNS / 32, Math.ceilDiv(width, 32)),
        "into",
        accumulate ? "+=" : "=");
  }

  static Grid lookUpGradientGrid(int vocabulary, int width) {
    return new Grid.Fixed(
        Math.multiplyExact(Math.ceilDiv(vocabulary, 4), Math.ceilDiv(width, COLUMNS)), 32, 4);
  }
}

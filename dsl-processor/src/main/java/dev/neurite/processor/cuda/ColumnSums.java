package dev.neurite.processor.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Sums over the rows of a row-major matrix, for each column: the bias's gradient, the statistics of
 * a batch. One kernel sums parts of the rows, the next the parts, both in a fixed order.
 */
final class ColumnSums {

  /** Rows that are worth a block, and blocks side by side that keep a large device busy. */
  private static final int LEAST = 128;

  private static final int MOST = 128;

  private static final int THREADS = 256;

  private ColumnSums() {}

  /** How the rows of a matrix are split that has {@code perRow} of them for each of the batch. */
  static Parts parts(long perRow) {
    return new Parts(perRow, LEAST, MOST);
  }

  /** Floats of the parts of {@code sums} sums. */
  static long partFloats(int columns, int sums) {
    return (long) MOST * sums * columns;
  }

  /** Columns side by side in a block: a warp's threads, or fewer for fewer columns. */
  static int width(int columns) {
    int width = 1;
    while (width < columns && width < 32) {
      width *= 2;
    }
    return width;
  }

  static Grid summing(int columns, long perRow) {
    int width = width(columns);
    return new Grid.Summing(Math.ceilDiv(columns, width), parts(perRow), width, THREADS / width);
  }

  static Grid finishing(int columns) {
    int width = width(columns);
    return new Grid.Fixed(Math.ceilDiv(columns, width), width, THREADS / width);
  }

  private static final String PARTIAL =
      """
      // $Comment
      extern "C" __global__ void __launch_bounds__(256) $name($parameters, float* __restrict__ partial, int rows) {
        __shared__ float shared[$sums][$height][$width];
        const int column = blockIdx.x * $width + threadIdx.x;
        const long long matrix = static_cast<long long>(rows) * $perRow;
        const int first = static_cast<int>(matrix * blockIdx.y / gridDim.y);
        const int last = static_cast<int>(matrix * (blockIdx.y + 1) / gridDim.y);
      $zero
        if (column < $columns) {
      $setup    for (int m = first + threadIdx.y; m < last; m += $height) {
            const int i = m * $columns + column;
      $terms    }
        }
      $share
        __syncthreads();
        for (int half = $height / 2; half > 0; half /= 2) {
          if (threadIdx.y < half) {
            for (int s = 0; s < $sums; s++) {
              shared[s][threadIdx.y][threadIdx.x] += shared[s][threadIdx.y + half][threadIdx.x];
            }
          }
          __syncthreads();
        }
        if (threadIdx.y == 0 && column < $columns) {
          for (int s = 0; s < $sums; s++) {
            partial[(blockIdx.y * $sums + s) * $columns + column] = shared[s][0][threadIdx.x];
          }
        }
      }
      """;

  /**
   * The first kernel.
   *
   * @param parameters before the parts and the number of rows
   * @param setup lines before the loop
   * @param terms lines that add an element to the sums
   */
  static CudaKernel partial(
      KernelSet kernels,
      String name,
      String comment,
      int columns,
      long perRow,
      int sums,
      String parameters,
      String setup,
      String terms) {
    return kernels.kernel(
        name,
        PARTIAL,
        "Comment",
        comment,
        "parameters",
        parameters,
        "sums",
        sums,
        "columns",
        columns,
        "perRow",
        perRow,
        "width",
        width(columns),
        "height",
        THREADS / width(columns),
        "zero",
        forSums(sums, s -> "  float sum" + s + " = 0.0f;"),
        "setup",
        setup,
        "terms",
        terms,
        "share",
        forSums(sums, s -> "  shared[%d][threadIdx.y][threadIdx.x] = sum%d;".formatted(s, s)));
  }

  private static String forSums(int sums, IntFunction<String> line) {
    return IntStream.range(0, sums).mapToObj(line).collect(Collectors.joining("\n"));
  }

  private static final String FINISH =
      """
      // $Comment
      extern "C" __global__ void __launch_bounds__(256) $name(
          const float* __restrict__ partial, int parts, $parameters) {
        __shared__ float shared[$sums][$height][$width];
        const int column = blockIdx.x * $width + threadIdx.x;
        for (int s = 0; s < $sums; s++) {
          float sum = 0.0f;
          if (column < $columns) {
            for (int part = threadIdx.y; part < parts; part += $height) {
              sum += partial[(part * $sums + s) * $columns + column];
            }
          }
          shared[s][threadIdx.y][threadIdx.x] = sum;
        }
        __syncthreads();
        for (int half = $height / 2; half > 0; half /= 2) {
          if (threadIdx.y < half) {
            for (int s = 0; s < $sums; s++) {
              shared[s][threadIdx.y][threadIdx.x] += shared[s][threadIdx.y + half][threadIdx.x];
            }
          }
          __syncthreads();
        }
        if (threadIdx.y == 0 && column < $columns) {
      $results  }
      }
      """;

  /**
   * The second kernel.
   *
   * @param parameters after the parts and their number
   * @param results lines that use the sums, the first of each place of {@code shared}
   */
  static CudaKernel finish(
      KernelSet kernels,
      String name,
      String comment,
      int columns,
      int sums,
      String parameters,
      String results) {
    return kernels.kernel(
        name,
        FINISH,
        "Comment",
        comment,
        "parameters",
        parameters,
        "sums",
        sums,
        "columns",
        columns,
        "width",
        width(columns),
        "height",
        THREADS / width(columns),
        "results",
        results);
  }

  /** A line of the second kernel: {@code into[column]} gets a sum, or gets it added. */
  static String result(int sum, String into, boolean accumulate) {
    return "    %s[column] %s shared[%d][0][threadIdx.x];\n"
        .formatted(into, accumulate ? "+=" : "=", sum);
  }

  /** The sums of a matrix's columns, for the gradient of a bias. */
  static List<DeviceStep> plain(
      KernelSet kernels,
      int columns,
      long perRow,
      Operand.Address matrix,
      Operand.Address partial,
      Operand.Address into,
      boolean accumulate) {
    CudaKernel first =
        partial(
            kernels,
            "columns" + columns + "_parts",
            "Sums of the columns over parts of the rows.",
            columns,
            perRow,
            1,
            "const float* __restrict__ x",
            "",
            "      sum0 += x[i];\n");
    CudaKernel second =
        finish(
            kernels,
            "columns" + columns + (accumulate ? "_add" : "_sum"),
            "The sums of the parts.",
            columns,
            1,
            "float* __restrict__ y",
            result(0, "y", accumulate));
    List<DeviceStep> steps = new ArrayList<>();
    steps.add(
        new DeviceStep.Launch(
            first, summing(columns, perRow), List.of(matrix, partial, new Operand.Rows())));
    steps.add(
        new DeviceStep.Launch(
            second,
            finishing(columns),
            List.of(partial, new Operand.PartCount(parts(perRow)), into)));
    return steps;
  }
}

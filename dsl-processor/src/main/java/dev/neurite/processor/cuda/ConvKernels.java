package dev.neurite.processor.cuda;

import dev.neurite.processor.graph.Operation.Conv2D;
import dev.neurite.processor.memory.ConvGeometry;

/**
 * Kernels of convolutions that are products: the columns of an image, a column for each place of
 * the kernel, and back. Images lie channels last.
 */
final class ConvKernels {

  private ConvKernels() {}

  /** An image and a kernel, for names. */
  static String shape(ConvGeometry g) {
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

  /** A kernel whose holes are the sizes of a convolution and more. */
  static CudaKernel kernel(
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
          const float* __restrict__ columns, $valueParameter
          float* __restrict__ dx, int rows) {
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

  private static final String RECTIFY =
      """
        float value[$lanes];
        load<$lanes>(value, relu + i);
        for (int j = 0; j < $lanes; j++) {
          sum[j] = value[j] > 0.0f ? sum[j] : 0.0f;
        }
      """;

  /**
   * The gradient of images.
   *
   * @param rectify whether it is 0 where the images, values of a ReLU, are 0
   */
  static CudaKernel image(KernelSet kernels, ConvGeometry g, boolean accumulate, boolean rectify) {
    return kernel(
        kernels,
        "image_" + shape(g) + (rectify ? "_relu" : ""),
        IMAGE,
        g,
        "lanes",
        lanes(g),
        "width",
        g.groups() * g.inputs(),
        "size",
        g.channels() * g.height() * g.width(),
        "add",
        KernelSet.fill(accumulate ? ADD : rectify ? RECTIFY : "", "lanes", lanes(g)),
        "valueParameter",
        rectify ? "const float* __restrict__ relu," : "");
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

package dev.neurite.gpu;

import dev.neurite.spi.DeviceLoss;
import dev.neurite.spi.DeviceUpdate;
import dev.neurite.spi.GpuStep;
import java.util.HashMap;
import java.util.Map;

/** The kernels of losses, clipping, optimizers and batches, compiled when first used. */
final class StepKernels implements Part {

  private final Gpu gpu;
  private final Map<String, Kernels> loaded = new HashMap<>();

  StepKernels(Gpu gpu) {
    this.gpu = gpu;
  }

  Kernels loss(DeviceLoss loss) {
    if (loss instanceof DeviceLoss.Elementwise elementwise) {
      return load("loss.cu", elementwiseSource(elementwise));
    }
    return load("losses.cu", Kernels.resource("sums.cu") + Kernels.resource("losses.cu"));
  }

  Kernels clipping() {
    return load("clipping.cu", Kernels.resource("sums.cu") + Kernels.resource("clipping.cu"));
  }

  /** What gathers rows of a dataset, and what sums gradients. */
  Kernels gathering() {
    return load("gathering.cu", Kernels.resource("gathering.cu"));
  }

  Kernels update(DeviceUpdate update) {
    return load("update.cu", updateSource(update.code(), update.memories().size()));
  }

  static String elementwiseSource(DeviceLoss.Elementwise loss) {
    return Kernels.resource("sums.cu")
        + "#define NEURITE_LOSS "
        + line(loss.value())
        + "\n#define NEURITE_DERIVATIVE "
        + line(loss.derivative())
        + "\n"
        + Kernels.resource("elementwise.cu");
  }

  static String updateSource(String code, int memories) {
    return GpuStep.DECLARATION
        + "#define NEURITE_MEMORIES "
        + memories
        + "\n#define NEURITE_UPDATE "
        + line(code)
        + "\n"
        + Kernels.resource("update.cu");
  }

  /** A macro's text is one line. */
  private static String line(String code) {
    return code.strip().replaceAll("\\s*\n\\s*", " ");
  }

  private Kernels load(String name, String source) {
    return loaded.computeIfAbsent(source, text -> Kernels.load(gpu, name, text));
  }

  @Override
  public void close() {
    loaded.values().forEach(Kernels::close);
    loaded.clear();
  }
}

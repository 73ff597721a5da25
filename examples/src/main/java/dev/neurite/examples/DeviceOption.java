package dev.neurite.examples;

import dev.neurite.Device;
import dev.neurite.TrainableModel;
import dev.neurite.gpu.Gpu;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says where an example trains. */
public final class DeviceOption {

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description =
          "Where to train: cpu, gpu, gpu:1 for the second, or auto for the first GPU if there is"
              + " one.")
  private String name = "cpu";

  /** Creates the option; picocli sets its value. */
  public DeviceOption() {}

  /**
   * Moves a model to the device, and says where that is if it is not the processor.
   *
   * @throws dev.neurite.gpu.GpuException if a GPU was asked for and there is none
   */
  public void place(TrainableModel model, PrintStream out) {
    if (name.equals("auto")) {
      String missing = Gpu.whyNot();
      if (missing != null) {
        out.printf("No GPU, so this runs on the processor: %s%n%n", firstLine(missing));
        return;
      }
    }
    Device device = Device.parse(name);
    model.to(device);
    if (device.isGpu()) {
      out.printf("This runs on %s.%n%n", gpuName(device));
    }
  }

  private static String gpuName(Device device) {
    try (Gpu gpu = Gpu.open(device.index())) {
      return gpu.toString();
    }
  }

  private static @Nullable String firstLine(String text) {
    return text.lines().findFirst().orElse(null);
  }
}

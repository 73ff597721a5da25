package dev.neurite.examples;

import dev.neurite.TrainableModel;
import java.io.PrintStream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of examples that train on many rows. */
public final class TrainingOptions {

  @Mixin private final SeedOption seed = new SeedOption();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads that share the work, all processors if not given; the weights do not depend on"
              + " it.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Mixin private final DeviceOption device = new DeviceOption();

  /** Creates the options; picocli sets their values. */
  public TrainingOptions() {}

  /** The seed of the initial weights, of the order of rows, and of what is drawn beside. */
  public long seed() {
    return seed.value();
  }

  /** Threads that share the work. */
  public int threads() {
    return threads;
  }

  /**
   * Moves a model to the device, and says where that is if it is not the processor.
   *
   * @throws dev.neurite.gpu.GpuException if a GPU was asked for and there is none
   */
  public void place(TrainableModel model, PrintStream out) {
    device.place(model, out);
  }
}

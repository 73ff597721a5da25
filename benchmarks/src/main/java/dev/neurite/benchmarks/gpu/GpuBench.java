package dev.neurite.benchmarks.gpu;

import dev.neurite.Device;
import dev.neurite.EpochReport;
import dev.neurite.TrainableModel;
import dev.neurite.Trainer;
import dev.neurite.Training;
import dev.neurite.TrainingReport;
import dev.neurite.benchmarks.nets.MlpModel;
import dev.neurite.data.Dataset;
import dev.neurite.gpu.Gpu;
import dev.neurite.optim.Optimizer;
import dev.neurite.optim.Optimizers;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/** Measures one thing on the GPU and prints it as one line of words for {@code run.sh}. */
public final class GpuBench {

  /** Epochs before those that count: kernels are compiled, graphs recorded, the JVM warmed up. */
  private static final int WARM_EPOCHS = 3;

  private static final int EPOCHS = 12;
  private static final double MICROS = 1e-3;

  private GpuBench() {}

  /**
   * Runs what the first word names.
   *
   * @param args {@code device}; {@code train NET BATCH fp32|tf32 [STEPS EPOCHS]}; {@code predict
   *     NET [COUNT]}; {@code agree NET}; {@code steps NET BATCH COUNT}; {@code cycles COUNT}
   */
  public static void main(String[] args) {
    switch (args[0]) {
      case "device" -> device();
      case "train" ->
          train(
              GpuNets.named(args[1]),
              Integer.parseInt(args[2]),
              args[3].equals("tf32"),
              number(args, 4),
              number(args, 5));
      case "predict" -> predict(GpuNets.named(args[1]), number(args, 2));
      case "agree" -> agree(GpuNets.named(args[1]));
      case "steps" ->
          steps(GpuNets.named(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
      case "cycles" -> cycles(Integer.parseInt(args[1]));
      default -> throw new IllegalArgumentException("nothing is called " + args[0]);
    }
  }

  /** A number, or 0 if there are not so many words. */
  private static int number(String[] args, int index) {
    return args.length > index ? Integer.parseInt(args[index]) : 0;
  }

  private static void device() {
    try (Gpu gpu = Gpu.open()) {
      System.out.println(gpu);
    }
  }

  /** Training samples per second, the median over epochs, and the operations per second of it. */
  private static void train(
      GpuNets net, int batch, boolean tf32, int wantedSteps, int wantedEpochs) {
    TrainableModel model = net.create(42);
    model.to(tf32 ? Device.gpu().withTensorFloat32() : Device.gpu());
    // Enough steps in an epoch that its end does not count: some tens of milliseconds.
    int enough = net == GpuNets.WIDE ? 8 : Math.clamp(400_000 / batch, 50, 1_000);
    int steps = wantedSteps > 0 ? wantedSteps : enough;
    int warm = wantedEpochs > 0 ? 1 : WARM_EPOCHS;
    int measured = wantedEpochs > 0 ? wantedEpochs : EPOCHS;
    Dataset data = GpuNets.data(model, steps * batch);
    TrainingReport report =
        Trainer.of(model)
            .loss(net.loss())
            .optimizer(Optimizers.sgd(0.01).momentum(0.5))
            .batchSize(batch)
            .epochs(warm + measured)
            .fit(data);
    List<EpochReport> epochs = report.epochs();
    double[] rates =
        epochs.stream().skip(warm).mapToDouble(e -> e.rows() / e.seconds()).sorted().toArray();
    double median = rates[rates.length / 2];
    System.out.printf(
        Locale.ROOT,
        "train %s %d %s neurite %.0f %.4g%n",
        net,
        batch,
        tf32 ? "tf32" : "fp32",
        median,
        median * GpuNets.operations(model));
  }

  /** Microseconds of one row's prediction, on the processor and on the GPU. */
  private static void predict(GpuNets net, int wanted) {
    int count = wanted > 0 ? wanted : 1_001;
    // A thousand calls are over before vector code has been compiled in the background.
    System.setProperty("neurite.warmup", "now");
    TrainableModel model = net.create(42);
    double cpu = latency(net, model, count);
    model.to(Device.gpu());
    double gpu = latency(net, model, count);
    System.out.printf(
        Locale.ROOT, "predict %s %d %.1f %.1f%n", net, GpuNets.parameters(model), cpu, gpu);
  }

  private static double latency(GpuNets net, TrainableModel model, int count) {
    float[] input = new float[model.description().inputs().getFirst().size()];
    float[] output = new float[model.description().outputs().getFirst().size()];
    BiConsumer<float[], float[]> predictor = net.predictor(model);
    double[] micros = new double[count];
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < micros.length; i++) {
        long start = System.nanoTime();
        predictor.accept(input, output);
        micros[i] = (System.nanoTime() - start) * MICROS;
      }
    }
    Arrays.sort(micros);
    return micros[micros.length / 2];
  }

  /** The largest difference of loss and gradients between processor and GPU, after one pass. */
  private static void agree(GpuNets net) {
    int rows = 33;
    float[][] gradients = new float[2][];
    double[] losses = new double[2];
    for (int i = 0; i < 2; i++) {
      TrainableModel model = net.create(42);
      Dataset data = GpuNets.data(model, rows);
      if (i == 1) {
        model.to(Device.gpu());
      }
      try (Training training = model.training(rows)) {
        training.forward(
            data.floats(model.description().inputs().getFirst().name()).values(), rows);
        losses[i] = training.loss(net.loss(), classes(model, data));
        training.backward();
        gradients[i] = training.gradients().clone();
      }
    }
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < gradients[0].length; i++) {
      largest = Math.max(largest, Math.abs(gradients[0][i]));
      difference = Math.max(difference, Math.abs((double) gradients[0][i] - gradients[1][i]));
    }
    System.out.printf(
        Locale.ROOT, "agree %s %.7f %.7f %.2g%n", net, losses[0], losses[1], difference / largest);
  }

  private static int[] classes(TrainableModel model, Dataset data) {
    return data.indices(model.description().outputs().getFirst().name()).values();
  }

  /** Bytes by which the GPU's free memory shrinks over some steps by hand. */
  private static void steps(GpuNets net, int batch, int count) {
    TrainableModel model = net.create(42);
    model.to(Device.gpu());
    Dataset data = GpuNets.data(model, batch);
    float[] input = data.floats(model.description().inputs().getFirst().name()).values();
    int[] classes = classes(model, data);
    Optimizer optimizer = Optimizers.adam(0.001);
    try (Gpu gpu = Gpu.open();
        Training training = model.training(batch)) {
      long free = 0;
      for (int step = 0; step < count; step++) {
        if (step == Math.min(10, count - 1)) {
          free = gpu.freeBytes();
        }
        training.forward(input, batch);
        training.loss(net.loss(), classes);
        training.backward();
        optimizer.step(training);
      }
      System.out.printf("steps %s %d %d %d%n", net, batch, count, free - gpu.freeBytes());
    }
    model.to(Device.cpu());
  }

  /** Bytes by which the GPU's free memory shrinks when models come and go. */
  private static void cycles(int count) {
    MlpModel.create(42).to(Device.gpu()).to(Device.cpu());
    try (Gpu gpu = Gpu.open()) {
      long free = gpu.freeBytes();
      for (int i = 0; i < count; i++) {
        TrainableModel model = MlpModel.create(42);
        model.to(Device.gpu());
        model.training(100).close();
        model.to(Device.cpu());
      }
      System.out.printf("cycles %d %d%n", count, free - gpu.freeBytes());
    }
  }
}

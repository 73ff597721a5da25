package dev.neurite.processor.generated;

import dev.neurite.TrainableModel;
import dev.neurite.Training;
import dev.neurite.io.SafeTensors;
import dev.neurite.io.Tensor;
import dev.neurite.io.TensorFile;
import dev.neurite.loss.Loss;
import dev.neurite.loss.Losses;
import dev.neurite.optim.Clipping;
import dev.neurite.optim.Optimizer;
import dev.neurite.optim.Optimizers;
import dev.neurite.optim.RmsProp;
import dev.neurite.optim.Schedule;
import dev.neurite.optim.Schedules;
import dev.neurite.optim.Sgd;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.StoredTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** One reference case in one variant: its largest error, where that is, and all bits. */
final class OracleRun {

  /**
   * @param fraction the largest error as a fraction of the tolerance
   * @param worst the tensor that has it
   * @param sha256 of outputs, losses, gradients, parameters, predictions
   */
  record Result(double fraction, String worst, String sha256) {}

  private final OracleCase oracle;
  private final ModelDescription description;
  private final LongFunction<TrainableModel> create;
  private final Bits bits = new Bits();
  private double fraction;
  private String worst = "none";

  private OracleRun(
      OracleCase oracle, ModelDescription description, LongFunction<TrainableModel> create) {
    this.oracle = oracle;
    this.description = description;
    this.create = create;
  }

  static Result of(OracleCase oracle, GeneratedNetwork network, Variant variant) {
    variant.choose();
    OracleRun run = new OracleRun(oracle, network.description(), network::create);
    run.training();
    run.inference(network);
    return run.result();
  }

  /**
   * The same for models that run elsewhere.
   *
   * @param create makes one of a seed
   * @param predict predicts rows with one
   */
  static Result elsewhere(
      OracleCase oracle,
      ModelDescription description,
      LongFunction<TrainableModel> create,
      Predict predict) {
    OracleRun run = new OracleRun(oracle, description, create);
    run.training();
    TrainableModel model = run.initial();
    run.predicted(model, predict.rows(model, List.of(oracle.values("input")), oracle.rows())[0]);
    return run.result();
  }

  /**
   * Terms of 417 that cancel: a fused sum keeps the rounding of one product, half of its last place
   * or 1.5e-5, where the tolerance is 2e-6. Devices compute so too.
   */
  private static final Map<String, Double> CANCELLING = Map.of("nasty_crossentropy", 8.0);

  /** The largest error of a case that sums of a device's own order may have, of the tolerance. */
  static double allowed(OracleCase oracle) {
    return CANCELLING.getOrDefault(oracle.name(), 1.0);
  }

  /** Inference of some rows. */
  interface Predict {
    float[][] rows(TrainableModel model, List<Object> inputs, int rows);
  }

  private Result result() {
    return new Result(fraction, worst, bits.sum());
  }

  private void training() {
    pass();
    if (!oracle.optimizer().isEmpty()) {
      steps();
    }
  }

  /** Output, loss, gradients and running statistics of one pass. */
  private void pass() {
    TrainableModel model = initial();
    int rows = oracle.rows();
    try (Training step = model.training(rows)) {
      step.trainingMode(oracle.trains());
      boolean floats = oracle.has("grad.input");
      step.requireInputGradients(floats);
      forward(step);
      compare("output", live(step.output(), "output"));
      compare("loss", step(step));
      step.backward();
      for (String parameter : oracle.group("grad.").keySet()) {
        float[] gradient =
            parameter.equals("input")
                ? live(step.inputGradient(), "grad.input")
                : step.gradient(parameter);
        compare("grad." + parameter, gradient);
      }
      Padding.check(oracle.name(), description, step);
    }
    if (oracle.optimizer().isEmpty()) {
      after(model);
    }
  }

  /** The trajectory of the case's optimizer. */
  private void steps() {
    TrainableModel model = initial();
    Map<?, ?> constants = oracle.optimizer();
    Optimizer optimizer = optimizer(constants);
    double initial = optimizer.learningRate();
    Schedule schedule = schedule(constants);
    @Nullable Clipping clipping =
        constants.containsKey("clip_norm") ? Clipping.norm(number(constants, "clip_norm")) : null;
    int steps = (int) number(constants, "steps");
    double[] losses = new double[steps];
    double[] rates = new double[steps];
    try (Training step = model.training(oracle.rows(), 2)) {
      for (int i = 0; i < steps; i++) {
        forward(step);
        losses[i] = step(step);
        step.backward();
        if (clipping != null) {
          clipping.apply(step);
        }
        rates[i] = schedule.rate(initial, optimizer.steps());
        optimizer.learningRate(rates[i]);
        optimizer.step(step);
        Padding.check(oracle.name(), description, step);
      }
    }
    compare("losses", losses);
    compare("lrs", rates);
    after(model);
  }

  /**
   * Predictions behave as in use: with the running statistics. Where the case's output is that of
   * the batch's own statistics, they are compared with the training pass in that mode instead.
   */
  private void inference(GeneratedNetwork network) {
    TrainableModel model = initial();
    int rows = oracle.rows();
    List<Object> inputs = List.of(oracle.values("input"));
    float[] own = network.predict(model, inputs, rows)[0];
    float[] alone = network.predict(network.forward(model), inputs, rows)[0];
    if (!Arrays.equals(own, alone)) {
      throw new IllegalStateException(oracle.name() + ": a model and its file predict differently");
    }
    predicted(model, own);
    OddRun.rowsAlone(network, model, inputs, rows, new float[][] {own});
  }

  private void predicted(TrainableModel model, float[] predicted) {
    if (oracle.trains() && oracle.hasBatchNorm()) {
      try (Training step = model.training(oracle.rows())) {
        step.trainingMode(false);
        forward(step);
        record(
            "predicted",
            oracle.fraction(doubles(predicted), doubles(live(step.output(), "output"))));
      }
    } else {
      record("predicted", oracle.fraction(doubles(predicted), oracle.doubles("output")));
    }
    bits.add(predicted);
  }

  /** A model with the case's parameters, by way of a file. */
  private TrainableModel initial() {
    TrainableModel model = create.apply(7);
    try {
      Path file = Files.createTempFile("neurite", ".safetensors");
      try {
        SafeTensors.write(file, new TensorFile(oracle.group("param."), Map.of()));
        model.load(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return model;
  }

  /** Parameters, running statistics and counters, as they are saved. */
  private void after(TrainableModel model) {
    Map<String, Tensor> expected = oracle.group("after.");
    if (expected.isEmpty()) {
      return;
    }
    try {
      Path file = Files.createTempFile("neurite", ".safetensors");
      try {
        model.save(file);
        TensorFile saved = SafeTensors.read(file);
        for (StoredTensor tensor : description.tensors()) {
          if (expected.containsKey(tensor.name())) {
            Tensor actual = saved.tensor(tensor.name());
            if (tensor.role() == StoredTensor.Role.COUNTER) {
              compare("after." + tensor.name(), new double[] {(double) actual.longs()[0]});
            } else {
              compare("after." + tensor.name(), actual.floats());
            }
          }
        }
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void forward(Training step) {
    step.forward(new Object[] {oracle.values("input")}, oracle.rows());
  }

  private double step(Training step) {
    ModelDescription.Output output = description.outputs().getFirst();
    return step.loss(output.name(), loss(), oracle.values("target"), 1);
  }

  /** The valid part of a live array. */
  private float[] live(float[] values, String tensor) {
    return Arrays.copyOf(values, oracle.file().tensor(tensor).size());
  }

  private void compare(String tensor, float[] actual) {
    bits.add(actual);
    record(tensor, oracle.fraction(doubles(actual), oracle.doubles(tensor)));
  }

  private void compare(String tensor, double... actual) {
    for (double value : actual) {
      bits.add(value);
    }
    record(tensor, oracle.fraction(actual, oracle.doubles(tensor)));
  }

  private void record(String tensor, double found) {
    if (found > fraction) {
      fraction = found;
      worst = tensor;
    }
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  private Loss loss() {
    Map<?, ?> options = Json.object(oracle.metadata("loss_options"));
    String loss = oracle.metadata("loss");
    return switch (loss) {
      case "crossentropy" -> Losses.crossEntropy();
      case "nll" -> Losses.nll();
      case "mse" -> Losses.mse();
      case "mae" -> Losses.mae();
      case "huber" -> Losses.huber(number(options, "delta"));
      case "bce" -> Losses.bce();
      case "bce_with_logits" -> Losses.bceWithLogits();
      case "kldiv" ->
          Losses.klDivergence(
              "batchmean".equals(options.get("reduction"))
                  ? Losses.Reduction.BATCH_MEAN
                  : Losses.Reduction.MEAN);
      default -> throw new IllegalArgumentException("no loss " + loss);
    };
  }

  private static Optimizer optimizer(Map<?, ?> constants) {
    double rate = number(constants, "lr");
    String type = (String) Objects.requireNonNull(constants.get("type"));
    Optimizer optimizer =
        switch (type) {
          case "sgd" -> {
            Sgd sgd =
                Optimizers.sgd(rate)
                    .momentum(number(constants, "momentum"))
                    .dampening(number(constants, "dampening"));
            yield Boolean.TRUE.equals(constants.get("nesterov")) ? sgd.nesterov() : sgd;
          }
          case "adam", "adamw" ->
              (type.equals("adam") ? Optimizers.adam(rate) : Optimizers.adamW(rate))
                  .betas(number(constants, "beta1"), number(constants, "beta2"))
                  .epsilon(number(constants, "eps"));
          case "rmsprop" -> {
            RmsProp rmsProp =
                Optimizers.rmsProp(rate)
                    .alpha(number(constants, "alpha"))
                    .epsilon(number(constants, "eps"))
                    .momentum(number(constants, "momentum"));
            yield Boolean.TRUE.equals(constants.get("centered")) ? rmsProp.centered() : rmsProp;
          }
          case "adagrad" ->
              Optimizers.adagrad(rate)
                  .rateDecay(number(constants, "lr_decay"))
                  .epsilon(number(constants, "eps"))
                  .initialAccumulator(number(constants, "initial_accumulator"));
          default -> throw new IllegalArgumentException("no optimizer " + type);
        };
    return optimizer.weightDecay(number(constants, "weight_decay"));
  }

  private static Schedule schedule(Map<?, ?> constants) {
    if (!(constants.get("schedule") instanceof Map<?, ?> schedule)) {
      return (initial, k) -> initial;
    }
    String type = (String) Objects.requireNonNull(schedule.get("type"));
    return switch (type) {
      case "step" -> Schedules.step((int) number(schedule, "step_size"), number(schedule, "gamma"));
      case "cosine" -> cosine(schedule);
      case "warmup_cosine" ->
          Schedules.warmUp(
              (int) number(schedule, "warmup_steps"),
              number(schedule, "start_factor"),
              cosine(schedule));
      default -> throw new IllegalArgumentException("no schedule " + type);
    };
  }

  private static Schedule cosine(Map<?, ?> schedule) {
    return Schedules.cosine((long) number(schedule, "t_max"), number(schedule, "eta_min"));
  }

  private static double number(Map<?, ?> constants, String key) {
    return (Double) Objects.requireNonNull(constants.get(key), key);
  }
}

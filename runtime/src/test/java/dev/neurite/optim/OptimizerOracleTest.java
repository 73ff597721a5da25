package dev.neurite.optim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.OracleCase;
import dev.neurite.Training;
import dev.neurite.TwoLayers;
import dev.neurite.loss.Loss;
import dev.neurite.loss.Losses;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trajectories of every optimizer against PyTorch's. */
final class OptimizerOracleTest {

  private static final String[] PARAMETERS = {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"};

  private static Optimizer optimizer(String name) {
    return switch (name) {
      case "opt_adagrad" -> Optimizers.adagrad(0.05).rateDecay(0.1).epsilon(0.01);
      case "opt_adam" -> Optimizers.adam(0.01);
      case "opt_adam_decay_eps" -> Optimizers.adam(0.01).weightDecay(0.1).epsilon(0.01);
      case "opt_adamw" -> Optimizers.adamW(0.01).weightDecay(0.1);
      case "opt_clip_norm", "opt_schedule_cosine" -> Optimizers.sgd(0.2);
      case "opt_rmsprop" -> Optimizers.rmsProp(0.01).alpha(0.9).epsilon(0.01);
      case "opt_rmsprop_momentum" -> Optimizers.rmsProp(0.01).momentum(0.8);
      case "opt_schedule_step" -> Optimizers.sgd(0.1).momentum(0.9);
      case "opt_schedule_warmup_cosine" -> Optimizers.adam(0.02);
      case "opt_sgd" -> Optimizers.sgd(0.1);
      case "opt_sgd_momentum_decay" -> Optimizers.sgd(0.1).momentum(0.9).weightDecay(0.05);
      case "opt_sgd_nesterov" -> Optimizers.sgd(0.1).momentum(0.9).nesterov();
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Schedule schedule(String name) {
    return switch (name) {
      case "opt_schedule_cosine" -> Schedules.cosine(10, 0.02);
      case "opt_schedule_step" -> Schedules.step(3, 0.5);
      case "opt_schedule_warmup_cosine" -> Schedules.warmUp(3, 0.25, Schedules.cosine(6, 0.001));
      default -> (initial, k) -> initial;
    };
  }

  @ParameterizedTest
  @CsvSource({
    "opt_adagrad, 1",
    "opt_adam, 2",
    "opt_adam_decay_eps, 1",
    "opt_adamw, 3",
    "opt_clip_norm, 2",
    "opt_rmsprop, 1",
    "opt_rmsprop_momentum, 2",
    "opt_schedule_cosine, 1",
    "opt_schedule_step, 1",
    "opt_schedule_warmup_cosine, 1",
    "opt_sgd, 1",
    "opt_sgd_momentum_decay, 3",
    "opt_sgd_nesterov, 2",
  })
  void trajectoryIsPyTorchs(String name, int threads) {
    OracleCase oracle = OracleCase.read(name);
    int rows = oracle.tensor("input").shape().getFirst();
    Loss loss = name.equals("opt_clip_norm") ? Losses.mse() : Losses.crossEntropy();
    @Nullable Clipping clipping = name.equals("opt_clip_norm") ? Clipping.norm(0.5) : null;
    Optimizer optimizer = optimizer(name);
    double initial = optimizer.learningRate();

    TwoLayers model =
        new TwoLayers(
            oracle.tensor("input").shape().getLast(),
            oracle.tensor("param.fc1.bias").size(),
            oracle.tensor("param.fc2.bias").size(),
            0);
    for (String parameter : PARAMETERS) {
      String[] parts = parameter.split("\\.", -1);
      model.layer(parts[0]).setParameter(parts[1], oracle.floats("param." + parameter));
    }

    double[] lrs = oracle.doubles("lrs");
    double[] losses = new double[lrs.length];
    double[] rates = new double[lrs.length];
    try (Training step = model.training(rows, threads)) {
      step.requireInputGradients(true);
      for (int i = 0; i < lrs.length; i++) {
        step.forward(oracle.floats("input"), rows);
        losses[i] = step.loss("fc2", loss, oracle.targets(), 1);
        if (i == 0) {
          oracle.check("output", step.output(), "output");
        }
        step.backward();
        if (i == 0) {
          for (String parameter : PARAMETERS) {
            oracle.check(parameter, step.gradient(parameter), "grad." + parameter);
          }
          oracle.check("input", step.inputGradient(), "grad.input");
        }
        if (clipping != null) {
          assertThat(clipping.apply(step)).isGreaterThan(0.5);
        }
        rates[i] = schedule(name).rate(initial, optimizer.steps());
        optimizer.learningRate(rates[i]);
        optimizer.step(step);
      }
    }
    oracle.check("losses", losses, oracle.doubles("losses"));
    oracle.check("lrs", rates, lrs);
    for (String parameter : PARAMETERS) {
      String[] parts = parameter.split("\\.", -1);
      oracle.check(parameter, model.layer(parts[0]).parameter(parts[1]), "after." + parameter);
    }
  }
}

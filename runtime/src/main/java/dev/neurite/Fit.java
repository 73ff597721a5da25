package dev.neurite;

import dev.neurite.data.Augmentation;
import dev.neurite.data.Batch;
import dev.neurite.data.Batches;
import dev.neurite.data.Dataset;
import dev.neurite.data.Epoch;
import dev.neurite.io.WeightFileException;
import dev.neurite.optim.Optimizer;
import dev.neurite.optim.Plateau;
import dev.neurite.optim.Schedule;
import dev.neurite.spi.ModelDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One run of a trainer. */
final class Fit {

  private final Trainer trainer;
  private final TrainableModel model;
  private final ModelDescription description;
  private final Objective objective;
  private final Optimizer optimizer;
  private final double initialRate;
  private final Batches batches;
  private final @Nullable Batches validation;
  private final Evaluator evaluator;
  private final Watch watch;
  private final Progress progress;
  private final List<EpochReport> reports = new ArrayList<>();
  private final Object[] inputs;
  private final float[][] outputs;

  /** Copies of the best epoch's parameters and state; empty before it. */
  private float[] bestParameters = {};

  private float[] bestState = {};
  private long steps;

  Fit(Trainer trainer, Optimizer optimizer, Dataset train) {
    this.trainer = trainer;
    this.optimizer = optimizer;
    model = trainer.model;
    description = model.description();
    objective = trainer.objective;
    initialRate = optimizer.learningRate();
    Batches cut = Batches.of(train, trainer.batchSize);
    if (trainer.shuffled) {
      cut = cut.shuffled(trainer.seed);
    }
    for (Map.Entry<String, Augmentation> entry : trainer.augmentations.entrySet()) {
      cut = cut.augmented(entry.getKey(), entry.getValue(), trainer.seed);
    }
    batches = cut;
    validation =
        trainer.validation == null ? null : Batches.of(trainer.validation, Evaluator.DEFAULT_BATCH);
    evaluator = Evaluator.of(model, objective).threads(trainer.threads);
    watch = new Watch(trainer.watched, objective, trainer.minimalImprovement);
    progress =
        new Progress(
            description.name(),
            trainer.epochs,
            batches.count(),
            train.rows(),
            new Tally(objective));
    inputs = new Object[description.inputs().size()];
    outputs = new float[description.outputs().size()][];
  }

  TrainingReport run() {
    try (Training training = model.training(batches.size(), trainer.threads)) {
      training.seed(trainer.seed, 0);
      resume(training);
      trainer.listeners.forEach(listener -> listener.trainingStarted(progress));
      TrainingReport.End end = epochs(training);
      if (trainer.keepBest && bestParameters.length > 0) {
        model.restore(bestParameters, bestState);
      }
      double seconds = reports.stream().mapToDouble(EpochReport::seconds).sum();
      TrainingReport report =
          new TrainingReport(description.name(), reports, watch.bestEpoch(), end, seconds);
      trainer.listeners.forEach(listener -> listener.trainingEnded(report));
      return report;
    } finally {
      optimizer.learningRate(initialRate);
    }
  }

  private TrainingReport.End epochs(Training training) {
    GradientSum sum = trainer.accumulated > 1 ? new GradientSum(training) : null;
    GpuSteps steps =
        sum == null ? GpuSteps.of(training, objective, optimizer, trainer.clipping) : null;
    boolean kept = steps != null && !batches.isAugmented() && steps.keep(batches.dataset());
    for (int epoch = reports.size() + 1; epoch <= trainer.epochs; epoch++) {
      if (isExhausted()) {
        return TrainingReport.End.EARLY_STOPPING;
      }
      Tally tally = new Tally(objective);
      progress.epochStarted(epoch, tally);
      if (kept && steps != null && !epochOnGpu(steps, epoch, tally)) {
        kept = false;
      }
      if (!kept) {
        try (Epoch rows = batches.epoch(epoch - 1)) {
          while (rows.hasNext()) {
            Batch batch = rows.next();
            if (steps != null && handOver(steps.add(batch, rate()))) {
              ended(steps.next(false), tally);
            } else {
              steps = null;
              train(training, batch, sum, tally);
            }
          }
        }
      }
      if (steps != null) {
        for (var step = steps.next(true); step != null; step = steps.next(true)) {
          ended(step, tally);
        }
      }
      EpochReport report = measure(epoch, tally);
      reports.add(report);
      keep(report);
      checkpoint(training);
      trainer.listeners.forEach(listener -> listener.epochEnded(progress, report));
      if (trainer.isStopped() && epoch < trainer.epochs) {
        return TrainingReport.End.STOPPED;
      }
    }
    return TrainingReport.End.COMPLETED;
  }

  private boolean isExhausted() {
    return trainer.patience > 0
        && !reports.isEmpty()
        && reports.size() - watch.bestEpoch() >= trainer.patience;
  }

  private void train(Training training, Batch batch, @Nullable GradientSum sum, Tally tally) {
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = batch.values(description.inputs().get(i).name());
    }
    training.forward(inputs, batch.rows());
    double loss = 0;
    List<Objective.LossTerm> terms = objective.losses();
    for (int i = 0; i < terms.size(); i++) {
      Objective.LossTerm term = terms.get(i);
      Object targets = batch.values(term.output().name());
      double value = training.loss(term.index(), term.loss(), targets, term.weight());
      tally.addLoss(i, value, batch.rows());
      loss += term.weight() * value;
    }
    requireFinite(loss);
    training.backward();
    boolean last = progress.batch() + 1 == batches.count();
    if (sum == null) {
      step(training);
    } else {
      sum.add();
      if ((progress.batch() + 1) % trainer.accumulated == 0 || last) {
        sum.finish();
        step(training);
      }
    }
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] = training.output(i);
    }
    tally.addBatch(outputs, batch);
    batchEnded(batch.rows(), loss);
  }

  private void batchEnded(int rows, double loss) {
    progress.batchEnded(rows, loss);
    for (TrainingListener listener : trainer.listeners) {
      listener.batchEnded(progress);
    }
  }

  private void requireFinite(double loss) {
    if (!Double.isFinite(loss)) {
      throw new ArithmeticException(
          "the loss is "
              + loss
              + " in batch "
              + (progress.batch() + 1)
              + " of epoch "
              + progress.epoch()
              + ": lower the learning rate, clip gradients, or look for values in the data that"
              + " are not finite");
    }
  }

  private void step(Training training) {
    double norm = trainer.clipping == null ? Double.NaN : trainer.clipping.apply(training);
    double rate = rate();
    optimizer.learningRate(rate);
    optimizer.step(training);
    steps++;
    progress.stepped(rate, norm);
  }

  /** The rate of the next step. */
  private double rate() {
    if (trainer.stepSchedule != null) {
      return trainer.stepSchedule.rate(initialRate, steps);
    }
    if (trainer.epochSchedule != null) {
      return trainer.epochSchedule.rate(initialRate, reports.size());
    }
    return initialRate;
  }

  /**
   * The steps of one epoch from rows that lie on the GPU.
   *
   * @return false if steps cannot be made there as a whole; nothing has happened then
   */
  private boolean epochOnGpu(GpuSteps gpu, int epoch, Tally tally) {
    int all = batches.dataset().rows();
    gpu.order(batches.order(epoch - 1));
    for (int first = 0; first < all; first += batches.size()) {
      if (!handOver(gpu.add(first, Math.min(batches.size(), all - first), rate()))) {
        return false;
      }
      ended(gpu.next(false), tally);
    }
    return true;
  }

  /** Counts a step that was handed over to the GPU as a whole. */
  private boolean handOver(boolean taken) {
    if (taken) {
      steps++;
    }
    return taken;
  }

  /** Counts a step that the GPU has finished; null if none has. */
  private void ended(GpuSteps.@Nullable Finished step, Tally tally) {
    if (step == null) {
      return;
    }
    double loss = 0;
    List<Objective.LossTerm> terms = objective.losses();
    for (int i = 0; i < terms.size(); i++) {
      double value = step.losses().get(i);
      tally.addLoss(i, value, step.rows());
      loss += terms.get(i).weight() * value;
    }
    requireFinite(loss);
    progress.stepped(step.rate(), step.norm());
    tally.addStep(step);
    batchEnded(step.rows(), loss);
  }

  private EpochReport measure(int epoch, Tally tally) {
    Map<String, Double> metrics = tally.values();
    double validationLoss = Double.NaN;
    Map<String, Double> validationMetrics = Map.of();
    if (validation != null) {
      Tally validated = evaluator.tally(validation);
      validationLoss = validated.loss();
      validationMetrics = validated.values();
    }
    double value =
        validation == null
            ? watch.value(tally.loss(), metrics)
            : watch.value(validationLoss, validationMetrics);
    boolean best = watch.observe(epoch, value);
    if (schedule() instanceof Plateau plateau) {
      plateau.observe(value, watch.larger());
    }
    return new EpochReport(
        epoch,
        tally.loss(),
        metrics,
        validationLoss,
        validationMetrics,
        progress.learningRate(),
        tally.rows(),
        progress.seconds(),
        best);
  }

  /** The schedule in use, which may be a plateau. */
  private @Nullable Schedule schedule() {
    return trainer.stepSchedule == null ? trainer.epochSchedule : trainer.stepSchedule;
  }

  private void keep(EpochReport report) {
    if (!report.best()) {
      return;
    }
    if (trainer.keepBest) {
      bestParameters = model.parameterArray().clone();
      bestState = model.stateArray().clone();
    }
    if (trainer.bestFile != null) {
      try {
        model.save(trainer.bestFile);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void checkpoint(Training training) {
    if (trainer.checkpointFile == null) {
      return;
    }
    Checkpoint checkpoint =
        new Checkpoint(
            settings(),
            model.parameterArray(),
            model.stateArray(),
            optimizer.steps(),
            optimizer.memories(),
            bestParameters,
            bestState,
            steps,
            training.passes(),
            watch.best(),
            watch.bestEpoch(),
            schedule() instanceof Plateau plateau ? plateau.memory() : new double[0],
            reports);
    try {
      checkpoint.write(trainer.checkpointFile, description);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void resume(Training training) {
    if (trainer.resumeFile == null) {
      return;
    }
    try {
      Checkpoint checkpoint = Checkpoint.read(trainer.resumeFile, description, settings());
      try {
        if (schedule() instanceof Plateau plateau) {
          plateau.restore(checkpoint.plateau());
        }
        optimizer.restore(checkpoint.optimizerSteps(), checkpoint.memories());
      } catch (IllegalArgumentException unfit) {
        throw new WeightFileException(trainer.resumeFile, "is damaged: " + unfit.getMessage());
      }
      model.restore(checkpoint.parameters(), checkpoint.state());
      bestParameters = checkpoint.bestParameters();
      bestState = checkpoint.bestState();
      steps = checkpoint.steps();
      training.seed(trainer.seed, checkpoint.passes());
      watch.restore(checkpoint.best(), checkpoint.bestEpoch());
      reports.addAll(checkpoint.reports());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What must be the same in a training that is resumed. */
  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("seed", Long.toString(trainer.seed));
    settings.put("batchSize", Integer.toString(trainer.batchSize));
    settings.put("rows", Integer.toString(batches.dataset().rows()));
    settings.put("accumulate", Integer.toString(trainer.accumulated));
    settings.put("optimizer", optimizer.name());
    settings.put("watch", trainer.watched);
    settings.put("keepBest", Boolean.toString(trainer.keepBest));
    settings.put("plateau", Boolean.toString(schedule() instanceof Plateau));
    return settings;
  }
}

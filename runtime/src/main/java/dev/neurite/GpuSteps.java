package dev.neurite;

import dev.neurite.data.Batch;
import dev.neurite.gpu.GpuStepTerms;
import dev.neurite.optim.Clipping;
import dev.neurite.optim.Optimizer;
import dev.neurite.spi.DeviceLoss;
import dev.neurite.spi.DeviceUpdate;
import dev.neurite.spi.ModelDescription;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whole training steps on a GPU, one computing while the next is prepared. So the numbers of a step
 * come when the one after it has been handed over.
 */
final class GpuSteps {

  /** Steps handed over at a time: one computes, one is prepared. */
  private static final int AHEAD = 2;

  private final TrainableModel model;
  private final Training training;
  private final GpuPasses passes;
  private final Objective objective;
  private final Optimizer optimizer;
  private final @Nullable Clipping clipping;
  private final Object[] inputs;
  private final float[][] outputs;
  private final Deque<Pending> pending = new ArrayDeque<>();

  /** A step that was handed over. */
  private record Pending(int buffer, int rows, double rate, Map<String, Object> targets) {}

  /**
   * A finished step.
   *
   * @param rows of its batch
   * @param losses of the objective's terms
   * @param norm what clipping found; NaN without
   * @param rate of the optimizer
   * @param outputs by index; stale if there are no metrics
   * @param targets by output, for the metrics
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on within one step, never compared
  record Finished(
      int rows,
      List<Double> losses,
      double norm,
      double rate,
      float[][] outputs,
      Map<String, Object> targets) {}

  private GpuSteps(
      Training training,
      GpuPasses passes,
      Objective objective,
      Optimizer optimizer,
      @Nullable Clipping clipping) {
    this.training = training;
    this.passes = passes;
    this.objective = objective;
    this.optimizer = optimizer;
    this.clipping = clipping;
    model = training.model();
    inputs = new Object[model.description().inputs().size()];
    List<ModelDescription.Output> declared = model.description().outputs();
    outputs = new float[declared.size()][];
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] = new float[training.maxRows() * declared.get(i).size()];
    }
  }

  /** Steps of a training; null if it runs on the processor. */
  static @Nullable GpuSteps of(
      Training training, Objective objective, Optimizer optimizer, @Nullable Clipping clipping) {
    GpuPasses passes = training.gpu();
    return passes == null ? null : new GpuSteps(training, passes, objective, optimizer, clipping);
  }

  /**
   * Hands a step over.
   *
   * @param rate of the optimizer
   * @return false if a loss or the optimizer has no form for the GPU; nothing has happened then
   */
  boolean add(Batch batch, double rate) {
    List<GpuStepTerms.Term> losses = new ArrayList<>();
    for (Objective.LossTerm term : objective.losses()) {
      Object targets = batch.values(term.output().name());
      DeviceLoss loss = term.loss().onDevice(term.output(), targets, batch.rows());
      if (loss == null) {
        return false;
      }
      losses.add(new GpuStepTerms.Term(term.index(), loss, targets, term.weight()));
    }
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = batch.values(model.description().inputs().get(i).name());
    }
    Checks.inputs(model.description(), inputs, batch.rows());
    optimizer.learningRate(rate);
    DeviceUpdate update = optimizer.beginOnDevice(training);
    if (update == null) {
      return false;
    }
    GpuStepTerms terms =
        new GpuStepTerms(
            losses, clipping == null ? null : clipping.onDevice(), model.trainable(), update);
    passes.step(
        inputs,
        batch.rows(),
        training.seed(),
        training.nextPass(),
        terms,
        !objective.metrics().isEmpty());
    pending.add(new Pending(passes.buffer(), batch.rows(), rate, targets(batch)));
    return true;
  }

  /**
   * The numbers of the oldest step.
   *
   * @param last whether no more follow; if not, steps may stay unfinished
   * @return null if there is nothing to wait for yet
   */
  @Nullable Finished next(boolean last) {
    if (pending.size() < AHEAD && !last) {
      return null;
    }
    Pending step = pending.poll();
    if (step == null) {
      return null;
    }
    boolean values = !objective.metrics().isEmpty();
    double[] numbers = passes.finish(step.buffer(), step.rows(), values ? outputs : null);
    List<Double> losses = new ArrayList<>();
    for (Objective.LossTerm term : objective.losses()) {
      losses.add(numbers[term.index()]);
    }
    double norm = clipping == null ? Double.NaN : numbers[numbers.length - 1];
    return new Finished(step.rows(), losses, norm, step.rate(), outputs, step.targets());
  }

  /** Copies of what metrics compare with: the batch is gone when they are asked. */
  private Map<String, Object> targets(Batch batch) {
    Map<String, Object> copies = new HashMap<>();
    for (Objective.MetricTerm term : objective.metrics()) {
      String name = term.output().name();
      copies.computeIfAbsent(
          name,
          column ->
              switch (batch.values(column)) {
                case float[] floats -> floats.clone();
                case int[] integers -> integers.clone();
                default -> throw new IllegalArgumentException(column + " holds no numbers");
              });
    }
    return copies;
  }
}

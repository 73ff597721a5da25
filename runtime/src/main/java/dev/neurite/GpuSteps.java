package dev.neurite;

import dev.neurite.data.Batch;
import dev.neurite.data.Column;
import dev.neurite.data.Dataset;
import dev.neurite.data.FloatColumn;
import dev.neurite.data.IndexColumn;
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
import java.util.function.Function;
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
  private final float[][] outputs;
  private final Deque<Pending> pending = new ArrayDeque<>();

  /** The losses of rows that lie on the GPU; empty where batches come from the host. */
  private List<GpuStepTerms.Term> keptLosses = List.of();

  /** The dataset on the GPU, and the order of its rows in this epoch. */
  private @Nullable Dataset kept;

  private int[] order = {};

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
   * Copies a dataset to the GPU, so that steps gather their rows there.
   *
   * @return false if a loss has no form for the GPU, or the memory there is too little; batches
   *     then come from the host
   */
  boolean keep(Dataset data) {
    Function<String, Object> columns = name -> values(data.column(name));
    List<Object> targets = targets(columns);
    List<GpuStepTerms.Term> losses = losses(targets, data.rows());
    if (losses == null
        || !passes.keep(inputs(columns, data.rows()), targets, data.rows(), losses)) {
      return false;
    }
    kept = data;
    keptLosses = losses;
    return true;
  }

  /** The order in which the steps that follow take the rows of the dataset. */
  void order(int[] rows) {
    order = rows;
    passes.order(rows);
  }

  /**
   * Hands a step of rows of the dataset over.
   *
   * @param first place of the first in the order
   * @param rate of the optimizer
   * @return false if the optimizer has no form for the GPU; nothing has happened then
   */
  boolean add(int first, int rows, double rate) {
    GpuStepTerms terms = terms(keptLosses, rate);
    if (terms == null) {
      return false;
    }
    passes.step(first, rows, training.seed(), training.nextPass(), terms);
    pending.add(
        new Pending(
            passes.buffer(), rows, rate, metricTargets(name -> gathered(name, first, rows))));
    return true;
  }

  /**
   * Hands a step over.
   *
   * @param rate of the optimizer
   * @return false if a loss or the optimizer has no form for the GPU; nothing has happened then
   */
  boolean add(Batch batch, double rate) {
    List<Object> targets = targets(batch::values);
    List<GpuStepTerms.Term> losses = losses(targets, batch.rows());
    if (losses == null) {
      return false;
    }
    Object[] inputs = inputs(batch::values, batch.rows());
    GpuStepTerms terms = terms(losses, rate);
    if (terms == null) {
      return false;
    }
    passes.step(inputs, targets, batch.rows(), training.seed(), training.nextPass(), terms);
    // Copies: the batch is gone when metrics are asked.
    pending.add(
        new Pending(
            passes.buffer(), batch.rows(), rate, metricTargets(name -> copy(batch.values(name)))));
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

  private List<Object> targets(Function<String, Object> columns) {
    return objective.losses().stream().map(term -> columns.apply(term.output().name())).toList();
  }

  /** The losses for the GPU; null if one has no such form. */
  private @Nullable List<GpuStepTerms.Term> losses(List<Object> targets, int rows) {
    List<GpuStepTerms.Term> losses = new ArrayList<>();
    for (int i = 0; i < targets.size(); i++) {
      Objective.LossTerm term = objective.losses().get(i);
      DeviceLoss loss = term.loss().onDevice(term.output(), targets.get(i), rows);
      if (loss == null) {
        return null;
      }
      losses.add(new GpuStepTerms.Term(term.index(), loss, term.weight()));
    }
    return losses;
  }

  private Object[] inputs(Function<String, Object> columns, int rows) {
    Object[] inputs =
        model.description().inputs().stream()
            .map(input -> columns.apply(input.name()))
            .toArray(Object[]::new);
    Checks.inputs(model.description(), inputs, rows);
    return inputs;
  }

  /** Begins a step of the optimizer; null if it has no form for the GPU. */
  private @Nullable GpuStepTerms terms(List<GpuStepTerms.Term> losses, double rate) {
    optimizer.learningRate(rate);
    DeviceUpdate update = optimizer.beginOnDevice(training);
    return update == null
        ? null
        : new GpuStepTerms(
            losses,
            clipping == null ? null : clipping.onDevice(),
            model.trainable(),
            update,
            !objective.metrics().isEmpty());
  }

  /** What metrics compare with, by output. */
  private Map<String, Object> metricTargets(Function<String, Object> values) {
    Map<String, Object> targets = new HashMap<>();
    for (Objective.MetricTerm term : objective.metrics()) {
      targets.computeIfAbsent(term.output().name(), values);
    }
    return targets;
  }

  private static Object values(Column column) {
    return switch (column) {
      case FloatColumn floats -> floats.values();
      case IndexColumn indices -> indices.values();
    };
  }

  private static Object copy(Object values) {
    return values instanceof float[] floats ? floats.clone() : ((int[]) values).clone();
  }

  /** The rows of a step from a column of the dataset. */
  private Object gathered(String name, int first, int rows) {
    if (kept == null) {
      throw new IllegalStateException("no dataset lies on the GPU");
    }
    Column column = kept.column(name);
    int width = column.rowSize();
    Object from = values(column);
    Object to = from instanceof float[] ? new float[rows * width] : new int[rows * width];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(from, order[first + i] * width, to, i * width, width);
    }
    return to;
  }
}

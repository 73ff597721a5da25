package dev.neurite;

import dev.neurite.data.Batch;
import dev.neurite.metric.Metric;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Losses and metrics of the batches seen so far, averaged over their rows. */
final class Tally {

  private final Objective objective;
  private final double[] lossSums;
  private final Metric[] metrics;
  private long rows;

  Tally(Objective objective) {
    this.objective = objective;
    lossSums = new double[objective.losses().size()];
    metrics =
        objective.metrics().stream().map(term -> term.metric().fresh()).toArray(Metric[]::new);
  }

  /** Adds the loss of term {@code index} over a batch of this many rows. */
  void addLoss(int index, double loss, int batchRows) {
    lossSums[index] += loss * batchRows;
  }

  /** Adds the metrics of a batch and counts its rows. */
  void addBatch(float[][] outputs, Batch batch) {
    for (int i = 0; i < metrics.length; i++) {
      Objective.MetricTerm term = objective.metrics().get(i);
      metrics[i].add(
          term.output(), outputs[term.index()], batch.values(term.output().name()), batch.rows());
    }
    rows += batch.rows();
  }

  /** Adds the metrics of a step on a GPU and counts its rows. */
  void addStep(GpuSteps.Finished step) {
    for (int i = 0; i < metrics.length; i++) {
      Objective.MetricTerm term = objective.metrics().get(i);
      Object targets = step.targets().get(term.output().name());
      metrics[i].add(
          term.output(),
          step.outputs()[term.index()],
          Objects.requireNonNull(targets),
          step.rows());
    }
    rows += step.rows();
  }

  long rows() {
    return rows;
  }

  /** The weighted sum of the losses; NaN before the first batch or without losses. */
  double loss() {
    List<Objective.LossTerm> terms = objective.losses();
    double sum = terms.isEmpty() ? Double.NaN : 0;
    for (int i = 0; i < lossSums.length; i++) {
      sum += terms.get(i).weight() * lossSums[i] / rows;
    }
    return sum;
  }

  /** Metrics by name, after the losses of single outputs where there are several. */
  Map<String, Double> values() {
    Map<String, Double> values = new LinkedHashMap<>();
    if (objective.several()) {
      for (int i = 0; i < lossSums.length; i++) {
        String name = objective.losses().get(i).output().name() + ".loss";
        values.put(name, lossSums[i] / rows);
      }
    }
    for (int i = 0; i < metrics.length; i++) {
      values.put(objective.metrics().get(i).name(), metrics[i].value());
    }
    return values;
  }

  /** The metrics themselves, in the order of the objective. */
  List<Metric> metrics() {
    return List.of(metrics);
  }
}

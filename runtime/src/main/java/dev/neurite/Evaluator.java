package dev.neurite;

import dev.neurite.data.Batch;
import dev.neurite.data.Batches;
import dev.neurite.data.Dataset;
import dev.neurite.data.Epoch;
import dev.neurite.loss.Loss;
import dev.neurite.metric.Metric;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Measures a model on data it is not trained on.
 *
 * <pre>{@code
 * Evaluation result = Evaluator.of(model).metric(Metrics.accuracy()).run(test);
 * double accuracy = result.metric("accuracy");
 * }</pre>
 */
public final class Evaluator {

  /** What {@link #batchSize} is at first. */
  static final int DEFAULT_BATCH = 256;

  private final TrainableModel model;
  private final Objective objective;
  private int batchSize = DEFAULT_BATCH;
  private int threads = 1;

  private Evaluator(TrainableModel model, Objective objective) {
    this.model = model;
    this.objective = objective;
  }

  /** An evaluator without losses or metrics. */
  public static Evaluator of(TrainableModel model) {
    return new Evaluator(model, new Objective(model.description()));
  }

  static Evaluator of(TrainableModel model, Objective objective) {
    return new Evaluator(model, objective);
  }

  /** Measures a loss of the only output. */
  public Evaluator loss(Loss loss) {
    return loss(objective.onlyOutput(), loss, 1);
  }

  /** Measures a loss of one output of several; the weighted sum of all is the loss. */
  public Evaluator loss(String output, Loss loss, float weight) {
    objective.loss(output, loss, weight);
    return this;
  }

  /** Measures a metric of the only output. */
  public Evaluator metric(Metric metric) {
    return metric(objective.onlyOutput(), metric);
  }

  /** Measures a metric of one output of several. */
  public Evaluator metric(String output, Metric metric) {
    objective.metric(output, metric);
    return this;
  }

  /**
   * Sets how many rows are predicted at a time.
   *
   * @param rows at least 1; 256 at first
   */
  public Evaluator batchSize(int rows) {
    batchSize = Checks.atLeast1("rows per batch", rows);
    return this;
  }

  /**
   * Sets how many threads share the work.
   *
   * @param threads the calling one included; 1 at first
   */
  public Evaluator threads(int threads) {
    this.threads = Checks.atLeast1("threads", threads);
    return this;
  }

  /**
   * Predicts all rows and compares them with their targets.
   *
   * @param data with a column for each input, and one for each output that is measured
   * @throws IllegalArgumentException if the data do not fit the model or the losses
   */
  public Evaluation run(Dataset data) {
    objective.check("the data", data);
    Tally tally = tally(Batches.of(data, batchSize));
    return new Evaluation(tally.loss(), tally.values(), tally.metrics());
  }

  Tally tally(Batches batches) {
    int inputs = model.description().inputs().size();
    int outputs = model.description().outputs().size();
    Object[] values = new Object[inputs];
    float[][] predictions = new float[outputs][];
    for (int i = 0; i < outputs; i++) {
      int size = model.description().outputs().get(i).size();
      predictions[i] = new float[Math.multiplyExact(batches.size(), size)];
    }
    Tally tally = new Tally(objective);
    try (Epoch epoch = batches.epoch(0)) {
      while (epoch.hasNext()) {
        Batch batch = epoch.next();
        for (int i = 0; i < inputs; i++) {
          values[i] = batch.values(model.description().inputs().get(i).name());
        }
        model.inferHere(values, batch.rows(), predictions, threads);
        List<Objective.LossTerm> terms = objective.losses();
        for (int i = 0; i < terms.size(); i++) {
          Objective.LossTerm term = terms.get(i);
          double loss =
              term.loss()
                  .value(
                      term.output(),
                      predictions[term.index()],
                      batch.values(term.output().name()),
                      batch.rows());
          tally.addLoss(i, loss, batch.rows());
        }
        tally.addBatch(predictions, batch);
      }
    }
    return tally;
  }

  /**
   * What was measured.
   *
   * @param loss the weighted sum of the losses; NaN if there are none
   * @param values of the metrics by name; with several outputs names begin with the output's
   * @param metrics that collected the values, in the order they were named in, such as a {@code
   *     ConfusionMatrix}
   */
  public record Evaluation(double loss, Map<String, Double> values, List<Metric> metrics) {

    /** An unmodifiable result. */
    public Evaluation {
      values = Collections.unmodifiableMap(values);
      metrics = List.copyOf(metrics);
    }

    /**
     * The value of a metric.
     *
     * @throws IllegalArgumentException if it was not measured
     */
    public double metric(String name) {
      return Numbers.named(name, values);
    }
  }
}

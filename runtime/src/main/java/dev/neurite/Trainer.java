package dev.neurite;

import dev.neurite.data.Augmentation;
import dev.neurite.data.Dataset;
import dev.neurite.loss.Loss;
import dev.neurite.metric.Metric;
import dev.neurite.optim.Clipping;
import dev.neurite.optim.Optimizer;
import dev.neurite.optim.Schedule;
import dev.neurite.spi.ModelDescription;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Trains a model on a dataset, epoch after epoch.
 *
 * <pre>{@code
 * TrainingReport report = Trainer.of(model)
 *     .loss(Losses.crossEntropy())
 *     .metric(Metrics.accuracy())
 *     .optimizer(Optimizers.adam(0.001f))
 *     .batchSize(64).epochs(10).seed(42).threads(2)
 *     .validation(test)
 *     .listener(ProgressBar.console())
 *     .fit(train);
 * }</pre>
 *
 * <p>Data have a column for each input and for each output with a loss, of the same names. With the
 * same seed the parameters come out the same bit for bit, whatever the number of threads, and
 * whether training ran through or was resumed from a {@link #checkpoint}.
 */
public final class Trainer {

  final TrainableModel model;
  final Objective objective;
  final Map<String, Augmentation> augmentations = new LinkedHashMap<>();
  final List<TrainingListener> listeners = new ArrayList<>();

  @Nullable Optimizer optimizer;
  @Nullable Schedule stepSchedule;
  @Nullable Schedule epochSchedule;
  @Nullable Clipping clipping;
  @Nullable Dataset validation;
  @Nullable Path bestFile;
  @Nullable Path checkpointFile;
  @Nullable Path resumeFile;
  String watched = Watch.LOSS;
  int batchSize = 32;
  int epochs = 1;
  int threads = 1;
  int accumulated = 1;
  long seed;
  boolean shuffled = true;
  boolean keepBest;

  /** Epochs without improvement after which training stops; 0 for never. */
  int patience;

  double minimalImprovement;

  private volatile boolean stopped;

  private Trainer(TrainableModel model) {
    this.model = model;
    objective = new Objective(model.description());
  }

  /** A trainer that still needs a loss and an optimizer. */
  public static Trainer of(TrainableModel model) {
    return new Trainer(model);
  }

  /** Sets the loss of the only output. */
  public Trainer loss(Loss loss) {
    return loss(objective.onlyOutput(), loss, 1);
  }

  /**
   * Sets the loss of one output of several. The sum of all, each times its weight, is made small;
   * outputs without a loss are not trained.
   *
   * @param weight at least 0
   */
  public Trainer loss(String output, Loss loss, float weight) {
    objective.loss(output, loss, weight);
    return this;
  }

  /** Adds a metric of the only output. */
  public Trainer metric(Metric metric) {
    return metric(objective.onlyOutput(), metric);
  }

  /** Adds a metric of one output of several; its name in reports begins with the output's. */
  public Trainer metric(String output, Metric metric) {
    objective.metric(output, metric);
    return this;
  }

  /** Sets what changes the parameters. */
  public Trainer optimizer(Optimizer optimizer) {
    this.optimizer = optimizer;
    return this;
  }

  /**
   * Sets the rows of a batch. The last batch of an epoch may have fewer.
   *
   * @param rows at least 1; 32 at first
   */
  public Trainer batchSize(int rows) {
    batchSize = Checks.atLeast1("rows per batch", rows);
    return this;
  }

  /**
   * Sets how often all data are trained on.
   *
   * @param epochs at least 1; 1 at first
   */
  public Trainer epochs(int epochs) {
    this.epochs = Checks.atLeast1("epochs", epochs);
    return this;
  }

  /** Sets the seed of the order of rows, of dropout and of augmentation; 0 at first. */
  public Trainer seed(long seed) {
    this.seed = seed;
    return this;
  }

  /**
   * Sets how many threads share the work; results do not depend on it.
   *
   * @param threads the calling one included; 1 at first
   */
  public Trainer threads(int threads) {
    this.threads = Checks.atLeast1("threads", threads);
    return this;
  }

  /** Sets whether each epoch has an order of rows of its own; on at first. */
  public Trainer shuffle(boolean shuffle) {
    shuffled = shuffle;
    return this;
  }

  /** Changes a column of the training data at random, in each epoch anew. */
  public Trainer augment(String column, Augmentation augmentation) {
    augmentations.put(column, augmentation);
    return this;
  }

  /** Sets data that the model is measured on after each epoch. */
  public Trainer validation(Dataset data) {
    validation = data;
    return this;
  }

  /** Sets how the learning rate changes from step to step. */
  public Trainer schedule(Schedule schedule) {
    stepSchedule = schedule;
    epochSchedule = null;
    return this;
  }

  /** Sets how the learning rate changes from epoch to epoch. */
  public Trainer epochSchedule(Schedule schedule) {
    epochSchedule = schedule;
    stepSchedule = null;
    return this;
  }

  /** Limits gradients before each step. */
  public Trainer clipping(Clipping clipping) {
    this.clipping = clipping;
    return this;
  }

  /**
   * Makes one step for several batches, with the gradient of all their rows: as if a batch were so
   * much larger.
   *
   * @param batches at least 1; 1 at first
   */
  public Trainer accumulate(int batches) {
    accumulated = Checks.atLeast1("batches per step", batches);
    return this;
  }

  /**
   * Keeps the parameters of layers as they are, as {@code model.conv1().freeze()} does.
   *
   * @throws IllegalArgumentException if there is no layer of a name
   */
  public Trainer freeze(String... layers) {
    for (String layer : layers) {
      Checks.indexOf("layer", model.description().layers(), ModelDescription.LayerRow::name, layer);
    }
    for (String layer : layers) {
      model.layer(layer).freeze();
    }
    return this;
  }

  /**
   * Sets the number that tells epochs apart, for early stopping, the best epoch and plateaus:
   * {@code loss} (at first) or a metric's name, over the validation data or, where there are none,
   * over the training data.
   */
  public Trainer watch(String metric) {
    watched = metric;
    return this;
  }

  /**
   * Stops when the watched number has not been better than its best for some epochs.
   *
   * @param patience epochs, at least 1
   */
  public Trainer earlyStopping(int patience) {
    return earlyStopping(patience, 0);
  }

  /**
   * Stops when the watched number has not been better than its best for some epochs.
   *
   * @param patience epochs, at least 1
   * @param improvement what counts as better, at least 0
   */
  public Trainer earlyStopping(int patience, double improvement) {
    if (!(improvement >= 0)) {
      throw new IllegalArgumentException(
          "expected an improvement of at least 0, got " + improvement);
    }
    this.patience = Checks.atLeast1("patience", patience);
    minimalImprovement = improvement;
    return this;
  }

  /** Leaves the model with the parameters of the best epoch, not of the last. */
  public Trainer keepBest() {
    keepBest = true;
    return this;
  }

  /** Saves the model whenever an epoch was the best so far. */
  public Trainer saveBest(Path file) {
    bestFile = file;
    return this;
  }

  /**
   * Saves after each epoch all that is needed to go on from there: the model, the optimizer's
   * memory, and where training stands. The file is replaced at once or not at all.
   */
  public Trainer checkpoint(Path file) {
    checkpointFile = file;
    return this;
  }

  /**
   * Goes on from a checkpoint. Everything else is set as in the training that wrote it; only the
   * number of epochs, threads, listeners and files may differ.
   */
  public Trainer resume(Path file) {
    resumeFile = file;
    return this;
  }

  /** Adds a listener. */
  public Trainer listener(TrainingListener listener) {
    listeners.add(listener);
    return this;
  }

  /** Ends training after the current epoch. May be called by listeners and from other threads. */
  public void stop() {
    stopped = true;
  }

  /**
   * Trains.
   *
   * @param train the training data
   * @return what happened
   * @throws IllegalArgumentException if the data or the losses do not fit the model, or the
   *     checkpoint does not fit this training; nothing is changed then
   * @throws IllegalStateException if the loss or the optimizer is missing
   * @throws ArithmeticException if the loss is no longer a finite number
   * @throws java.io.UncheckedIOException if a checkpoint cannot be read or written
   */
  public TrainingReport fit(Dataset train) {
    if (objective.losses().isEmpty()) {
      throw new IllegalStateException("no loss to train with: call loss(...)");
    }
    Optimizer chosen = optimizer;
    if (chosen == null) {
      throw new IllegalStateException("no optimizer to train with: call optimizer(...)");
    }
    objective.check("the training data", train);
    if (validation != null) {
      objective.check("the validation data", validation);
    }
    for (String column : augmentations.keySet()) {
      train.floats(column);
    }
    stopped = false;
    return new Fit(this, chosen, train).run();
  }

  boolean isStopped() {
    return stopped;
  }
}

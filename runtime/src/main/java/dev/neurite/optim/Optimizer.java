package dev.neurite.optim;

import dev.neurite.TrainableModel;
import dev.neurite.Training;
import dev.neurite.spi.DeviceUpdate;
import dev.neurite.spi.StoredTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Changes parameters along their gradients.
 *
 * <p>A step is a loop over ranges of the flat parameter array, split over the training's threads.
 * Every element is computed by itself, so the bits depend neither on the threads nor on whether the
 * loop was compiled to vector instructions. Where parameter and gradient are 0 the parameter stays
 * 0: padding stays padding. Frozen layers keep their parameters and their place in the optimizer's
 * memory.
 *
 * <p>An optimizer with memory (momentum and the like) belongs to the first model it steps.
 */
public abstract class Optimizer {

  private final String name;
  private final Training.Work updatePart = this::updatePart;

  private double learningRate;
  private double weightDecay;
  private boolean vectorsDecay = true;
  private Set<String> exempt = Set.of();

  private long steps;
  private float[][] memories = {};
  private @Nullable Training training;
  private @Nullable TrainableModel model;

  /** The step on a GPU, whose memory it names; another one after {@link #restore}. */
  private OnDevice onDevice = new OnDevice();

  /** The training on a GPU that has this optimizer's memory. */
  private @Nullable Training holder;

  private @Nullable List<StoredTensor> tensors;
  private @Nullable TrainableRanges ranges;

  /**
   * An optimizer that has made no step.
   *
   * @param name in reports and checkpoints
   * @param learningRate at least 0
   */
  protected Optimizer(String name, double learningRate) {
    this.name = name;
    learningRate(learningRate);
  }

  /** The name in reports and checkpoints, such as {@code adam}. */
  public final String name() {
    return name;
  }

  /** The rate of the next step. */
  public final double learningRate() {
    return learningRate;
  }

  /**
   * Sets the rate of the steps that follow.
   *
   * @param learningRate at least 0
   */
  public final void learningRate(double learningRate) {
    this.learningRate = Require.atLeast0("learning rate", learningRate);
  }

  /**
   * Pulls parameters towards 0: the optimizer's documentation says how this factor enters the step.
   * All parameters are meant, biases and normalisation weights too; see {@link #noDecay()}.
   *
   * @param weightDecay at least 0; 0 at first
   */
  public Optimizer weightDecay(double weightDecay) {
    requireUnused();
    this.weightDecay = Require.atLeast0("weight decay", weightDecay);
    return this;
  }

  /** Exempts vectors from weight decay: biases and the weights of normalisations. */
  public Optimizer noDecay() {
    vectorsDecay = false;
    tensors = null;
    return this;
  }

  /**
   * Exempts layers or single parameters from weight decay.
   *
   * @param names of layers ({@code bn1}) or parameters ({@code hidden.bias})
   */
  public Optimizer noDecay(String... names) {
    exempt = Set.of(names);
    tensors = null;
    return this;
  }

  /** Steps made so far. */
  public final long steps() {
    return steps;
  }

  /**
   * Changes the parameters of a training along its gradients.
   *
   * @throws IllegalStateException if this optimizer has memory of another model
   */
  public final void step(Training training) {
    DeviceUpdate update = beginStep(training);
    if (update != null) {
      training.updateOnDevice(update);
      return;
    }
    this.training = training;
    try {
      training.update(updatePart);
    } finally {
      this.training = null;
    }
  }

  /**
   * Begins a step on a GPU: the same as {@link #step}, but for the step itself, which the caller
   * makes. For trainers.
   *
   * @return null if the training runs on the processor, or this optimizer has no form for a GPU
   */
  public final @Nullable DeviceUpdate beginOnDevice(Training training) {
    return training.isOnGpu() && deviceCode() != null ? beginStep(training) : null;
  }

  /**
   * What the optimizer remembers, live: its arrays in the layout of the flat parameter array; empty
   * before the first step. For checkpoints.
   */
  public final List<float[]> memories() {
    if (holder != null) {
      holder.memoriesFromDevice(onDevice, false);
    }
    return List.of(memories);
  }

  /**
   * Continues where another optimizer of the same kind stopped. For checkpoints.
   *
   * @param steps it has made
   * @param memories its {@link #memories}; copied
   * @throws IllegalArgumentException if the number of arrays is not this optimizer's
   */
  public final void restore(long steps, List<float[]> memories) {
    if (steps < 0 || memories.size() != (steps == 0 ? 0 : memoryCount())) {
      throw new IllegalArgumentException(
          name + " keeps " + memoryCount() + " arrays between steps, got " + memories.size());
    }
    leaveDevice();
    this.steps = steps;
    List<float[]> copies = new ArrayList<>();
    for (float[] memory : memories) {
      copies.add(memory.clone());
    }
    this.memories = copies.toArray(float[][]::new);
    model = null;
    tensors = null;
  }

  /** Arrays of the parameters' size that this optimizer keeps between steps. */
  protected abstract int memoryCount();

  /**
   * Computes what is the same for all parameters of a step.
   *
   * @param step counted from 1
   * @param rate of this step
   */
  protected abstract void begin(long step, double rate);

  /**
   * Changes a range of the parameters. Nothing outside the range may be read or written.
   *
   * @param p parameters
   * @param g gradients
   * @param memories the arrays this optimizer keeps, 0 before the first step
   * @param from first element
   * @param to end, exclusive
   * @param weightDecay of this range
   */
  protected abstract void update(
      float[] p, float[] g, float[][] memories, int from, int to, float weightDecay);

  /**
   * The step of one element in CUDA C, as {@link DeviceUpdate#code} says; null if there is none.
   * Then the host makes the steps of a training on a GPU, with copies of all parameters and
   * gradients.
   */
  protected @Nullable String deviceCode() {
    return null;
  }

  /**
   * Gives what {@link #deviceCode} reads as {@code v}, after {@link #begin}.
   *
   * @param values to be filled from the first on
   */
  protected void deviceValues(float[] values) {}

  /** The value that memory {@code index} holds before the first step. */
  protected float initial(int index) {
    return 0;
  }

  /**
   * Refuses a change of constants after the first step.
   *
   * @throws IllegalStateException if a step has been made
   */
  protected final void requireUnused() {
    if (steps > 0) {
      throw new IllegalStateException(
          "this " + name + " has made " + steps + " steps: set its constants before the first");
    }
  }

  // One model's arrays and lists are meant, not equal ones.
  @SuppressWarnings("ReferenceEquality")
  private void prepare(Training training) {
    TrainableModel current = training.model();
    int length = current.description().parameterLength();
    if (model != current) {
      if (model != null && memoryCount() > 0) {
        throw new IllegalStateException(
            "this " + name + " has memory of another model: make an optimizer for each model");
      }
      float[][] kept = memories;
      if (kept.length != memoryCount()) {
        kept = new float[memoryCount()][length];
        for (int i = 0; i < kept.length; i++) {
          if (initial(i) != 0) {
            Arrays.fill(kept[i], initial(i));
          }
        }
      } else if (kept.length > 0 && kept[0].length != length) {
        throw new IllegalStateException(
            "this "
                + name
                + " was restored for "
                + kept[0].length
                + " parameters, but the model has "
                + length);
      }
      memories = kept;
      model = current;
    }
    List<StoredTensor> now = training.trainable();
    if (tensors != now) {
      requireKnown(training);
      ranges = new TrainableRanges(now, this::decays);
      tensors = now;
      onDevice.decays = now.stream().map(this::decays).toList();
    }
  }

  /** Counts a step and computes its numbers; gives its form for a GPU if that is what runs it. */
  @SuppressWarnings("ReferenceEquality") // One training is meant.
  private @Nullable DeviceUpdate beginStep(Training training) {
    prepare(training);
    steps++;
    begin(steps, learningRate);
    if (holder != null && holder != training) {
      leaveDevice();
    }
    if (!training.isOnGpu() || deviceCode() == null) {
      return null;
    }
    deviceValues(onDevice.values);
    holder = training;
    return onDevice;
  }

  /** Takes the memory back from the training on a GPU that has it. */
  private void leaveDevice() {
    if (holder != null) {
      holder.memoriesFromDevice(onDevice, true);
      holder = null;
    }
    List<Boolean> decays = onDevice.decays;
    onDevice = new OnDevice();
    onDevice.decays = decays;
  }

  /** Refuses a name given to {@link #noDecay(String...)} that is no layer and no parameter. */
  private void requireKnown(Training training) {
    Set<String> known = new TreeSet<>();
    for (StoredTensor tensor : training.model().description().tensors()) {
      if (tensor.role() == StoredTensor.Role.PARAMETER) {
        known.add(tensor.layer());
        known.add(tensor.name());
      }
    }
    for (String name : exempt) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "noDecay: no layer or parameter " + name + "; there is " + String.join(", ", known));
      }
    }
  }

  private boolean decays(StoredTensor tensor) {
    return (vectorsDecay || tensor.shape().size() > 1)
        && !exempt.contains(tensor.layer())
        && !exempt.contains(tensor.name());
  }

  private final class OnDevice implements DeviceUpdate {

    private final float[] values = new float[MAX_VALUES];
    private List<Boolean> decays = List.of();

    @Override
    public String code() {
      return Objects.requireNonNull(deviceCode());
    }

    @Override
    public float[] values() {
      return values;
    }

    @Override
    public float weightDecay() {
      return (float) weightDecay;
    }

    @Override
    public List<StoredTensor> trained() {
      return Objects.requireNonNull(tensors);
    }

    @Override
    public List<Boolean> decays() {
      return decays;
    }

    @Override
    public List<float[]> memories() {
      return List.of(memories);
    }
  }

  private void updatePart(int part, int parts) {
    TrainableRanges ranges = Objects.requireNonNull(this.ranges);
    Training training = Objects.requireNonNull(this.training);
    int begin = ranges.begin(part, parts);
    int end = ranges.begin(part + 1, parts);
    for (int i = 0; i < ranges.count(); i++) {
      int from = Math.max(begin, ranges.before[i]);
      int to = Math.min(end, ranges.before[i + 1]);
      if (from < to) {
        int shift = ranges.starts[i] - ranges.before[i];
        update(
            training.parameters(),
            training.gradients(),
            memories,
            from + shift,
            to + shift,
            ranges.decays[i] ? (float) weightDecay : 0);
      }
    }
  }
}

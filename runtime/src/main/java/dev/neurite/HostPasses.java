package dev.neurite;

import dev.neurite.loss.Loss;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.TrainingProgram;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Passes on the processor: stages of a generated program, each split over the threads. */
final class HostPasses implements Passes {

  /** Threads that compiling vector kernels keeps busy: the JVM's compiler, and who calls them. */
  private static final int WARMING_THREADS = 2;

  /**
   * Multiply-adds of a forward pass from which on a training waits for vector code: plain Java
   * takes some ten milliseconds for such a pass and the one back, and as long as some hundred later
   * steps while the JVM compiles at the same time.
   */
  private static final long WORTH_WAITING_FOR = 1 << 22;

  private final TrainableModel model;
  private final ModelDescription description;
  private final float[] gradients;
  private final TrainingProgram program;
  private final WorkerPool pool;
  private final int threadsBesideWarmUp;
  private final Training.Work forwardStage = this::runForward;
  private final Training.Work backwardStage = this::runBackward;

  /** Multiply-adds of one row's forward pass. */
  private final long multiplyAdds;

  private boolean prepared;
  private boolean training = true;
  private int rows;
  private int stage;

  /** Parts of each stage of this step's passes; the bits do not depend on them. */
  private int parts = 1;

  HostPasses(TrainableModel model, int maxRows, WorkerPool pool) {
    this.model = model;
    this.pool = pool;
    threadsBesideWarmUp =
        Math.clamp(Runtime.getRuntime().availableProcessors() - WARMING_THREADS, 1, pool.threads());
    description = model.description();
    multiplyAdds =
        description.layers().stream().mapToLong(ModelDescription.LayerRow::multiplyAdds).sum();
    gradients = new float[description.parameterLength()];
    program = model.newProgram(gradients, maxRows);
  }

  @Override
  public int maxRows() {
    return program.maxRows();
  }

  @Override
  public int threads() {
    return pool.threads();
  }

  @Override
  public void trainingMode(boolean training) {
    this.training = training;
    program.trainingMode(training);
  }

  @Override
  public void requireInputGradients(boolean required) {
    program.requireInputGradients(required);
  }

  @Override
  public void forward(Object[] inputs, int rows, long seed, long pass) {
    this.rows = rows;
    program.begin(inputs, rows, seed, pass);
    if (!prepared && rows * multiplyAdds >= WORTH_WAITING_FOR) {
      program.prepare(pool.threads());
      prepared = true;
    }
    parts = program.isWarm() ? pool.threads() : threadsBesideWarmUp;
    for (stage = 0; stage < program.forwardStages(); stage++) {
      pool.run(forwardStage, parts);
    }
    if (training && description.stateLength() > 0) {
      model.changed();
    }
  }

  @Override
  public float[] output(int index) {
    return program.output(index);
  }

  @Override
  public double loss(int index, Loss loss, Object targets, float weight) {
    return loss.gradient(
        description.outputs().get(index),
        program.output(index),
        targets,
        rows,
        program.outputGradient(index),
        weight);
  }

  @Override
  public void outputGradient(int index, float @Nullable [] values) {
    float[] gradient = program.outputGradient(index);
    int count = rows * description.outputs().get(index).size();
    if (values == null) {
      Arrays.fill(gradient, 0, count, 0);
    } else {
      System.arraycopy(values, 0, gradient, 0, count);
    }
  }

  @Override
  public void backward() {
    for (stage = 0; stage < program.backwardStages(); stage++) {
      pool.run(backwardStage, parts);
    }
  }

  @Override
  public float[] inputGradient(int index) {
    return program.inputGradient(index);
  }

  @Override
  public float[] gradients() {
    return gradients;
  }

  @Override
  public void update(Training.Work change) {
    try {
      pool.run(change);
    } finally {
      model.changed();
    }
  }

  @Override
  public void inParts(Training.Work work) {
    pool.run(work);
  }

  /** The threads belong to who made this. */
  @Override
  public void close() {}

  private void runForward(int part, int parts) {
    program.forward(stage, part, parts);
  }

  private void runBackward(int part, int parts) {
    program.backward(stage, part, parts);
  }
}

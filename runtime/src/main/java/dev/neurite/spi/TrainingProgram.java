package dev.neurite.spi;

/**
 * One network's training pass as generated code, with its workspace.
 *
 * <p>A pass is a short list of stages. The work of a stage is split into {@code parts} that write
 * to disjoint places, so any number of threads may run them in any order and the results are the
 * same bits; all parts of a stage end before the next stage begins. Not thread-safe otherwise: one
 * program serves one training loop.
 *
 * <p>Values seen from outside are row-major, channels first, without padding between rows. Arrays
 * returned may be longer than {@code rows * size}; what follows is scratch.
 */
public interface TrainingProgram {

  /** The most rows one pass takes; what the workspace was allocated for. */
  int maxRows();

  /**
   * Begins a pass.
   *
   * @param inputs one array for each input, {@code float[]} or {@code int[]} (indices), of at least
   *     rows x size values, read until the backward pass is done; lengths and indices have been
   *     checked by the caller
   * @param rows 1 to {@link #maxRows}
   * @param seed of the random numbers of this training (dropout)
   * @param step of the random numbers of this pass; the same seed and step give the same masks
   */
  void begin(Object[] inputs, int rows, long seed, long step);

  /**
   * Whether the passes that follow normalise by the batch's own statistics and drop values (on at
   * first). Off, batch normalisation uses its running statistics, which then stay as they are, and
   * dropout does nothing.
   */
  void trainingMode(boolean training);

  /**
   * Has what this pass and its backward pass are going to run compiled before it returns; called
   * after {@link #begin} where the passes are large enough to wait for that.
   *
   * @param parts of each stage
   */
  default void prepare(int parts) {}

  /**
   * Whether passes run on the kernels that they are going to run on; {@code false} while vector
   * kernels are being compiled in the background, which takes processors too.
   */
  default boolean isWarm() {
    return true;
  }

  /** Stages of the forward pass. */
  int forwardStages();

  /** Runs one part of a stage of the forward pass; {@code 0 <= part < parts}. */
  void forward(int stage, int part, int parts);

  /** The values of output {@code index} after the forward pass; the same array at every call. */
  float[] output(int index);

  /**
   * Where the caller writes the loss's gradient for output {@code index} before the backward pass.
   */
  float[] outputGradient(int index);

  /** Stages of the backward pass. */
  int backwardStages();

  /** Runs one part of a stage of the backward pass, which overwrites the flat gradient array. */
  void backward(int stage, int part, int parts);

  /** Asks the backward passes that follow for the gradients of the inputs too; off at first. */
  void requireInputGradients(boolean required);

  /**
   * The gradient for input {@code index} after a backward pass for which it was required.
   *
   * @throws IllegalArgumentException for an input of indices
   * @throws IllegalStateException if it was not required
   */
  float[] inputGradient(int index);
}

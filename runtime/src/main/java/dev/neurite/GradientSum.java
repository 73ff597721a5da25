package dev.neurite;

/** Adds the gradients of several batches, each weighted by its rows. */
final class GradientSum {

  private final Training training;

  /** Where the training runs on the processor; empty where it does not. */
  private final float[] sum;

  private final Training.Work add = this::add;
  private final Training.Work finish = this::finish;
  private long rows;
  private float factor;

  GradientSum(Training training) {
    this.training = training;
    sum = training.isOnGpu() ? new float[0] : new float[training.gradients().length];
  }

  /** Adds the gradients of the last backward pass. */
  void add() {
    factor = training.rows();
    rows += training.rows();
    GpuPasses gpu = training.gpu();
    if (gpu != null) {
      gpu.addGradients(factor);
    } else {
      training.inParts(add);
    }
  }

  /** Puts the mean over all rows in the place of the gradients, and starts anew. */
  void finish() {
    factor = 1f / rows;
    GpuPasses gpu = training.gpu();
    if (gpu != null) {
      gpu.takeSums(factor);
    } else {
      training.inParts(finish);
    }
    rows = 0;
  }

  private void add(int part, int parts) {
    float[] gradients = training.gradients();
    float by = factor;
    int end = bound(part + 1, parts);
    for (int i = bound(part, parts); i < end; i++) {
      sum[i] = Math.fma(by, gradients[i], sum[i]);
    }
  }

  private void finish(int part, int parts) {
    float[] gradients = training.gradients();
    float by = factor;
    int end = bound(part + 1, parts);
    for (int i = bound(part, parts); i < end; i++) {
      gradients[i] = by * sum[i];
      sum[i] = 0;
    }
  }

  private int bound(int part, int parts) {
    return (int) ((long) sum.length * part / parts);
  }
}

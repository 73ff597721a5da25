package dev.neurite.optim;

import dev.neurite.Training;
import dev.neurite.spi.DeviceClip;
import dev.neurite.spi.StoredTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Limits gradients between the backward pass and the optimizer's step. Gradients of frozen layers
 * are left alone and do not count.
 *
 * <p>Results are the same bits for any number of threads.
 */
public abstract sealed class Clipping {

  private @Nullable List<StoredTensor> tensors;
  private @Nullable TrainableRanges ranges;

  private Clipping() {}

  /**
   * Limits the Euclidean norm of all gradients together: multiplies them by min(1, max / (norm +
   * 1e-6)), as PyTorch does.
   *
   * @param max greater than 0
   */
  public static Clipping norm(double max) {
    return new Norm(Require.positive("norm", max));
  }

  /**
   * Limits every gradient to [-max, max].
   *
   * @param max greater than 0
   */
  public static Clipping value(double max) {
    return new Value(Require.positive("value", max));
  }

  /**
   * Limits the gradients of the last backward pass.
   *
   * @return the norm before, or for {@link #value} the largest absolute value before
   */
  public final double apply(Training training) {
    return training.isOnGpu() ? training.clipOnDevice(onDevice()) : clip(training);
  }

  /** This limit as a GPU keeps it. */
  public abstract DeviceClip onDevice();

  /** Limits the gradients on the processor. */
  abstract double clip(Training training);

  // One model's list is meant, not an equal one.
  @SuppressWarnings("ReferenceEquality")
  final TrainableRanges rangesOf(Training training) {
    List<StoredTensor> now = training.trainable();
    TrainableRanges current = ranges;
    if (current == null || tensors != now) {
      current = new TrainableRanges(now, tensor -> true);
      ranges = current;
      tensors = now;
    }
    return current;
  }

  /** A loop over the ranges of the gradients, in parts. */
  private abstract static class Sweep {

    private final Training.Work part = this::part;
    private @Nullable TrainableRanges ranges;
    private float[] gradients = {};

    final void run(Training training, TrainableRanges ranges) {
      this.ranges = ranges;
      gradients = training.gradients();
      training.inParts(part);
    }

    private void part(int part, int parts) {
      TrainableRanges ranges = Objects.requireNonNull(this.ranges);
      int blocks = (ranges.total() + BLOCK - 1) / BLOCK;
      int first = (int) ((long) blocks * part / parts);
      int last = (int) ((long) blocks * (part + 1) / parts);
      for (int block = first; block < last; block++) {
        int begin = block * BLOCK;
        int end = Math.min(begin + BLOCK, ranges.total());
        for (int i = 0; i < ranges.count(); i++) {
          int from = Math.max(begin, ranges.before[i]);
          int to = Math.min(end, ranges.before[i + 1]);
          if (from < to) {
            int shift = ranges.starts[i] - ranges.before[i];
            visit(block, gradients, from + shift, to + shift);
          }
        }
      }
    }

    abstract void visit(int block, float[] gradients, int from, int to);
  }

  /** Places of one block: few enough to share among threads, enough to be worth a hand-over. */
  private static final int BLOCK = 4096;

  /** Partial sums of a block. */
  private static final int SUMS = 16;

  private static final class Norm extends Clipping {

    private static final double GUARD = 1e-6;

    private final double max;
    private double[] sums = {};
    private float factor;

    private final Sweep squares =
        new Sweep() {
          @Override
          void visit(int block, float[] g, int from, int to) {
            addSquares(g, from, to, sums, block * SUMS);
          }
        };

    private final Sweep scale =
        new Sweep() {
          @Override
          void visit(int block, float[] g, int from, int to) {
            float by = factor;
            for (int i = from; i < to; i++) {
              g[i] *= by;
            }
          }
        };

    Norm(double max) {
      this.max = max;
    }

    @Override
    public DeviceClip onDevice() {
      return new DeviceClip(true, max);
    }

    @Override
    double clip(Training training) {
      TrainableRanges ranges = rangesOf(training);
      int length = (ranges.total() + BLOCK - 1) / BLOCK * SUMS;
      if (sums.length < length) {
        sums = new double[length];
      }
      Arrays.fill(sums, 0, length, 0);
      squares.run(training, ranges);
      double total = 0;
      for (int block = 0; block < length; block += SUMS) {
        for (int half = SUMS / 2; half > 0; half /= 2) {
          for (int i = 0; i < half; i++) {
            sums[block + i] += sums[block + i + half];
          }
        }
        total += sums[block];
      }
      double norm = Math.sqrt(total);
      double ratio = max / (norm + GUARD);
      if (ratio < 1) {
        factor = (float) ratio;
        scale.run(training, ranges);
      }
      return norm;
    }

    /** Element i of the range goes to sum i modulo 16; in double, so that nothing overflows. */
    private static void addSquares(float[] g, int from, int to, double[] sums, int offset) {
      int i = from;
      for (; i + SUMS <= to; i += SUMS) {
        for (int lane = 0; lane < SUMS; lane++) {
          double value = g[i + lane];
          sums[offset + lane] += value * value;
        }
      }
      for (int lane = 0; i < to; i++, lane++) {
        double value = g[i];
        sums[offset + lane] += value * value;
      }
    }
  }

  private static final class Value extends Clipping {

    private final double max;
    private float[] largest = {};

    private final Sweep clamp =
        new Sweep() {
          @Override
          void visit(int block, float[] g, int from, int to) {
            float limit = (float) max;
            float top = largest[block];
            for (int i = from; i < to; i++) {
              top = Math.max(top, Math.abs(g[i]));
              g[i] = Math.max(-limit, Math.min(limit, g[i]));
            }
            largest[block] = top;
          }
        };

    Value(double max) {
      this.max = max;
    }

    @Override
    public DeviceClip onDevice() {
      return new DeviceClip(false, max);
    }

    @Override
    double clip(Training training) {
      TrainableRanges ranges = rangesOf(training);
      int blocks = (ranges.total() + BLOCK - 1) / BLOCK;
      if (largest.length < blocks) {
        largest = new float[blocks];
      }
      Arrays.fill(largest, 0);
      clamp.run(training, ranges);
      float top = 0;
      for (int block = 0; block < blocks; block++) {
        top = Math.max(top, largest[block]);
      }
      return top;
    }
  }
}

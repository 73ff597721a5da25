package dev.neurite.gpu;

import dev.neurite.spi.DeviceClip;
import dev.neurite.spi.DeviceLoss;
import dev.neurite.spi.GpuGrid;
import dev.neurite.spi.ModelDescription;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The numbers of a step on the GPU: the loss of each output, then the size of the gradients before
 * they were clipped. Behind them the scratch that sums over blocks need.
 */
final class Results implements Part {

  /** Threads of a block of every kernel here. */
  private static final int THREADS = 256;

  /** Blocks of a sum: enough for any GPU; the block that comes last adds as many parts. */
  private static final int MAX_BLOCKS = 1024;

  private static final int WARPS = THREADS / 32;

  private final ModelDescription description;
  private final DeviceMemory memory;
  private final int count;

  Results(Gpu gpu, ModelDescription description) {
    this.description = description;
    count = description.outputs().size() + 1;
    long doubles = count + MAX_BLOCKS + 1L;
    memory =
        DeviceMemory.allocate(
            gpu, doubles * (Double.BYTES / Float.BYTES), "results of " + description.name());
  }

  /** Numbers: the losses, and the size of the gradients. */
  int count() {
    return count;
  }

  long address() {
    return memory.address();
  }

  /** One number of a copy of the results on the host. */
  static double read(MemorySegment host, int index) {
    return host.getAtIndex(ValueLayout.JAVA_DOUBLE, index);
  }

  /**
   * Computes a loss and its gradient.
   *
   * @param values address of the output
   * @param targets address of the targets
   * @param gradient address of the output's gradient
   */
  void loss(
      StepKernels kernels,
      DeviceLoss loss,
      int output,
      int rows,
      float weight,
      long values,
      long targets,
      long gradient) {
    ModelDescription.Output shape = description.outputs().get(output);
    int classes = shape.shape().isEmpty() ? 1 : shape.shape().getLast();
    long elements = (long) rows * shape.size();
    int positions = Math.toIntExact(elements / classes);
    long result = address() + (long) output * Double.BYTES;
    switch (loss) {
      case DeviceLoss.Elementwise elementwise -> {
        double divisor = elementwise.perRow() ? rows : elements;
        kernels
            .loss(loss)
            .launch(
                "neurite_loss",
                grid(Math.ceilDiv(elements, THREADS)),
                values,
                targets,
                gradient,
                elements,
                (float) (weight / divisor),
                divisor,
                result,
                parts(),
                arrived());
      }
      case DeviceLoss.OverClasses kind -> {
        String kernel =
            switch (kind) {
              case CROSS_ENTROPY -> "neurite_cross_entropy";
              case DISTRIBUTION_CROSS_ENTROPY -> "neurite_cross_entropy_distribution";
              case LOG_LIKELIHOOD -> "neurite_nll";
            };
        long blocks =
            kind == DeviceLoss.OverClasses.LOG_LIKELIHOOD
                ? Math.ceilDiv(elements, THREADS)
                : Math.ceilDiv((long) positions, WARPS);
        double divisor =
            kind == DeviceLoss.OverClasses.DISTRIBUTION_CROSS_ENTROPY ? rows : positions;
        kernels
            .loss(loss)
            .launch(
                kernel,
                grid(blocks),
                values,
                targets,
                gradient,
                positions,
                classes,
                (float) (weight / divisor),
                divisor,
                result,
                parts(),
                arrived());
      }
    }
  }

  /** Clips gradients; their size before goes to the last result. */
  void clip(StepKernels kernels, DeviceClip clip, DeviceMemory gradients, DeviceMemory kinds) {
    long floats = gradients.floats();
    long quads = floats / 4;
    long result = address() + (count - 1L) * Double.BYTES;
    if (clip.byNorm()) {
      GpuGrid grid = grid(Math.ceilDiv(quads, THREADS));
      kernels
          .clipping()
          .launch(
              "neurite_norm",
              grid,
              gradients.address(),
              kinds.address(),
              quads,
              result,
              parts(),
              arrived());
      kernels
          .clipping()
          .launch(
              "neurite_scale",
              grid,
              gradients.address(),
              kinds.address(),
              quads,
              clip.max(),
              result);
    } else {
      kernels
          .clipping()
          .launch(
              "neurite_clamp",
              grid(Math.ceilDiv(floats, THREADS)),
              gradients.address(),
              kinds.address(),
              floats,
              (float) clip.max(),
              result,
              parts(),
              arrived());
    }
  }

  private long parts() {
    return address() + (long) count * Double.BYTES;
  }

  private long arrived() {
    return address() + (long) (count + MAX_BLOCKS) * Double.BYTES;
  }

  private static GpuGrid grid(long blocks) {
    return GpuGrid.of(Math.clamp(blocks, 1, MAX_BLOCKS), THREADS);
  }

  @Override
  public void close() {
    memory.close();
  }
}

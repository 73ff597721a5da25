package dev.neurite.gpu;

import dev.neurite.spi.DeviceClip;
import dev.neurite.spi.DeviceLoss;
import dev.neurite.spi.DeviceUpdate;
import dev.neurite.spi.GpuGrid;
import dev.neurite.spi.GpuPlace;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.StoredTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A training of one network on a GPU, with memory for so many rows allocated once. What a pass
 * reads goes through page-locked memory into one of two buffers on the GPU, while the pass before
 * it may still be computing from the other. Belongs to one thread at a time.
 */
public final class GpuTraining implements Part {

  private static final int THREADS = 256;

  /** What makes passes of the same calls. */
  private record Key(String kind, int buffer, int rows, boolean training, boolean more) {}

  private final GpuModel model;
  private final Gpu gpu;
  private final Driver driver;
  private final ModelDescription description;
  private final TrainingArea area;
  private final WholeSteps steps;
  private final AtomicReference<@Nullable Thread> user = new AtomicReference<>();
  private @Nullable DeviceMemory sums;
  private int rows;
  private boolean training;
  private boolean closed;

  GpuTraining(GpuModel model, int maxRows) {
    this.model = model;
    gpu = model.gpu();
    driver = gpu.driver();
    description = model.description();
    area = new TrainingArea(model, maxRows);
    steps = new WholeSteps(area);
  }

  /**
   * The forward pass.
   *
   * @param inputs one array for each input, {@code float[]} or {@code int[]}, checked by the caller
   * @param passRows 1 to the most
   * @param trains whether the passes train, or behave as in use
   */
  public void forward(Object[] inputs, int passRows, long seed, long pass, boolean trains) {
    run(
        () -> {
          BatchBuffer buffer = area.next();
          rows = passRows;
          training = trains;
          buffer.stage(inputs, passRows, seed, pass);
          buffer.send();
          area.graphs()
              .run(
                  new Key("forward", area.current(), rows, training, false),
                  () -> model.program().forward(buffer.issuer(), rows, training));
        });
  }

  /** Copies the values of an output after a forward pass: rows x size of them. */
  public void output(int index, float[] values) {
    run(
        () ->
            download(
                area.memory().outputs().get(index),
                area.buffer().out(),
                area.outBytes(index),
                values,
                area.outputFloats(index, rows)));
  }

  /**
   * The loss of an output; its gradient times {@code weight} is kept for the backward pass.
   *
   * @param targets {@code float[]} or {@code int[]} as the loss takes them, checked by the caller
   * @return the loss without its weight
   */
  public double loss(int output, DeviceLoss loss, Object targets, float weight) {
    return get(
        () -> {
          BatchBuffer buffer = area.buffer();
          buffer.stageTargets(output, loss, targets, rows);
          GpuPlace place = area.layout().targets().get(output);
          driver.copyToDevice(
              buffer.areas().address(place),
              buffer.in().address() + area.layout().bytes(place),
              (long) BatchBuffer.targetCount(description.outputs().get(output), loss, rows)
                  * Float.BYTES,
              gpu.stream());
          area.loss(buffer, output, loss, rows, weight);
          area.copyResults(buffer);
          driver.synchronize(gpu.stream());
          return Results.read(buffer.out().segment(), output);
        });
  }

  /** Sets the gradient of an output for the backward pass; null for 0. */
  public void outputGradient(int index, float @Nullable [] values) {
    run(
        () -> {
          BatchBuffer buffer = area.buffer();
          if (values == null) {
            area.clearOutputGradient(buffer, index, rows);
            return;
          }
          int floats = area.outputFloats(index, rows);
          PinnedMemory through = buffer.out();
          long bytes = area.outBytes(index);
          MemorySegment.copy(values, 0, through.segment(), ValueLayout.JAVA_FLOAT, bytes, floats);
          driver.copyToDevice(
              buffer.areas().address(area.memory().outputGradients().get(index), floats),
              through.address() + bytes,
              (long) floats * Float.BYTES,
              gpu.stream());
          driver.synchronize(gpu.stream());
        });
  }

  /** The backward pass; overwrites the gradients. */
  public void backward(boolean inputGradients) {
    run(
        () -> {
          BatchBuffer buffer = area.buffer();
          area.graphs()
              .run(
                  new Key("backward", area.current(), rows, training, inputGradients),
                  () -> model.program().backward(buffer.issuer(), rows, training, inputGradients));
        });
  }

  /** Copies the gradient of an input after a backward pass that was asked for it. */
  public void inputGradient(int index, float[] values) {
    GpuPlace place = area.memory().inputGradients().get(index);
    if (place == null) {
      throw new IllegalArgumentException("input " + index + " takes indices: it has no gradient");
    }
    // The input's own place in the host's memory is as large, and its copy has been made.
    run(
        () ->
            download(
                place,
                area.buffer().in(),
                area.layout().bytes(area.layout().inputs().get(index)),
                values,
                rows * description.inputs().get(index).size()));
  }

  /** Copies the gradients into a flat array of the processor's layout. */
  public void gradients(float[] flat) {
    run(() -> model.conversion().download(area.gradients(), flat, true));
  }

  /** Replaces the gradients by those of a flat array of the processor's layout. */
  public void replaceGradients(float[] flat) {
    run(() -> model.conversion().upload(flat, area.gradients(), true));
  }

  /** Adds the gradients times a factor to sums, which are 0 at first. */
  public void addGradients(float factor) {
    run(
        () -> {
          DeviceMemory into = sums;
          if (into == null) {
            into =
                area.add(
                    DeviceMemory.allocate(
                        gpu,
                        area.gradients().floats(),
                        "sums of the gradients of " + description.name()));
            sums = into;
          }
          sum("neurite_add", into, factor);
        });
  }

  /** Puts the sums times a factor in the place of the gradients, and sets them to 0. */
  public void takeSums(float factor) {
    run(
        () -> {
          DeviceMemory from = sums;
          if (from == null) {
            throw new IllegalStateException("no gradients were added: call addGradients");
          }
          sum("neurite_take", from, factor);
        });
  }

  private void sum(String kernel, DeviceMemory memory, float factor) {
    long floats = memory.floats();
    if (floats > 0) {
      model
          .stepKernels()
          .gathering()
          .launch(
              kernel,
              GpuGrid.covering(floats, THREADS),
              memory.address(),
              area.gradients().address(),
              floats,
              factor);
    }
  }

  /**
   * Limits the gradients.
   *
   * @return their norm, or the largest distance from 0, before
   */
  public double clip(DeviceClip clip, List<StoredTensor> trained) {
    return get(
        () -> {
          BatchBuffer buffer = area.buffer();
          area.clipped().refresh(trained);
          area.results().clip(model.stepKernels(), clip, area.gradients(), area.clipped().kinds());
          area.copyResults(buffer);
          driver.synchronize(gpu.stream());
          return Results.read(buffer.out().segment(), area.results().count() - 1);
        });
  }

  /** Makes an optimizer's step along the gradients. */
  public void update(DeviceUpdate update) {
    run(
        () -> {
          BatchBuffer buffer = area.buffer();
          Updates known = area.known(update);
          known.refresh();
          buffer.sendValues(update.values());
          known.step(area.gradients(), buffer.areas().batch());
        });
  }

  /**
   * A whole step: forward, losses, backward, clipping, update. Returns when it has been handed
   * over; {@link #finish} gives its numbers. At most two steps may be unfinished.
   *
   * @param inputs one array for each input, checked by the caller
   * @param targets one array for each loss of {@code terms}, checked by the caller
   */
  public void step(
      Object[] inputs,
      List<Object> targets,
      int passRows,
      long seed,
      long pass,
      GpuStepTerms terms) {
    run(
        () -> {
          rows = passRows;
          training = true;
          steps.step(inputs, targets, passRows, seed, pass, terms);
        });
  }

  /**
   * Copies a dataset to the GPU for steps of its rows, in the place of the one before.
   *
   * @param inputs one array of all rows for each input, checked by the caller
   * @param targets one array of all rows for each loss, checked by the caller
   * @return false if it would take more than half of the memory that is free; nothing is there then
   */
  public boolean keep(
      Object[] inputs, List<Object> targets, int dataRows, List<GpuStepTerms.Term> losses) {
    return get(() -> steps.keep(inputs, targets, dataRows, losses));
  }

  /** The order in which steps take the rows of the dataset from now on: each once. */
  public void order(int[] order) {
    run(() -> steps.order(order));
  }

  /** A whole step of rows of the dataset: those from {@code first} on in the order. */
  public void step(int first, int passRows, long seed, long pass, GpuStepTerms terms) {
    run(
        () -> {
          rows = passRows;
          training = true;
          steps.step(first, passRows, seed, pass, terms);
        });
  }

  /** Which of the two buffers the last step was handed over in. */
  public int buffer() {
    return area.current();
  }

  /**
   * Waits for a step.
   *
   * @param which buffer it was handed over in
   * @param stepRows of that step
   * @param outputs get its outputs, if they were asked for
   * @return the losses by output, then the size of the gradients before they were clipped
   */
  public double[] finish(int which, int stepRows, float @Nullable [][] outputs) {
    return get(() -> steps.finish(which, stepRows, outputs));
  }

  /** Copies an optimizer's memory to the host's arrays, if it has made a step here. */
  public void memories(DeviceUpdate update) {
    run(() -> area.download(update));
  }

  /** Copies an optimizer's memory to the host's arrays and drops it here. */
  public void release(DeviceUpdate update) {
    run(
        () -> {
          area.download(update);
          area.drop(update);
        });
  }

  /** Copies optimizers' memories to the host and releases the GPU's; the model stays. */
  @Override
  public void close() {
    synchronized (gpu) {
      if (closed) {
        return;
      }
      closed = true;
      gpu.use();
      model.release(this);
      area.close();
    }
  }

  /** Copies floats through page-locked memory that nothing else uses just then. */
  private void download(GpuPlace place, PinnedMemory through, long bytes, float[] to, int floats) {
    driver.synchronize(gpu.stream());
    driver.copyToHost(
        through.address() + bytes,
        area.buffer().areas().address(place, floats),
        (long) floats * Float.BYTES,
        gpu.stream());
    driver.synchronize(gpu.stream());
    MemorySegment.copy(through.segment(), ValueLayout.JAVA_FLOAT, bytes, to, 0, floats);
  }

  private void run(Runnable action) {
    get(
        () -> {
          action.run();
          return true;
        });
  }

  /** Runs something if no other thread is in this training, with the GPU to itself. */
  private <T> T get(Supplier<T> action) {
    Thread thread = Thread.currentThread();
    Thread other = user.compareAndExchange(null, thread);
    if (other != null) {
      throw new IllegalStateException(
          "this training is in use by thread "
              + other.getName()
              + ", and thread "
              + thread.getName()
              + " called it meanwhile: a training belongs to one thread at a time");
    }
    try {
      synchronized (gpu) {
        if (closed) {
          throw new IllegalStateException(
              "this training is closed: make another with training(...)");
        }
        model.use();
        return action.get();
      }
    } finally {
      user.set(null);
    }
  }
}

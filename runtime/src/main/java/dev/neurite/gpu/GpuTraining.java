package dev.neurite.gpu;

import dev.neurite.spi.DeviceClip;
import dev.neurite.spi.DeviceLoss;
import dev.neurite.spi.DeviceUpdate;
import dev.neurite.spi.GpuMemory;
import dev.neurite.spi.GpuPlace;
import dev.neurite.spi.GpuStep;
import dev.neurite.spi.ModelDescription;
import dev.neurite.spi.StoredTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
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

  private static final int BUFFERS = 2;

  /** What makes passes of the same calls. */
  private record Key(String kind, int buffer, int rows, boolean training, Object more) {}

  private final GpuModel model;
  private final Gpu gpu;
  private final Driver driver;
  private final ModelDescription description;
  private final GpuMemory memory;
  private final BatchLayout layout;
  private final long capacity;
  private final Parts parts = new Parts();
  private final DeviceMemory gradients;
  private final Results results;
  private final Graphs graphs;
  private final List<BatchBuffer> buffers = new ArrayList<>();
  private final List<Updates> updates = new ArrayList<>();
  private final Updates.Trained clipped;
  private final AtomicReference<@Nullable Thread> user = new AtomicReference<>();
  private int current;
  private int rows;
  private boolean training;
  private boolean closed;

  GpuTraining(GpuModel model, int maxRows) {
    this.model = model;
    gpu = model.gpu();
    driver = gpu.driver();
    description = model.description();
    memory = model.program().trainingMemory();
    capacity = Areas.capacity(maxRows);
    layout = BatchLayout.of(description, capacity, true);
    String name = description.name();
    try {
      gradients =
          parts.add(
              DeviceMemory.allocate(gpu, model.parameters().floats(), "the gradients of " + name));
      DeviceMemory workspace =
          parts.add(
              DeviceMemory.allocate(
                  gpu,
                  memory.floats(capacity),
                  "training of " + name + " with " + maxRows + " rows a batch"));
      results = parts.add(new Results(gpu, description));
      clipped = parts.add(new Updates.Trained(model));
      int count = description.outputs().size();
      for (int i = 0; i < BUFFERS; i++) {
        buffers.add(
            parts.add(new BatchBuffer(model, layout, gradients, workspace, outBytes(count))));
      }
      graphs = parts.add(new Graphs(gpu));
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
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
          BatchBuffer buffer = next();
          rows = passRows;
          training = trains;
          buffer.stage(inputs, passRows, seed, pass);
          buffer.send();
          graphs.run(
              new Key("forward", current, rows, training, ""),
              () -> model.program().forward(buffer.issuer(), rows, training));
        });
  }

  /** Copies the values of an output after a forward pass: rows x size of them. */
  public void output(int index, float[] values) {
    run(
        () ->
            download(
                memory.outputs().get(index),
                buffers.get(current).out(),
                outBytes(index),
                values,
                outputFloats(index)));
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
          BatchBuffer buffer = buffers.get(current);
          buffer.stageTargets(output, loss, targets, rows);
          GpuPlace place = layout.targets().get(output);
          driver.copyToDevice(
              buffer.areas().address(place),
              buffer.in().address() + layout.bytes(place),
              (long) BatchBuffer.targetCount(description.outputs().get(output), loss, rows)
                  * Float.BYTES,
              gpu.stream());
          loss(buffer, output, loss, weight);
          copyResults(buffer);
          driver.synchronize(gpu.stream());
          return Results.read(buffer.out().segment(), output);
        });
  }

  /** Sets the gradient of an output for the backward pass; null for 0. */
  public void outputGradient(int index, float @Nullable [] values) {
    run(
        () -> {
          BatchBuffer buffer = buffers.get(current);
          int floats = outputFloats(index);
          long address = buffer.areas().address(memory.outputGradients().get(index), floats);
          if (values == null) {
            driver.clear(address, floats, gpu.stream());
          } else {
            PinnedMemory through = buffer.out();
            long bytes = outBytes(index);
            MemorySegment.copy(values, 0, through.segment(), ValueLayout.JAVA_FLOAT, bytes, floats);
            driver.copyToDevice(
                address, through.address() + bytes, (long) floats * Float.BYTES, gpu.stream());
            driver.synchronize(gpu.stream());
          }
        });
  }

  /** The backward pass; overwrites the gradients. */
  public void backward(boolean inputGradients) {
    run(
        () -> {
          BatchBuffer buffer = buffers.get(current);
          graphs.run(
              new Key("backward", current, rows, training, inputGradients),
              () -> model.program().backward(buffer.issuer(), rows, training, inputGradients));
        });
  }

  /** Copies the gradient of an input after a backward pass that was asked for it. */
  public void inputGradient(int index, float[] values) {
    GpuPlace place = memory.inputGradients().get(index);
    if (place == null) {
      throw new IllegalArgumentException("input " + index + " takes indices: it has no gradient");
    }
    // The input's own place in the host's memory is as large, and its copy has been made.
    run(
        () ->
            download(
                place,
                buffers.get(current).in(),
                layout.bytes(layout.inputs().get(index)),
                values,
                rows * description.inputs().get(index).size()));
  }

  /** Copies the gradients into a flat array of the processor's layout. */
  public void gradients(float[] flat) {
    run(
        () -> {
          model.conversion().download(gradients, flat, true);
        });
  }

  /** Replaces the gradients by those of a flat array of the processor's layout. */
  public void replaceGradients(float[] flat) {
    run(
        () -> {
          model.conversion().upload(flat, gradients, true);
        });
  }

  /**
   * Limits the gradients.
   *
   * @return their norm, or the largest distance from 0, before
   */
  public double clip(DeviceClip clip, List<StoredTensor> trained) {
    return get(
        () -> {
          clipped.refresh(trained);
          results.clip(model.stepKernels(), clip, gradients, clipped.kinds());
          copyResults(buffers.get(current));
          driver.synchronize(gpu.stream());
          return Results.read(buffers.get(current).out().segment(), results.count() - 1);
        });
  }

  /** Makes an optimizer's step along the gradients. */
  public void update(DeviceUpdate update) {
    run(
        () -> {
          BatchBuffer buffer = buffers.get(current);
          Updates known = known(update);
          known.refresh();
          BatchLayout.writeValues(buffer.in().segment(), update.values());
          driver.copyToDevice(
              buffer.areas().batch().address() + GpuStep.VALUES,
              buffer.in().address() + GpuStep.VALUES,
              (long) GpuStep.VALUE_COUNT * Float.BYTES,
              gpu.stream());
          known.step(gradients, buffer.areas().batch());
        });
  }

  /**
   * A whole step: forward, losses, backward, clipping, update. Returns when it has been handed
   * over; {@link #finish} gives its numbers. At most two steps may be unfinished.
   *
   * @param outputs whether the values of the outputs will be asked for
   */
  public void step(
      Object[] inputs, int passRows, long seed, long pass, GpuStepTerms terms, boolean outputs) {
    run(
        () -> {
          BatchBuffer buffer = next();
          rows = passRows;
          training = true;
          Updates known = known(terms.update());
          known.refresh();
          if (terms.clip() != null) {
            clipped.refresh(terms.trained());
          }
          buffer.stage(inputs, passRows, seed, pass);
          BatchLayout.writeValues(buffer.in().segment(), terms.update().values());
          List<Object> more = new ArrayList<>();
          for (GpuStepTerms.Term term : terms.losses()) {
            buffer.stageTargets(term.output(), term.loss(), term.targets(), passRows);
            more.add(List.of(term.output(), term.loss(), term.weight()));
          }
          buffer.send();
          more.add(terms.clip() == null ? "" : terms.clip());
          more.add(updates.indexOf(known));
          more.add(outputs);
          graphs.run(
              new Key("step", current, rows, true, more),
              () -> step(buffer, terms, known, outputs));
          buffer.used();
        });
  }

  /** Which of the two buffers the last step was handed over in. */
  public int buffer() {
    return current;
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
    return get(
        () -> {
          BatchBuffer buffer = buffers.get(which);
          buffer.await();
          double[] numbers = new double[results.count()];
          for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Results.read(buffer.out().segment(), i);
          }
          if (outputs != null) {
            for (int i = 0; i < outputs.length; i++) {
              int count = stepRows * description.outputs().get(i).size();
              MemorySegment.copy(
                  buffer.out().segment(),
                  ValueLayout.JAVA_FLOAT,
                  outBytes(i),
                  outputs[i],
                  0,
                  count);
            }
          }
          return numbers;
        });
  }

  /** Copies an optimizer's memory to the host's arrays, if it has made a step here. */
  public void memories(DeviceUpdate update) {
    run(
        () -> {
          for (Updates known : updates) {
            if (known.isOf(update)) {
              known.download();
            }
          }
        });
  }

  /** Copies an optimizer's memory to the host's arrays and drops it here. */
  public void release(DeviceUpdate update) {
    memories(update);
    run(
        () -> {
          for (Updates known : List.copyOf(updates)) {
            if (known.isOf(update)) {
              driver.synchronize(gpu.stream());
              graphs.close();
              updates.remove(known);
              parts.remove(known);
              known.close();
            }
          }
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
      try {
        driver.synchronize(gpu.stream());
        updates.forEach(Updates::download);
      } finally {
        parts.close();
      }
    }
  }

  private void step(BatchBuffer buffer, GpuStepTerms terms, Updates known, boolean outputs) {
    model.program().forward(buffer.issuer(), rows, true);
    boolean[] given = new boolean[description.outputs().size()];
    for (GpuStepTerms.Term term : terms.losses()) {
      loss(buffer, term.output(), term.loss(), term.weight());
      given[term.output()] = true;
    }
    for (int i = 0; i < given.length; i++) {
      if (!given[i]) {
        long floats = outputFloats(i);
        driver.clear(
            buffer.areas().address(memory.outputGradients().get(i), floats), floats, gpu.stream());
      }
    }
    model.program().backward(buffer.issuer(), rows, true, false);
    if (terms.clip() != null) {
      results.clip(model.stepKernels(), terms.clip(), gradients, clipped.kinds());
    }
    known.step(gradients, buffer.areas().batch());
    copyResults(buffer);
    for (int i = 0; outputs && i < given.length; i++) {
      long floats = outputFloats(i);
      driver.copyToHost(
          buffer.out().address() + outBytes(i),
          buffer.areas().address(memory.outputs().get(i), floats),
          floats * Float.BYTES,
          gpu.stream());
    }
  }

  private void loss(BatchBuffer buffer, int output, DeviceLoss loss, float weight) {
    long floats = outputFloats(output);
    results.loss(
        model.stepKernels(),
        loss,
        output,
        rows,
        weight,
        buffer.areas().address(memory.outputs().get(output), floats),
        buffer.areas().address(layout.targets().get(output)),
        buffer.areas().address(memory.outputGradients().get(output), floats));
  }

  private void copyResults(BatchBuffer buffer) {
    driver.copyToHost(
        buffer.out().address(),
        results.address(),
        (long) results.count() * Double.BYTES,
        gpu.stream());
  }

  /** Bytes before an output in the memory of the host: behind the results, each at its most. */
  private long outBytes(int output) {
    long floats = 0;
    for (int i = 0; i < output; i++) {
      floats += description.outputs().get(i).size() * capacity;
    }
    return (long) results.count() * Double.BYTES + floats * Float.BYTES;
  }

  private int outputFloats(int index) {
    return rows * description.outputs().get(index).size();
  }

  /**
   * The other buffer, when the pass that used it last has ended. What was handed over since belongs
   * to the buffer that is left.
   */
  private BatchBuffer next() {
    BatchBuffer left = buffers.get(current);
    left.used();
    current = (current + 1) % BUFFERS;
    BatchBuffer buffer = buffers.get(current);
    buffer.await();
    return buffer;
  }

  private Updates known(DeviceUpdate update) {
    for (Updates known : updates) {
      if (known.isOf(update)) {
        return known;
      }
    }
    Updates made = parts.add(new Updates(model, update));
    updates.add(made);
    return made;
  }

  /** Copies floats through page-locked memory that nothing else uses just then. */
  private void download(GpuPlace place, PinnedMemory through, long bytes, float[] to, int floats) {
    driver.synchronize(gpu.stream());
    driver.copyToHost(
        through.address() + bytes,
        buffers.get(current).areas().address(place, floats),
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

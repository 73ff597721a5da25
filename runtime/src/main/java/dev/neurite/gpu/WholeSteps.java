package dev.neurite.gpu;

import dev.neurite.spi.GpuPlace;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whole training steps, one computing while the next is handed over: batches that the host sends,
 * or rows of a dataset that lies on the GPU. To be used with the GPU's monitor held.
 */
final class WholeSteps {

  private final TrainingArea area;
  private final GpuModel model;
  private @Nullable ResidentRows resident;

  /** What makes steps of the same calls. */
  private record Key(int buffer, int rows, boolean resident, List<Object> terms) {}

  WholeSteps(TrainingArea area) {
    this.area = area;
    model = area.model();
  }

  /** A step of a batch of the host's. */
  void step(
      Object[] inputs, List<Object> targets, int rows, long seed, long pass, GpuStepTerms terms) {
    BatchBuffer buffer = area.next();
    Updates known = prepare(terms);
    buffer.stage(inputs, rows, seed, pass);
    BatchLayout.writeValues(buffer.in().segment(), terms.update().values());
    for (int i = 0; i < targets.size(); i++) {
      GpuStepTerms.Term term = terms.losses().get(i);
      buffer.stageTargets(term.output(), term.loss(), targets.get(i), rows);
    }
    buffer.send();
    run(buffer, rows, terms, known, null);
  }

  /**
   * Copies a dataset to the GPU, in the place of the one before.
   *
   * @return false if it would take too much of the memory that is left; nothing has happened then
   */
  boolean keep(Object[] inputs, List<Object> targets, int rows, List<GpuStepTerms.Term> losses) {
    forget();
    ResidentRows made = ResidentRows.of(area, inputs, targets, rows, losses);
    if (made == null) {
      return false;
    }
    resident = area.add(made);
    return true;
  }

  /** Drops the dataset, and the steps recorded, which read it. */
  void forget() {
    ResidentRows before = resident;
    if (before != null) {
      area.driver().synchronize(area.gpu().stream());
      area.graphs().close();
      resident = null;
      area.release(before);
    }
  }

  /** The order of the dataset's rows from now on. */
  void order(int[] order) {
    kept().order(order);
  }

  /** A step of rows of the dataset: those that stand from {@code first} on in the order. */
  void step(int first, int rows, long seed, long pass, GpuStepTerms terms) {
    ResidentRows data = kept();
    BatchBuffer buffer = area.next();
    Updates known = prepare(terms);
    buffer.stage(seed, pass);
    BatchLayout.writeValues(buffer.in().segment(), terms.update().values());
    ResidentRows.writeFirst(buffer.in().segment(), first);
    run(buffer, rows, terms, known, data);
  }

  /** The numbers of a step, and its outputs if they were asked for; waits for it. */
  double[] finish(int which, int rows, float @Nullable [][] outputs) {
    BatchBuffer buffer = area.buffer(which);
    buffer.await();
    double[] numbers = new double[area.results().count()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Results.read(buffer.out().segment(), i);
    }
    for (int i = 0; outputs != null && i < outputs.length; i++) {
      MemorySegment.copy(
          buffer.out().segment(),
          ValueLayout.JAVA_FLOAT,
          area.outBytes(i),
          outputs[i],
          0,
          area.outputFloats(i, rows));
    }
    return numbers;
  }

  private ResidentRows kept() {
    ResidentRows data = resident;
    if (data == null) {
      throw new IllegalStateException("no dataset lies on the GPU: call keep(...)");
    }
    return data;
  }

  /** What must be known before a step is recorded. */
  private Updates prepare(GpuStepTerms terms) {
    Updates known = area.known(terms.update());
    known.refresh();
    if (terms.clip() != null) {
      area.clipped().refresh(terms.trained());
    }
    return known;
  }

  private void run(
      BatchBuffer buffer,
      int rows,
      GpuStepTerms terms,
      Updates known,
      @Nullable ResidentRows data) {
    List<Object> same = new ArrayList<>(terms.losses());
    same.add(terms.clip() == null ? "" : terms.clip());
    same.add(area.number(known));
    same.add(terms.outputs());
    area.graphs()
        .run(
            new Key(area.current(), rows, data != null, same),
            () -> calls(buffer, rows, terms, known, data));
    buffer.used();
  }

  /** All calls of a step: gather, forward, losses, backward, clipping, update, copies back. */
  private void calls(
      BatchBuffer buffer,
      int rows,
      GpuStepTerms terms,
      Updates known,
      @Nullable ResidentRows data) {
    if (data != null) {
      data.gather(buffer, rows);
    }
    model.program().forward(buffer.issuer(), rows, true);
    boolean[] given = new boolean[area.description().outputs().size()];
    for (GpuStepTerms.Term term : terms.losses()) {
      area.loss(buffer, term.output(), term.loss(), rows, term.weight());
      given[term.output()] = true;
    }
    for (int i = 0; i < given.length; i++) {
      if (!given[i]) {
        area.clearOutputGradient(buffer, i, rows);
      }
    }
    model.program().backward(buffer.issuer(), rows, true, false);
    if (terms.clip() != null) {
      area.results()
          .clip(model.stepKernels(), terms.clip(), area.gradients(), area.clipped().kinds());
    }
    known.step(area.gradients(), buffer.areas().batch());
    area.copyResults(buffer);
    for (int i = 0; terms.outputs() && i < given.length; i++) {
      GpuPlace place = area.memory().outputs().get(i);
      long floats = area.outputFloats(i, rows);
      area.driver()
          .copyToHost(
              buffer.out().address() + area.outBytes(i),
              buffer.areas().address(place, floats),
              floats * Float.BYTES,
              area.gpu().stream());
    }
  }
}

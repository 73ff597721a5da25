package dev.neurite.processor.lower;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.Softmaxes;
import dev.neurite.processor.memory.Place;
import dev.neurite.processor.memory.Purpose;
import java.util.ArrayList;
import java.util.List;

/** Lowers softmax and its logarithm along an axis, forward and backward. */
final class SoftmaxLowering {

  private final Frame frame;
  private final ArrangedNode node;

  SoftmaxLowering(Frame frame, ArrangedNode node) {
    this.frame = frame.of(node);
    this.node = node;
  }

  Line.Call softmax(int axis, boolean logarithm) {
    Place x = x();
    Place y = y();
    Axis vectors = Axis.of(node, axis);
    if (vectors.inner() == 1) {
      String count = frame.elements(vectors.outer());
      if (logarithm) {
        Place scratch = frame.place(node.id(), Purpose.SCRATCH);
        return call(
            Softmaxes.logSoftmax(),
            count,
            text(vectors.n()),
            x.array(),
            x.at(frame.from()),
            scratch.array(),
            scratch.at(frame.from()),
            y.array(),
            y.at(frame.from()));
      }
      return call(
          Softmaxes.softmax(),
          count,
          text(vectors.n()),
          x.array(),
          x.at(frame.from()),
          y.array(),
          y.at(frame.from()));
    }
    return call(
        logarithm ? Softmaxes.logSoftmaxAcross() : Softmaxes.softmaxAcross(),
        frame.elements(vectors.outer()),
        text(vectors.n()),
        text(vectors.inner()),
        x.array(),
        x.at(frame.from()),
        y.array(),
        y.at(frame.from()));
  }

  Line.Call gradient(int axis, boolean logarithm, Place dx) {
    Axis vectors = Axis.of(node, axis);
    List<String> arguments =
        new ArrayList<>(List.of(frame.elements(vectors.outer()), text(vectors.n())));
    if (vectors.inner() != 1) {
      arguments.add(text(vectors.inner()));
    }
    arguments.addAll(
        List.of(
            y().array(),
            y().at(frame.from()),
            dy().array(),
            dy().at(frame.from()),
            dx.array(),
            dx.at(frame.from())));
    Kernel kernel;
    if (vectors.inner() == 1) {
      kernel = logarithm ? Softmaxes.logSoftmaxGradient() : Softmaxes.softmaxGradient();
    } else {
      kernel = logarithm ? Softmaxes.logSoftmaxAcrossGradient() : Softmaxes.softmaxAcrossGradient();
    }
    return call(kernel, arguments.toArray(String[]::new));
  }

  /**
   * An axis of a value as it lies in memory: {@code outer} x {@code n} x {@code inner} elements of
   * one row.
   */
  private record Axis(int outer, int n, int inner) {

    static Axis of(ArrangedNode node, int axis) {
      List<Integer> shape = node.type().shape();
      int n = shape.get(axis);
      if (shape.size() == 3 && axis == 0) {
        return new Axis(node.size() / n, n, 1);
      }
      int inner = 1;
      for (int size : shape.subList(axis + 1, shape.size())) {
        inner *= size;
      }
      return new Axis(node.size() / n / inner, n, inner);
    }
  }

  private Line.Call call(Kernel kernel, String... arguments) {
    return frame.kernels().call(kernel, arguments);
  }

  private Place x() {
    return frame.value(node.inputs().getFirst());
  }

  private Place y() {
    return frame.value(node.id());
  }

  private Place dy() {
    return frame.place(node.id(), Purpose.GRADIENT);
  }

  private static String text(int number) {
    return Integer.toString(number);
  }
}

package dev.neurite.processor.lower;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.autodiff.Step.Flow;
import dev.neurite.processor.kernel.Elementwise;
import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.Movement;
import dev.neurite.processor.memory.Place;
import dev.neurite.processor.memory.Purpose;
import dev.neurite.processor.shape.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Lowers operations that join several values, forward and backward. */
final class JoinLowering {

  private final Frame frame;
  private final ArrangedNode node;

  JoinLowering(Frame frame, ArrangedNode node) {
    this.frame = frame.of(node);
    this.node = node;
  }

  /** x0 op x1 into y, then y op x2 and so on. */
  List<Line> combine(Kernel kernel) {
    Place y = y();
    Place left = input(0);
    List<Line> lines = new ArrayList<>();
    for (int i = 1; i < node.inputs().size(); i++) {
      Place right = input(i);
      lines.add(
          call(
              kernel,
              frame.elements(node.size()),
              left.array(),
              left.at(frame.from()),
              right.array(),
              right.at(frame.from()),
              y.array(),
              y.at(frame.from())));
      left = y;
    }
    return lines;
  }

  List<Line> concat(int axis) {
    Place y = y();
    int start = 0;
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      Blocks blocks = Blocks.of(node.inputTypes().get(i), node.type(), axis);
      Place x = input(i);
      lines.add(
          forRows(
              call(
                  Movement.copyBlocks(),
                  text(blocks.count()),
                  text(blocks.length()),
                  x.array(),
                  x.at("row"),
                  text(blocks.length()),
                  y.array(),
                  y.at("row", text(start)),
                  text(blocks.step()))));
      start += blocks.length();
    }
    return lines;
  }

  /** dy times all other operands. */
  List<Line> multiplyGradient(Flow flow, Place dx) {
    Place left = dy();
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      if (i != flow.position()) {
        Place right = input(i);
        lines.add(
            call(
                Elementwise.multiply(),
                frame.elements(dx.rowSize()),
                left.array(),
                left.at(frame.from()),
                right.array(),
                right.at(frame.from()),
                dx.array(),
                dx.at(frame.from())));
        left = dx;
      }
    }
    return lines;
  }

  Line concatGradient(int axis, Flow flow, Place dx) {
    int start = 0;
    for (int i = 0; i < flow.position(); i++) {
      start += Blocks.of(node.inputTypes().get(i), node.type(), axis).length();
    }
    Blocks blocks = Blocks.of(node.inputTypes().get(flow.position()), node.type(), axis);
    return forRows(
        call(
            Movement.copyBlocks(),
            text(blocks.count()),
            text(blocks.length()),
            dy().array(),
            dy().at("row", text(start)),
            text(blocks.step()),
            dx.array(),
            dx.at("row"),
            text(blocks.length())));
  }

  /**
   * An operand of a concatenation as blocks of the result, both in the order in which they lie in
   * memory: an image's channels innermost.
   *
   * @param count how many blocks
   * @param length of one block
   * @param step from one block's place in the result to the next
   */
  private record Blocks(int count, int length, int step) {

    static Blocks of(TensorType operand, TensorType result, int axis) {
      List<Integer> from = stored(operand.shape());
      List<Integer> into = stored(result.shape());
      int place = from.size() == 3 ? (axis + 2) % 3 : axis;
      int count = 1;
      for (int size : from.subList(0, place)) {
        count *= size;
      }
      int length = 1;
      for (int size : from.subList(place, from.size())) {
        length *= size;
      }
      int step = 1;
      for (int size : into.subList(place, into.size())) {
        step *= size;
      }
      return new Blocks(count, length, step);
    }

    private static List<Integer> stored(List<Integer> shape) {
      return shape.size() == 3 ? List.of(shape.get(1), shape.get(2), shape.get(0)) : shape;
    }
  }

  private Line.Call call(Kernel kernel, String... arguments) {
    return frame.kernels().call(kernel, arguments);
  }

  private Line forRows(Line.Call call) {
    return new Line.Loop("row", frame.from(), frame.to(), Frame.lanes(node), List.of(call));
  }

  private Place input(int position) {
    return frame.value(node.inputs().get(position));
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

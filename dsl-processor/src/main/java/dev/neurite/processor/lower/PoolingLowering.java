package dev.neurite.processor.lower;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.arrange.Arrangement;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.Planes;
import dev.neurite.processor.kernel.Pooling;
import dev.neurite.processor.memory.Place;
import dev.neurite.processor.memory.Purpose;
import java.util.ArrayList;
import java.util.List;

/** Lowers pools of images, forward and backward. */
final class PoolingLowering {

  private final Frame frame;
  private final ArrangedNode node;

  PoolingLowering(Frame frame, ArrangedNode node) {
    this.frame = frame.of(node);
    this.node = node;
  }

  /**
   * The largest values.
   *
   * @param room whether source and result have room for 15 numbers behind their last
   */
  List<Line> max(Operation.MaxPool2D pool, boolean room) {
    Place x = x();
    Place y = y();
    if (node.arrangement() instanceof Arrangement.Planes planes) {
      List<Integer> in = node.inputTypes().getFirst().shape();
      return forRows(
          frame
              .kernels()
              .call(
                  Planes.maxPool2(),
                  List.of("width", "outWidth"),
                  text(planes.channels()),
                  text(in.get(1)),
                  text(in.get(2)),
                  text(planes.height()),
                  text(planes.width()),
                  x.array(),
                  x.at("row"),
                  y.array(),
                  y.at("row")));
    }
    boolean whole = room && leavesLanesOver();
    List<String> arguments =
        pool.isOfPairs() ? pairs() : window(pool.kernel(), pool.stride(), pool.padding());
    arguments.addAll(List.of(x.array(), x.at("row"), y.array(), y.at("row")));
    Kernel kernel = pool.isOfPairs() ? Pooling.maxPool2(whole) : Pooling.maxPool(whole);
    return forRows(call(kernel, arguments.toArray(String[]::new)));
  }

  private List<String> pairs() {
    List<Integer> in = node.inputTypes().getFirst().shape();
    List<Integer> out = node.type().shape();
    return new ArrayList<>(
        List.of(
            text(in.get(2)),
            text(in.get(0) * Frame.lanes(node)),
            text(out.get(1)),
            text(out.get(2))));
  }

  private boolean leavesLanesOver() {
    return node.type().shape().getFirst() * Frame.lanes(node) % 16 != 0;
  }

  /** The means, with room as for {@link #max}. */
  List<Line> average(Operation.AvgPool2D pool, boolean room) {
    Place x = x();
    Place y = y();
    List<String> arguments = window(pool.kernel(), pool.stride(), pool.padding());
    arguments.add(averageArea(pool));
    arguments.addAll(List.of(x.array(), x.at("row"), y.array(), y.at("row")));
    boolean whole = room && leavesLanesOver();
    return forRows(call(Pooling.averagePool(whole), arguments.toArray(String[]::new)));
  }

  private static String averageArea(Operation.AvgPool2D pool) {
    return pool.countPadding() ? text(pool.kernel().height() * pool.kernel().width()) : "0";
  }

  private List<String> window(
      Operation.Size kernel, Operation.Size stride, Operation.Size padding) {
    List<Integer> in = node.inputTypes().getFirst().shape();
    List<Integer> out = node.type().shape();
    List<String> arguments = new ArrayList<>();
    for (int number :
        new int[] {
          in.get(1),
          in.get(2),
          in.get(0) * Frame.lanes(node),
          kernel.height(),
          kernel.width(),
          stride.height(),
          stride.width(),
          padding.height(),
          padding.width(),
          out.get(1),
          out.get(2)
        }) {
      arguments.add(text(number));
    }
    return arguments;
  }

  List<Line> mean() {
    Place x = x();
    Place y = y();
    int channels = node.size();
    return forRows(
        call(
            Pooling.mean(),
            text(x.rowSize() / channels),
            text(channels),
            x.array(),
            x.at("row"),
            y.array(),
            y.at("row")));
  }

  /** Whether the windows of 2 x 2 cover the image exactly. */
  boolean coversInPairs(Operation.MaxPool2D pool) {
    List<Integer> shape = node.inputTypes().getFirst().shape();
    return pool.isOfPairs() && shape.get(1) % 2 == 0 && shape.get(2) % 2 == 0;
  }

  List<Line> maxGradient(Operation.MaxPool2D pool, Place dx) {
    Place x = x();
    boolean pairs = coversInPairs(pool);
    List<String> arguments = pairs ? pairs() : window(pool.kernel(), pool.stride(), pool.padding());
    arguments.addAll(
        List.of(
            x.array(),
            x.at("row"),
            y().array(),
            y().at("row"),
            dy().array(),
            dy().at("row"),
            dx.array(),
            dx.at("row")));
    Kernel kernel = pairs ? Pooling.maxPool2Gradient() : Pooling.maxPoolGradient();
    return forRows(call(kernel, arguments.toArray(String[]::new)));
  }

  List<Line> averageGradient(Operation.AvgPool2D pool, Place dx) {
    List<String> arguments = window(pool.kernel(), pool.stride(), pool.padding());
    arguments.add(averageArea(pool));
    arguments.addAll(List.of(dy().array(), dy().at("row"), dx.array(), dx.at("row")));
    return forRows(call(Pooling.averagePoolGradient(), arguments.toArray(String[]::new)));
  }

  List<Line> meanGradient(Place dx) {
    int channels = node.size();
    return forRows(
        call(
            Pooling.meanGradient(),
            text(dx.rowSize() / channels),
            text(channels),
            dy().array(),
            dy().at("row"),
            dx.array(),
            dx.at("row")));
  }

  private Line.Call call(Kernel kernel, String... arguments) {
    return frame.kernels().call(kernel, arguments);
  }

  private List<Line> forRows(Line.Call call) {
    return List.of(
        new Line.Loop("row", frame.from(), frame.to(), Frame.lanes(node), List.of(call)));
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

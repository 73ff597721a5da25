package dev.neurite.processor.lower;

import static dev.neurite.processor.kernel.IndexText.product;
import static dev.neurite.processor.kernel.IndexText.sum;
import static dev.neurite.processor.lower.ForwardLowering.real;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.kernel.Elementwise;
import dev.neurite.processor.kernel.Kernel;
import dev.neurite.processor.kernel.Normalization;
import dev.neurite.processor.lower.LayerMethod.Split;
import dev.neurite.processor.lower.ParameterLowering.Part;
import dev.neurite.processor.memory.DerivedParameters;
import dev.neurite.processor.memory.Place;
import dev.neurite.processor.memory.Purpose;
import dev.neurite.processor.shape.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Lowers normalisations: forward, backward, the gradients of their parameters, and statistics. */
final class NormalizationLowering {

  private final Frame frame;
  private final ArrangedNode node;

  NormalizationLowering(Frame frame, ArrangedNode node) {
    this.frame = frame.of(node);
    this.node = node;
  }

  /** Positions that share their statistics, and how many there are of each: [C, H, W] or [F]. */
  static int positions(TensorType type) {
    return type.size() / type.shape().getFirst();
  }

  Line.Call batchNorm(Operation.BatchNorm norm) {
    Place x = x();
    Place y = y();
    Place statistics = frame.place(node.id(), Purpose.STATISTICS);
    int channels = node.type().shape().getFirst();
    int padded = (channels + 15) / 16 * 16;
    List<String> arguments =
        new ArrayList<>(
            List.of(
                frame.elements(positions(node.type())),
                text(channels),
                x.array(),
                x.at(frame.from()),
                statistics.array(),
                statistics.base(),
                statistics.base(padded)));
    if (norm.affine()) {
      arguments.add("p");
      arguments.add(text(frame.storage(node.origin(), "weight").offset()));
      arguments.add(text(frame.storage(node.origin(), "bias").offset()));
    }
    arguments.add(y.array());
    arguments.add(y.at(frame.from()));
    return call(Normalization.normalize(norm.affine()), arguments.toArray(String[]::new));
  }

  /** Batch normalisation in inference, where the layer before it does not do it. */
  List<Line> scale(DerivedParameters.Fold fold) {
    if (fold.linear() >= 0) {
      return List.of();
    }
    Place x = x();
    Place y = y();
    return List.of(
        call(
            Normalization.scale(),
            frame.elements(positions(node.type())),
            text(node.type().shape().getFirst()),
            x.array(),
            x.at(frame.from()),
            "p",
            text(fold.scaleAt()),
            text(fold.shiftAt()),
            y.array(),
            y.at(frame.from())));
  }

  Line.Call layerNorm(Operation.LayerNorm norm) {
    Place x = x();
    Place y = y();
    int n = node.type().shape().getLast();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                frame.elements(node.size() / n),
                text(n),
                real(norm.epsilon()),
                x.array(),
                x.at(frame.from())));
    if (norm.affine()) {
      arguments.add("p");
      arguments.add(text(frame.storage(node.origin(), "weight").offset()));
      arguments.add(text(frame.storage(node.origin(), "bias").offset()));
    }
    Place mean = frame.place(node.id(), Purpose.STATISTICS);
    Place deviation = frame.place(node.id(), Purpose.STATISTICS, 1);
    arguments.add(y.array());
    arguments.add(y.at(frame.from()));
    arguments.add(mean.array());
    arguments.add(mean.at(frame.from()));
    arguments.add(deviation.at(frame.from()));
    return call(Normalization.layerNorm(norm.affine()), arguments.toArray(String[]::new));
  }

  Line.Call batchNormGradient(Operation.BatchNorm norm, Place dx) {
    Place x = x();
    Place statistics = frame.place(node.id(), Purpose.STATISTICS);
    int channels = node.type().shape().getFirst();
    int padded = (channels + 15) / 16 * 16;
    int positions = positions(node.type());
    List<String> arguments =
        new ArrayList<>(
            List.of(
                frame.elements(positions),
                text(channels),
                "training ? (real) 1 / "
                    + (positions == 1 ? "rows" : "(rows * " + positions + ")")
                    + " : 0",
                x.array(),
                x.at(frame.from()),
                dy().array(),
                dy().at(frame.from()),
                statistics.array(),
                statistics.base(),
                statistics.base(padded),
                statistics.base(2 * padded),
                statistics.base(3 * padded)));
    if (norm.affine()) {
      arguments.add("p");
      arguments.add(text(frame.storage(node.origin(), "weight").offset()));
    }
    arguments.add(dx.array());
    arguments.add(dx.at(frame.from()));
    return call(Normalization.normalizeGradient(norm.affine()), arguments.toArray(String[]::new));
  }

  Line.Call layerNormGradient(Operation.LayerNorm norm, Place dx) {
    Place x = x();
    int n = node.type().shape().getLast();
    Place mean = frame.place(node.id(), Purpose.STATISTICS);
    Place deviation = frame.place(node.id(), Purpose.STATISTICS, 1);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                frame.elements(node.size() / n),
                text(n),
                x.array(),
                x.at(frame.from()),
                dy().array(),
                dy().at(frame.from()),
                mean.array(),
                mean.at(frame.from()),
                deviation.at(frame.from())));
    if (norm.affine()) {
      arguments.add("p");
      arguments.add(text(frame.storage(node.origin(), "weight").offset()));
    }
    arguments.add(dx.array());
    arguments.add(dx.at(frame.from()));
    return call(Normalization.layerNormGradient(norm.affine()), arguments.toArray(String[]::new));
  }

  /** A batch's mean and deviation, or the running ones outside training. */
  List<Line> statistics(Operation.BatchNorm norm) {
    int channels = node.type().shape().getFirst();
    int padded = (channels + 15) / 16 * 16;
    Place x = x();
    Place statistics = frame.place(node.id(), Purpose.STATISTICS);
    int mean = frame.storage(node.origin(), "running_mean").offset();
    int variance = frame.storage(node.origin(), "running_var").offset();
    int counter = frame.storage(node.origin(), "num_batches_tracked").offset();
    Line.Call batch =
        call(
            Normalization.statistics(),
            "rows",
            text(x.rowSize()),
            text(positions(node.type())),
            text(channels),
            "to - from",
            real(norm.epsilon()),
            real(norm.momentum()),
            x.array(),
            sum(x.base(), "from"),
            statistics.array(),
            sum(statistics.base(), "from"),
            sum(statistics.base(padded), "from"),
            "s",
            sum(text(mean), "from"),
            sum(text(variance), "from"));
    Line.Call running =
        call(
            Normalization.runningStatistics(),
            "to - from",
            real(norm.epsilon()),
            "s",
            sum(text(mean), "from"),
            sum(text(variance), "from"),
            statistics.array(),
            sum(statistics.base(), "from"),
            sum(statistics.base(padded), "from"));
    return List.of(
        new Line.When(
            "training",
            List.of(
                batch,
                new Line.When(
                    "from == 0 && to > 0", List.of(new Line.Statement("s[" + counter + "]++;"))))),
        new Line.When("!training", List.of(running)));
  }

  /** The sums over a batch that batch normalisation's gradients are made of. */
  List<Line> gradientSums() {
    int channels = node.type().shape().getFirst();
    int padded = (channels + 15) / 16 * 16;
    Place x = x();
    Place dy = dy();
    Place statistics = frame.place(node.id(), Purpose.STATISTICS);
    return List.of(
        call(
            Normalization.gradientSums(),
            "rows",
            text(x.rowSize()),
            text(positions(node.type())),
            text(channels),
            "to - from",
            x.array(),
            sum(x.base(), "from"),
            dy.array(),
            sum(dy.base(), "from"),
            statistics.array(),
            sum(statistics.base(), "from"),
            sum(statistics.base(padded), "from"),
            sum(statistics.base(2 * padded), "from"),
            sum(statistics.base(3 * padded), "from")));
  }

  List<Part> batchNormParameters(Place weight, Place bias) {
    int channels = node.type().shape().getFirst();
    int padded = (channels + 15) / 16 * 16;
    Place statistics = frame.place(node.id(), Purpose.STATISTICS);
    return List.of(
        new Part(
            "Weights",
            "Gradients of weight and bias for channels {@code from} to {@code to}.",
            new Split.Units(channels, 16),
            List.of(
                call(
                    Elementwise.copy(),
                    "to - from",
                    statistics.array(),
                    sum(statistics.base(3 * padded), "from"),
                    weight.array(),
                    sum(weight.base(), "from")),
                call(
                    Elementwise.copy(),
                    "to - from",
                    statistics.array(),
                    sum(statistics.base(2 * padded), "from"),
                    bias.array(),
                    sum(bias.base(), "from")))));
  }

  List<Part> layerNormParameters(Place weight, Place bias) {
    Place x = x();
    Place dy = dy();
    int n = node.type().shape().getLast();
    Place mean = frame.place(node.id(), Purpose.STATISTICS);
    Place deviation = frame.place(node.id(), Purpose.STATISTICS, 1);
    return List.of(
        new Part(
            "Weights",
            "Gradients of weight and bias for features {@code from} to {@code to}.",
            new Split.Units(n, 16),
            List.of(
                call(
                    Normalization.layerNormSums(),
                    product("rows", text(node.size() / n)),
                    text(n),
                    "to - from",
                    x.array(),
                    sum(x.base(), "from"),
                    dy.array(),
                    sum(dy.base(), "from"),
                    mean.array(),
                    mean.base(),
                    deviation.base(),
                    weight.array(),
                    sum(weight.base(), "from"),
                    sum(bias.base(), "from")))));
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

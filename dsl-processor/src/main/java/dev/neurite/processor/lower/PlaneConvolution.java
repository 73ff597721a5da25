package dev.neurite.processor.lower;

import static dev.neurite.processor.kernel.IndexText.product;
import static dev.neurite.processor.kernel.IndexText.sum;

import dev.neurite.processor.arrange.ArrangedGraph.ArrangedNode;
import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.kernel.Movement;
import dev.neurite.processor.kernel.Planes;
import dev.neurite.processor.memory.ConvGeometry;
import dev.neurite.processor.memory.Place;
import dev.neurite.processor.memory.Purpose;
import java.util.ArrayList;
import java.util.List;

/** Lowers a convolution of one image with neighbouring pixels in the lanes. */
record PlaneConvolution(Frame frame, ArrangedNode node, Operation.Conv2D conv) {

  /**
   * The lines for row {@code row}.
   *
   * @param bias where the bias lies, or -1
   */
  List<Line> forward(String bias) {
    ConvGeometry g = ConvGeometry.of(conv, node.inputTypes().getFirst(), node.type());
    List<Line> lines = new ArrayList<>();
    Place source = frame.value(node.inputs().getFirst());
    if (g.isPadded()) {
      Place padded = frame.place(node.id(), Purpose.PADDED);
      lines.add(padding(frame, g, source, padded));
      source = padded;
    }
    Place y = frame.value(node.id());
    int kernelWidth = conv.kernel().width();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                text(g.filters()),
                text(g.outHeight()),
                text(conv.stride().height() * g.paddedWidth()),
                text(g.taps()),
                text(kernelWidth),
                text(conv.dilation().height() * g.paddedWidth() - kernelWidth)));
    if (g.channels() > 1) {
      arguments.add(text(g.paddedHeight() * g.paddedWidth()));
    }
    arguments.addAll(
        List.of(
            "p",
            text(frame.panels(node.origin(), "weight").offset()),
            source.array(),
            source.at("row"),
            text(g.outWidth()),
            "p",
            bias,
            y.array(),
            y.at("row"),
            text(g.outHeight() * g.outWidth())));
    lines.add(
        frame
            .kernels()
            .call(
                Planes.convolution(g.filters(), g.channels()),
                Planes.NUMBERS,
                arguments.toArray(String[]::new)));
    return lines;
  }

  /** The channels of an image, one after another, into a border of zeros each. */
  static Line padding(Frame frame, ConvGeometry g, Place x, Place padded) {
    int into = g.conv().padding().top() * g.paddedWidth() + g.conv().padding().left();
    return new Line.Loop(
        "channel",
        "0",
        text(g.channels()),
        List.of(
            frame
                .kernels()
                .call(
                    Movement.copyBlocks(),
                    text(g.height()),
                    text(g.width()),
                    x.array(),
                    sum(x.at("row"), product("channel", text(g.height() * g.width()))),
                    text(g.width()),
                    padded.array(),
                    sum(
                        padded.at("row", text(into)),
                        product("channel", text(g.paddedHeight() * g.paddedWidth()))),
                    text(g.paddedWidth()))));
  }

  private static String text(int number) {
    return Integer.toString(number);
  }
}

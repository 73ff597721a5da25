package dev.neurite.processor.lower;

import dev.neurite.processor.arrange.Arrangement;
import dev.neurite.processor.kernel.Lanes;
import dev.neurite.processor.kernel.Movement;
import dev.neurite.processor.memory.Place;
import java.util.List;

/** How values get from one order in memory to another. */
sealed interface Rearrangement {

  /** They lie as they should. */
  record None() implements Rearrangement {}

  /** Each row a matrix whose rows become columns. */
  record Transposition(int rows, int columns) implements Rearrangement {}

  /** Rows that lie one after another share lanes; a row is {@code channels} x {@code area}. */
  record IntoLanes(int channels, int area) implements Rearrangement {}

  /** Rows that share lanes come to lie one after another. */
  record OutOfLanes(int channels, int area) implements Rearrangement {}

  static Rearrangement of(Arrangement from, Arrangement to) {
    if (from.equals(to)) {
      return new None();
    }
    return switch (from) {
      case Arrangement.Plain ignored ->
          switch (to) {
            case Arrangement.Plain same -> new None();
            case Arrangement.ChannelsLast image ->
                new Transposition(image.channels(), image.height() * image.width());
            case Arrangement.Lanes lanes ->
                new IntoLanes(lanes.channels(), lanes.height() * lanes.width());
            case Arrangement.Planes ignoredToo -> new None();
          };
      case Arrangement.Planes planes ->
          switch (to) {
            case Arrangement.Plain ignored -> new None();
            case Arrangement.ChannelsLast ignored ->
                new Transposition(planes.channels(), planes.height() * planes.width());
            case Arrangement.Planes other -> throw noWay(from, to);
            case Arrangement.Lanes ignored -> throw noWay(from, to);
          };
      case Arrangement.ChannelsLast image ->
          switch (to) {
            case Arrangement.Plain ignored ->
                new Transposition(image.height() * image.width(), image.channels());
            case Arrangement.ChannelsLast other -> throw noWay(from, to);
            case Arrangement.Planes ignored ->
                new Transposition(image.height() * image.width(), image.channels());
            case Arrangement.Lanes lanes -> new IntoLanes(1, size(lanes));
          };
      case Arrangement.Lanes lanes ->
          switch (to) {
            case Arrangement.Plain ignored ->
                new OutOfLanes(lanes.channels(), lanes.height() * lanes.width());
            case Arrangement.ChannelsLast ignored -> new OutOfLanes(1, size(lanes));
            case Arrangement.Planes ignored -> throw noWay(from, to);
            case Arrangement.Lanes other -> throw noWay(from, to);
          };
    };
  }

  private static int size(Arrangement.Lanes lanes) {
    return lanes.channels() * lanes.height() * lanes.width();
  }

  private static IllegalStateException noWay(Arrangement from, Arrangement to) {
    return new IllegalStateException("no way from " + from + " to " + to);
  }

  /** The loop over rows that does it. */
  default Line lines(Frame frame, Place x, Place y) {
    return switch (this) {
      case None ignored -> throw new IllegalStateException("nothing to rearrange");
      case Transposition way ->
          new Line.Loop(
              "row",
              frame.from(),
              frame.to(),
              List.of(
                  frame
                      .kernels()
                      .call(
                          Movement.transpose(),
                          Integer.toString(way.rows()),
                          Integer.toString(way.columns()),
                          x.array(),
                          x.at("row"),
                          y.array(),
                          y.at("row"))));
      case IntoLanes way -> groups(frame, Lanes.intoLanes(), way.channels(), way.area(), x, y);
      case OutOfLanes way -> groups(frame, Lanes.outOfLanes(), way.channels(), way.area(), x, y);
    };
  }

  private static Line groups(
      Frame frame,
      dev.neurite.processor.kernel.Kernel kernel,
      int channels,
      int area,
      Place x,
      Place y) {
    return new Line.Loop(
        "row",
        frame.from(),
        frame.to(),
        Arrangement.Lanes.ROWS,
        List.of(
            frame
                .kernels()
                .call(
                    kernel,
                    "Math.min(16, " + frame.to() + " - row)",
                    Integer.toString(channels),
                    Integer.toString(area),
                    x.array(),
                    x.at("row"),
                    y.array(),
                    y.at("row"))));
  }
}

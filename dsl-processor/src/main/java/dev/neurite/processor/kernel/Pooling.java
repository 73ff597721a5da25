package dev.neurite.processor.kernel;

import static dev.neurite.processor.kernel.Value.constant;
import static dev.neurite.processor.kernel.Value.load;
import static dev.neurite.processor.kernel.Value.local;
import static dev.neurite.processor.kernel.Value.number;
import static dev.neurite.processor.kernel.Value.select;

import dev.neurite.processor.kernel.Value.Comparison;
import java.util.ArrayList;
import java.util.List;

/** Pooling of one image, channels last: lanes are channels, windows are clipped at the border. */
public final class Pooling {

  private static final String WINDOW =
      "int height, int width, int channels, int kernelHeight, int kernelWidth, int strideHeight, int strideWidth,"
          + " int paddingTop, int paddingLeft, int outHeight, int outWidth";

  private Pooling() {}

  /**
   * The largest values.
   *
   * @param room whether x and y have room for 15 numbers behind their last
   */
  public static Kernel maxPool(boolean room) {
    return windows(
        "maxPool" + (room ? Products.WHOLE : ""),
        "y = the largest value of each window." + (room ? Products.ROOM : ""),
        rest(room),
        WINDOW + ", real[] x, int xo, real[] y, int yo",
        List.of(
            new Stmt.Let("best", load("x", "xo + (top * width + left) * channels")),
            overWindow(new Stmt.Set("best", local("best").max(load("x", "at")))),
            new Stmt.Put("y", "yo + out", local("best"))));
  }

  /**
   * The first position in row-major order that holds the largest value takes the whole gradient.
   */
  public static Kernel maxPoolGradient() {
    Value hit = local("hit");
    return windows(
        "maxPoolGradient",
        "dx += dy at the first position of each window that holds its largest value.",
        Stmt.Lanes.Rest.ONE_BY_ONE,
        WINDOW + ", real[] x, int xo, real[] y, int yo, real[] dy, int dyo, real[] dx, int dxo",
        List.of(
            new Stmt.Let("best", load("y", "yo + out")),
            new Stmt.Let("gradient", load("dy", "dyo + out")),
            overWindow(
                new Stmt.Let(
                    "hit",
                    select(
                        Comparison.EQUAL,
                        load("x", "at"),
                        local("best"),
                        local("gradient"),
                        constant(0))),
                new Stmt.Put("dx", "at - xo + dxo", load("dx", "at - xo + dxo").plus(hit)),
                new Stmt.Set(
                    "gradient",
                    select(
                        Comparison.EQUAL,
                        load("x", "at"),
                        local("best"),
                        constant(0),
                        local("gradient"))))));
  }

  /**
   * The same for windows of 2 x 2 that lie side by side inside the image.
   *
   * @param room whether x and y have room for 15 numbers behind their last
   */
  public static Kernel maxPool2(boolean room) {
    return pairs(
        "maxPool2" + (room ? Products.WHOLE : ""),
        "y = the largest value of each 2 x 2 window." + (room ? Products.ROOM : ""),
        rest(room),
        "real[] x, int xo, real[] y, int yo",
        "xo",
        List.of(
            new Stmt.Put(
                "y",
                "yo + out",
                load("x", "upper")
                    .max(load("x", "upper + channels"))
                    .max(load("x", "lower"))
                    .max(load("x", "lower + channels")))));
  }

  /** Its gradient, which writes all four values of a window. */
  public static Kernel maxPool2Gradient() {
    List<Stmt> lanes = new ArrayList<>();
    lanes.add(new Stmt.Let("best", load("y", "yo + out")));
    lanes.add(new Stmt.Let("gradient", load("dy", "dyo + out")));
    for (String at : List.of("upper", "upper + channels", "lower", "lower + channels")) {
      boolean last = at.equals("lower + channels");
      Value here = load("x", "xo + " + at);
      Value best = local("best");
      lanes.add(
          new Stmt.Put(
              "dx",
              "dxo + " + at,
              select(Comparison.EQUAL, here, best, local("gradient"), constant(0))));
      if (!last) {
        lanes.add(
            new Stmt.Set(
                "gradient", select(Comparison.EQUAL, here, best, constant(0), local("gradient"))));
      }
    }
    return pairs(
        "maxPool2Gradient",
        "dx = dy at the first position of each 2 x 2 window that holds its largest value, else 0.",
        Stmt.Lanes.Rest.ONE_BY_ONE,
        "real[] x, int xo, real[] y, int yo, real[] dy, int dyo, real[] dx, int dxo",
        "0",
        lanes);
  }

  private static Kernel pairs(
      String name,
      String documentation,
      Stmt.Lanes.Rest rest,
      String parameters,
      String start,
      List<Stmt> lanes) {
    return new Kernel(
        name,
        documentation,
        Kernel.parameters("int width, int channels, int outHeight, int outWidth, " + parameters),
        List.of(
            new Stmt.For(
                "row",
                "0",
                "outHeight",
                1,
                List.of(
                    new Stmt.For(
                        "column",
                        "0",
                        "outWidth",
                        1,
                        List.of(
                            new Stmt.Int("out", "(row * outWidth + column) * channels"),
                            new Stmt.Int(
                                "upper",
                                IndexText.sum(start, "(row * 2 * width + column * 2) * channels")),
                            new Stmt.Int("lower", "upper + width * channels"),
                            new Stmt.Lanes("channels", rest, lanes)))))));
  }

  /**
   * The means.
   *
   * @param room whether x and y have room for 15 numbers behind their last
   */
  public static Kernel averagePool(boolean room) {
    return windows(
        "averagePool" + (room ? Products.WHOLE : ""),
        "y = the mean of each window; {@code area} values, or those inside the image where it is 0."
            + (room ? Products.ROOM : ""),
        rest(room),
        WINDOW + ", int area, real[] x, int xo, real[] y, int yo",
        List.of(
            new Stmt.Let("sum", constant(0)),
            overWindow(new Stmt.Set("sum", local("sum").plus(load("x", "at")))),
            new Stmt.Put("y", "yo + out", local("sum").dividedBy(number(AREA)))));
  }

  public static Kernel averagePoolGradient() {
    return windows(
        "averagePoolGradient",
        "dx += dy / the number of values averaged.",
        Stmt.Lanes.Rest.ONE_BY_ONE,
        WINDOW + ", int area, real[] dy, int dyo, real[] dx, int xo",
        List.of(
            new Stmt.Let("gradient", load("dy", "dyo + out").dividedBy(number(AREA))),
            overWindow(new Stmt.Put("dx", "at", load("dx", "at").plus(local("gradient"))))));
  }

  private static final String AREA = "area > 0 ? area : (bottom - top) * (right - left)";

  /** Mean over positions. */
  public static Kernel mean() {
    return new Kernel(
        "mean",
        "y = the mean over positions.",
        Kernel.parameters("int positions, int channels, real[] x, int xo, real[] y, int yo"),
        List.of(
            new Stmt.Lanes(
                "channels",
                List.of(
                    new Stmt.Let("sum", constant(0)),
                    new Stmt.For(
                        "position",
                        "0",
                        "positions",
                        1,
                        List.of(
                            new Stmt.Set(
                                "sum", local("sum").plus(load("x", "xo + position * channels"))))),
                    new Stmt.Put("y", "yo", local("sum").dividedBy(number("positions")))))));
  }

  public static Kernel meanGradient() {
    return new Kernel(
        "meanGradient",
        "dx = dy / the number of positions, at each of them.",
        Kernel.parameters("int positions, int channels, real[] dy, int dyo, real[] dx, int dxo"),
        List.of(
            new Stmt.For(
                "position",
                "0",
                "positions",
                1,
                List.of(
                    new Stmt.Int("into", "dxo + position * channels"),
                    new Stmt.Lanes(
                        "channels",
                        List.of(
                            new Stmt.Put(
                                "dx",
                                "into",
                                load("dy", "dyo").dividedBy(number("positions")))))))));
  }

  private static Stmt overWindow(Stmt... body) {
    List<Stmt> inner = new ArrayList<>();
    inner.add(new Stmt.Int("at", "xo + (y0 * width + x0) * channels"));
    inner.addAll(List.of(body));
    return new Stmt.For(
        "y0", "top", "bottom", 1, List.of(new Stmt.For("x0", "left", "right", 1, inner)));
  }

  private static Stmt.Lanes.Rest rest(boolean room) {
    return room ? Stmt.Lanes.Rest.WHOLE_VECTOR : Stmt.Lanes.Rest.ONE_BY_ONE;
  }

  private static Kernel windows(
      String name,
      String documentation,
      Stmt.Lanes.Rest rest,
      String parameters,
      List<Stmt> lanes) {
    return new Kernel(
        name,
        documentation,
        Kernel.parameters(parameters),
        List.of(
            new Stmt.For(
                "row",
                "0",
                "outHeight",
                1,
                List.of(
                    new Stmt.Int("top", "Math.max(0, row * strideHeight - paddingTop)"),
                    new Stmt.Int(
                        "bottom",
                        "Math.min(height, row * strideHeight - paddingTop + kernelHeight)"),
                    new Stmt.For(
                        "column",
                        "0",
                        "outWidth",
                        1,
                        List.of(
                            new Stmt.Int("left", "Math.max(0, column * strideWidth - paddingLeft)"),
                            new Stmt.Int(
                                "right",
                                "Math.min(width, column * strideWidth - paddingLeft + kernelWidth)"),
                            new Stmt.Int("out", "(row * outWidth + column) * channels"),
                            new Stmt.Lanes("channels", rest, lanes)))))));
  }
}

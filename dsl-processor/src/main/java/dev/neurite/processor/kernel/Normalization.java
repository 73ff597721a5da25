package dev.neurite.processor.kernel;

import static dev.neurite.processor.kernel.Value.constant;
import static dev.neurite.processor.kernel.Value.element;
import static dev.neurite.processor.kernel.Value.fma;
import static dev.neurite.processor.kernel.Value.load;
import static dev.neurite.processor.kernel.Value.local;
import static dev.neurite.processor.kernel.Value.number;
import static dev.neurite.processor.kernel.Value.uniform;

import java.util.List;

/**
 * Batch normalisation (Ioffe and Szegedy, 2015) and layer normalisation (Ba, Kiros and Hinton,
 * 2016), with PyTorch's conventions: biased variance, epsilon under the root.
 */
public final class Normalization {

  private static final String AT = "xo + row * rowStride + position * channels";

  private Normalization() {}

  /** Mean and 1 / deviation of channels over a batch, and the running statistics. */
  public static Kernel statistics() {
    Value count = number("rows * positions");
    return new Kernel(
        "statistics",
        "Mean and 1 / sqrt(variance + epsilon) of {@code n} channels over rows and positions; moves the running mean and the running unbiased"
            + " variance by {@code momentum}.",
        Kernel.parameters(
            "int rows, int rowStride, int positions, int channels, int n, real epsilon, real momentum, real[] x, int xo,"
                + " real[] y, int meanAt, int deviationAt, real[] s, int runningMean, int runningVariance"),
        List.of(
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Let("sum", constant(0)),
                    overRows(
                        new Stmt.Set("part", local("part").plus(load("x", AT))),
                        new Stmt.Set("sum", local("sum").plus(local("part")))),
                    new Stmt.Let("mean", local("sum").dividedBy(count)),
                    new Stmt.Let("squares", constant(0)),
                    overRows(
                        new Stmt.Set(
                            "part",
                            fma(
                                load("x", AT).minus(local("mean")),
                                load("x", AT).minus(local("mean")),
                                local("part"))),
                        new Stmt.Set("squares", local("squares").plus(local("part")))),
                    new Stmt.Let("variance", local("squares").dividedBy(count)),
                    new Stmt.Put("y", "meanAt", local("mean")),
                    new Stmt.Put(
                        "y",
                        "deviationAt",
                        constant(1).dividedBy(local("variance").plus(uniform("epsilon")).sqrt())),
                    new Stmt.Put(
                        "s",
                        "runningMean",
                        fma(
                            local("mean").minus(load("s", "runningMean")),
                            uniform("momentum"),
                            load("s", "runningMean"))),
                    new Stmt.Let(
                        "unbiased", local("squares").dividedBy(number("rows * positions - 1"))),
                    new Stmt.Put(
                        "s",
                        "runningVariance",
                        fma(
                            local("unbiased").minus(load("s", "runningVariance")),
                            uniform("momentum"),
                            load("s", "runningVariance")))))));
  }

  /** The same two numbers from the running statistics. */
  public static Kernel runningStatistics() {
    return new Kernel(
        "runningStatistics",
        "Mean and 1 / sqrt(variance + epsilon) of {@code n} channels from the running statistics.",
        Kernel.parameters(
            "int n, real epsilon, real[] s, int runningMean, int runningVariance, real[] y, int meanAt, int deviationAt"),
        List.of(
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Put("y", "meanAt", load("s", "runningMean")),
                    new Stmt.Put(
                        "y",
                        "deviationAt",
                        constant(1)
                            .dividedBy(
                                load("s", "runningVariance").plus(uniform("epsilon")).sqrt()))))));
  }

  /** y = (x - mean) / deviation, times weight plus bias where {@code affine}. */
  public static Kernel normalize(boolean affine) {
    Value scaled = load("x", "xo + at").minus(load("a", "meanAt")).times(load("a", "deviationAt"));
    return new Kernel(
        affine ? "normalizeAffine" : "normalize",
        affine
            ? "y = (x - mean) / deviation * weight + bias, each by channel."
            : "y = (x - mean) / deviation, each by channel.",
        Kernel.parameters(
            "int positions, int channels, real[] x, int xo, real[] a, int meanAt, int deviationAt, "
                + (affine ? "real[] p, int weight, int bias, " : "")
                + "real[] y, int yo"),
        List.of(
            new Stmt.For(
                "position",
                "0",
                "positions",
                1,
                List.of(
                    new Stmt.Int("at", "position * channels"),
                    new Stmt.Lanes(
                        "channels",
                        List.of(
                            new Stmt.Put(
                                "y",
                                "yo + at",
                                affine
                                    ? fma(scaled, load("p", "weight"), load("p", "bias"))
                                    : scaled)))))));
  }

  /** Batch normalisation with fixed statistics. */
  public static Kernel scale() {
    return new Kernel(
        "scale",
        "y = scale x + shift, each by channel.",
        Kernel.parameters(
            "int positions, int channels, real[] x, int xo, real[] p, int scaleAt, int shiftAt, real[] y, int yo"),
        List.of(
            new Stmt.For(
                "position",
                "0",
                "positions",
                1,
                List.of(
                    new Stmt.Int("at", "position * channels"),
                    new Stmt.Lanes(
                        "channels",
                        List.of(
                            new Stmt.Put(
                                "y",
                                "yo + at",
                                fma(
                                    load("x", "xo + at"),
                                    load("p", "scaleAt"),
                                    load("p", "shiftAt")))))))));
  }

  /** The two sums over a batch that batch normalisation's gradients are made of. */
  public static Kernel gradientSums() {
    Value normal =
        load("x", "xo + row * rowStride + position * channels")
            .minus(load("a", "meanAt"))
            .times(load("a", "deviationAt"));
    return new Kernel(
        "gradientSums",
        "For {@code n} channels the sums of dy and of dy (x - mean) / deviation over rows and positions.",
        Kernel.parameters(
            "int rows, int rowStride, int positions, int channels, int n, real[] x, int xo, real[] dy, int dyo,"
                + " real[] a, int meanAt, int deviationAt, int sumAt, int productAt"),
        List.of(
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Let("sum", constant(0)),
                    new Stmt.Let("product", constant(0)),
                    new Stmt.For(
                        "row",
                        "0",
                        "rows",
                        1,
                        List.of(
                            new Stmt.Let("partSum", constant(0)),
                            new Stmt.Let("partProduct", constant(0)),
                            new Stmt.For(
                                "position",
                                "0",
                                "positions",
                                1,
                                List.of(
                                    new Stmt.Let(
                                        "gradient",
                                        load("dy", "dyo + row * rowStride + position * channels")),
                                    new Stmt.Set(
                                        "partSum", local("partSum").plus(local("gradient"))),
                                    new Stmt.Set(
                                        "partProduct",
                                        fma(local("gradient"), normal, local("partProduct"))))),
                            new Stmt.Set("sum", local("sum").plus(local("partSum"))),
                            new Stmt.Set("product", local("product").plus(local("partProduct"))))),
                    new Stmt.Put("a", "sumAt", local("sum")),
                    new Stmt.Put("a", "productAt", local("product"))))));
  }

  /**
   * dx = weight / deviation * (dy - share * (sum + normal * product)); share is 1 / values for a
   * batch's own statistics, 0 for fixed ones.
   */
  public static Kernel normalizeGradient(boolean affine) {
    Value slope =
        affine ? load("a", "deviationAt").times(load("p", "weight")) : load("a", "deviationAt");
    return new Kernel(
        affine ? "normalizeAffineGradient" : "normalizeGradient",
        "dx = "
            + (affine ? "weight " : "")
            + "/ deviation (dy - share (sum + normal product)), normal = (x - mean) / deviation.",
        Kernel.parameters(
            "int positions, int channels, real share, real[] x, int xo, real[] dy, int dyo, real[] a, int meanAt, int deviationAt,"
                + " int sumAt, int productAt, "
                + (affine ? "real[] p, int weight, " : "")
                + "real[] dx, int dxo"),
        List.of(
            new Stmt.For(
                "position",
                "0",
                "positions",
                1,
                List.of(
                    new Stmt.Int("at", "position * channels"),
                    new Stmt.Lanes(
                        "channels",
                        List.of(
                            new Stmt.Let(
                                "normal",
                                load("x", "xo + at")
                                    .minus(load("a", "meanAt"))
                                    .times(load("a", "deviationAt"))),
                            new Stmt.Let(
                                "common",
                                fma(local("normal"), load("a", "productAt"), load("a", "sumAt"))),
                            new Stmt.Put(
                                "dx",
                                "dxo + at",
                                slope.times(
                                    load("dy", "dyo + at")
                                        .minus(local("common").times(uniform("share")))))))))));
  }

  /** Layer normalisation of vectors; keeps each one's mean and 1 / deviation. */
  public static Kernel layerNorm(boolean affine) {
    Value normal = load("x", "xo + at").minus(uniform("mean")).times(uniform("deviation"));
    return new Kernel(
        affine ? "layerNormAffine" : "layerNorm",
        "y = (x - mean) / sqrt(variance + epsilon)"
            + (affine ? " * weight + bias" : "")
            + " for each of {@code vectors} vectors of {@code n}; keeps mean and 1 / deviation.",
        Kernel.parameters(
            "int vectors, int n, real epsilon, real[] x, int xo, "
                + (affine ? "real[] p, int weight, int bias, " : "")
                + "real[] y, int yo, real[] a, int meanAt, int deviationAt"),
        List.of(
            new Stmt.For(
                "vector",
                "0",
                "vectors",
                1,
                List.of(
                    new Stmt.Int("at", "vector * n"),
                    new Stmt.Reduce("sum", Stmt.Reduce.Kind.SUM, "n", load("x", "xo + at")),
                    new Stmt.Let("mean", uniform("sum").dividedBy(number("n"))),
                    new Stmt.Reduce(
                        "squares",
                        Stmt.Reduce.Kind.SUM,
                        "n",
                        load("x", "xo + at")
                            .minus(uniform("mean"))
                            .times(load("x", "xo + at").minus(uniform("mean")))),
                    new Stmt.Let(
                        "deviation",
                        constant(1)
                            .dividedBy(
                                uniform("squares")
                                    .dividedBy(number("n"))
                                    .plus(uniform("epsilon"))
                                    .sqrt())),
                    new Stmt.Put("a", "meanAt + vector", uniform("mean")),
                    new Stmt.Put("a", "deviationAt + vector", uniform("deviation")),
                    new Stmt.Lanes(
                        "n",
                        List.of(
                            new Stmt.Put(
                                "y",
                                "yo + at",
                                affine
                                    ? fma(normal, load("p", "weight"), load("p", "bias"))
                                    : normal)))))));
  }

  /** dx = (h - mean(h) - normal * mean(h * normal)) / deviation with h = dy * weight. */
  public static Kernel layerNormGradient(boolean affine) {
    Value h = affine ? load("dy", "dyo + at").times(load("p", "weight")) : load("dy", "dyo + at");
    Value normal = load("x", "xo + at").minus(uniform("mean")).times(uniform("deviation"));
    return new Kernel(
        affine ? "layerNormAffineGradient" : "layerNormGradient",
        "dx = (h - mean(h) - normal mean(h normal)) / deviation, h = dy"
            + (affine ? " weight" : "")
            + ", normal = (x - mean) / deviation.",
        Kernel.parameters(
            "int vectors, int n, real[] x, int xo, real[] dy, int dyo, real[] a, int meanAt, int deviationAt, "
                + (affine ? "real[] p, int weight, " : "")
                + "real[] dx, int dxo"),
        List.of(
            new Stmt.For(
                "vector",
                "0",
                "vectors",
                1,
                List.of(
                    new Stmt.Int("at", "vector * n"),
                    new Stmt.Let("mean", element("a", "meanAt + vector")),
                    new Stmt.Let("deviation", element("a", "deviationAt + vector")),
                    new Stmt.Reduce("sum", Stmt.Reduce.Kind.SUM, "n", h),
                    new Stmt.Reduce("product", Stmt.Reduce.Kind.SUM, "n", h.times(normal)),
                    new Stmt.Let("meanH", uniform("sum").dividedBy(number("n"))),
                    new Stmt.Let("meanProduct", uniform("product").dividedBy(number("n"))),
                    new Stmt.Lanes(
                        "n",
                        List.of(
                            new Stmt.Put(
                                "dx",
                                "dxo + at",
                                h.minus(uniform("meanH"))
                                    .minus(normal.times(uniform("meanProduct")))
                                    .times(uniform("deviation")))))))));
  }

  /** Gradients of layer normalisation's weight and bias: sums over vectors. */
  public static Kernel layerNormSums() {
    return new Kernel(
        "layerNormSums",
        "For {@code n} features the sums of dy and of dy (x - mean) / deviation over vectors.",
        Kernel.parameters(
            "int vectors, int stride, int n, real[] x, int xo, real[] dy, int dyo, real[] a, int meanAt, int deviationAt,"
                + " real[] c, int weight, int bias"),
        List.of(
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Let("sum", constant(0)),
                    new Stmt.Let("product", constant(0)),
                    new Stmt.For(
                        "vector",
                        "0",
                        "vectors",
                        1,
                        List.of(
                            new Stmt.Let("gradient", load("dy", "dyo + vector * stride")),
                            new Stmt.Set("sum", local("sum").plus(local("gradient"))),
                            new Stmt.Set(
                                "product",
                                fma(
                                    local("gradient"),
                                    load("x", "xo + vector * stride")
                                        .minus(element("a", "meanAt + vector"))
                                        .times(element("a", "deviationAt + vector")),
                                    local("product"))))),
                    new Stmt.Put("c", "weight", local("product")),
                    new Stmt.Put("c", "bias", local("sum"))))));
  }

  private static Stmt overRows(Stmt each, Stmt after) {
    return new Stmt.For(
        "row",
        "0",
        "rows",
        1,
        List.of(
            new Stmt.Let("part", constant(0)),
            new Stmt.For("position", "0", "positions", 1, List.of(each)),
            after));
  }
}

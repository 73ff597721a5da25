package dev.neurite.processor.kernel;

import static dev.neurite.processor.kernel.Value.constant;
import static dev.neurite.processor.kernel.Value.fma;
import static dev.neurite.processor.kernel.Value.load;
import static dev.neurite.processor.kernel.Value.local;
import static dev.neurite.processor.kernel.Value.select;
import static dev.neurite.processor.kernel.Value.uniform;

import dev.neurite.processor.kernel.Value.Comparison;
import java.util.List;

/** Kernels that compute value by value. */
public final class Elementwise {

  private static final String FORWARD = "int n, real[] x, int xo, real[] y, int yo";
  private static final String BACKWARD =
      "int n, real[] v, int vo, real[] dy, int dyo, real[] dx, int dxo";
  private static final Value X = load("x", "xo");
  private static final Value V = local("v0");
  private static final Value DY = load("dy", "dyo");

  private Elementwise() {}

  /** An activation: y[i] from x[i]; {@code x} and {@code y} may be the same places. */
  public static Kernel forward(String name, String formula, String numbers, Value ofX) {
    return new Kernel(
        name,
        "y = " + formula + ".",
        Kernel.parameters(FORWARD + numbers),
        List.of(new Stmt.Lanes("n", List.of(new Stmt.Let("x0", X), new Stmt.Put("y", "yo", ofX)))));
  }

  /**
   * An activation's gradient: dx[i] = dy[i] times the derivative at v[i], the activation's input or
   * output.
   */
  public static Kernel backward(String name, String formula, String numbers, Value derivativeAtV) {
    return new Kernel(
        name,
        "dx = dy times " + formula + ".",
        Kernel.parameters(BACKWARD + numbers),
        List.of(
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Let("v0", load("v", "vo")),
                    new Stmt.Put("dx", "dxo", DY.times(derivativeAtV))))));
  }

  /** As {@link #backward}, where the derivative chooses between dy and a multiple of it. */
  public static Kernel backwardOf(String name, String formula, String numbers, Value gradient) {
    return new Kernel(
        name,
        "dx = " + formula + ".",
        Kernel.parameters(BACKWARD + numbers),
        List.of(
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Let("v0", load("v", "vo")), new Stmt.Put("dx", "dxo", gradient)))));
  }

  public static Kernel relu() {
    return forward("relu", "max(x, 0)", "", local("x0").max(constant(0)));
  }

  public static Kernel reluGradient() {
    return backwardOf(
        "reluGradient",
        "dy where the output v > 0, else 0",
        "",
        select(Comparison.GREATER, V, constant(0), DY, constant(0)));
  }

  public static Kernel leakyRelu() {
    return forward(
        "leakyRelu",
        "x where x > 0, else slope x",
        ", real slope",
        select(
            Comparison.GREATER,
            local("x0"),
            constant(0),
            local("x0"),
            local("x0").times(uniform("slope"))));
  }

  public static Kernel leakyReluGradient() {
    return backwardOf(
        "leakyReluGradient",
        "dy where the input v > 0, else slope dy",
        ", real slope",
        select(Comparison.GREATER, V, constant(0), DY, DY.times(uniform("slope"))));
  }

  public static Kernel elu() {
    return forward(
        "elu",
        "x where x > 0, else alpha (exp(x) - 1)",
        ", real alpha",
        select(
            Comparison.GREATER,
            local("x0"),
            constant(0),
            local("x0"),
            Value.exp(local("x0").min(constant(0))).minus(constant(1)).times(uniform("alpha"))));
  }

  public static Kernel eluGradient() {
    return backwardOf(
        "eluGradient",
        "dy where the input v > 0, else alpha exp(v) dy",
        ", real alpha",
        select(
            Comparison.GREATER,
            V,
            constant(0),
            DY,
            DY.times(Value.exp(V.min(constant(0))).times(uniform("alpha")))));
  }

  public static Kernel sigmoid() {
    return forward("sigmoid", "1 / (1 + exp(-x))", "", sigmoidOf(local("x0")));
  }

  public static Kernel sigmoidGradient() {
    return backward(
        "sigmoidGradient", "v (1 - v), v the output", "", V.times(constant(1).minus(V)));
  }

  public static Kernel tanh() {
    return forward("tanh", "tanh(x)", "", Value.tanh(local("x0")));
  }

  public static Kernel tanhGradient() {
    return backward("tanhGradient", "1 - v^2, v the output", "", fma(V.negated(), V, constant(1)));
  }

  public static Kernel silu() {
    return forward("silu", "x sigmoid(x)", "", local("x0").times(sigmoidOf(local("x0"))));
  }

  /** Derivative s + v s (1 - s) with s = sigmoid(v). */
  public static Kernel siluGradient() {
    return new Kernel(
        "siluGradient",
        "dx = dy (s + v s (1 - s)), s = sigmoid(v), v the input.",
        Kernel.parameters(BACKWARD),
        List.of(
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Let("v0", load("v", "vo")),
                    new Stmt.Let("s", sigmoidOf(V)),
                    new Stmt.Put(
                        "dx",
                        "dxo",
                        DY.times(
                            fma(
                                V.times(local("s")),
                                constant(1).minus(local("s")),
                                local("s"))))))));
  }

  /**
   * max(x, 0) + log(1 + exp(-|beta x|)) / beta: no exponential of a large number; x itself beyond
   * the threshold.
   */
  public static Kernel softplus() {
    Value scaled = local("z");
    Value soft =
        Value.log(Value.exp(scaled.absolute().negated()).plus(1))
            .plus(scaled.max(constant(0)))
            .dividedBy(uniform("beta"));
    return new Kernel(
        "softplus",
        "y = log(1 + exp(beta x)) / beta, x itself where beta x > threshold.",
        Kernel.parameters(FORWARD + ", real beta, real threshold"),
        List.of(
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Let("x0", X),
                    new Stmt.Let("z", local("x0").times(uniform("beta"))),
                    new Stmt.Let("soft", soft),
                    new Stmt.Put(
                        "y",
                        "yo",
                        select(
                            Comparison.GREATER,
                            scaled,
                            uniform("threshold"),
                            local("x0"),
                            local("soft")))))));
  }

  public static Kernel softplusGradient() {
    return new Kernel(
        "softplusGradient",
        "dx = dy sigmoid(beta v), dy itself where beta v > threshold; v the input.",
        Kernel.parameters(BACKWARD + ", real beta, real threshold"),
        List.of(
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Let("v0", load("v", "vo")),
                    new Stmt.Let("z", V.times(uniform("beta"))),
                    new Stmt.Let("s", sigmoidOf(local("z"))),
                    new Stmt.Put(
                        "dx",
                        "dxo",
                        select(
                            Comparison.GREATER,
                            local("z"),
                            uniform("threshold"),
                            DY,
                            DY.times(local("s"))))))));
  }

  /** Beyond this argument tanh(log(1 + exp(x))) is 1, rounded to float or to double. */
  private static final double MISH_LINEAR = 20;

  /** Below this argument {@link Value#exp} falls no further: exp(x) counts as 0. */
  private static final double MISH_ZERO = -87.3;

  /** With e = exp(x) and w = e (e + 2): tanh(log(1 + e)) = w / (w + 2), without cancellation. */
  public static Kernel mish() {
    return new Kernel(
        "mish",
        "y = x tanh(log(1 + exp(x))).",
        Kernel.parameters(FORWARD),
        List.of(
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Let("x0", X),
                    new Stmt.Let("e", mishExponential(local("x0"))),
                    new Stmt.Let("w", local("e").times(local("e").plus(2))),
                    new Stmt.Put(
                        "y", "yo", local("x0").times(local("w").dividedBy(local("w").plus(2))))))));
  }

  /**
   * Derivative t + v t' with t = w / (w + 2) as in {@link #mish}, t' = (1 - t^2) e / (1 + e) = 4 e
   * (1 + e) / (w + 2)^2.
   */
  public static Kernel mishGradient() {
    Value e = local("e");
    Value share = e.times(e.plus(1)).times(4).dividedBy(local("d")).dividedBy(local("d"));
    return new Kernel(
        "mishGradient",
        "dx = dy times the derivative of mish at the input v, 1 where v > 20.",
        Kernel.parameters(BACKWARD),
        List.of(
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Let("v0", load("v", "vo")),
                    new Stmt.Let("e", mishExponential(V)),
                    new Stmt.Let("w", e.times(e.plus(2))),
                    new Stmt.Let("d", local("w").plus(2)),
                    new Stmt.Let("slope", fma(V, share, local("w").dividedBy(local("d")))),
                    new Stmt.Put(
                        "dx",
                        "dxo",
                        select(
                            Comparison.GREATER,
                            V,
                            constant(MISH_LINEAR),
                            DY,
                            DY.times(local("slope"))))))));
  }

  private static Value mishExponential(Value x) {
    return select(
        Comparison.LESS,
        x,
        constant(MISH_ZERO),
        constant(0),
        Value.exp(x.min(constant(MISH_LINEAR))));
  }

  public static Kernel gelu() {
    return forward(
        "gelu", "x (1 + erf(x / sqrt 2)) / 2", "", local("x0").times(normalOf(local("x0"))));
  }

  /** Derivative Phi(v) + v phi(v), Phi and phi the normal distribution and its density. */
  public static Kernel geluGradient() {
    Value density = Value.exp(V.times(V).times(-0.5)).times(0.3989422804014327);
    return new Kernel(
        "geluGradient",
        "dx = dy (Phi(v) + v phi(v)), Phi and phi the normal distribution and its density, v the input.",
        Kernel.parameters(BACKWARD),
        List.of(
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Let("v0", load("v", "vo")),
                    new Stmt.Let("density", density),
                    new Stmt.Let("share", normalOf(V)),
                    new Stmt.Put(
                        "dx", "dxo", DY.times(fma(V, local("density"), local("share"))))))));
  }

  public static Kernel geluTanh() {
    Value x = local("x0");
    return new Kernel(
        "geluTanh",
        "y = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.",
        Kernel.parameters(FORWARD),
        List.of(
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Let("x0", X),
                    new Stmt.Let("t", Value.tanh(geluInner(x))),
                    new Stmt.Put("y", "yo", x.times(0.5).times(local("t").plus(1)))))));
  }

  /**
   * Derivative (1 + t) / 2 + v (1 - t^2) / 2 times the inner derivative sqrt(2 / pi) (1 + 3 *
   * 0.044715 v^2).
   */
  public static Kernel geluTanhGradient() {
    Value t = local("t");
    Value inner = fma(V.times(V), constant(3 * 0.044715 * ROOT), constant(ROOT));
    Value slope = V.times(0.5).times(fma(t.negated(), t, constant(1))).times(inner);
    return new Kernel(
        "geluTanhGradient",
        "dx = dy times the derivative of geluTanh at the input v.",
        Kernel.parameters(BACKWARD),
        List.of(
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Let("v0", load("v", "vo")),
                    new Stmt.Let("t", Value.tanh(geluInner(V))),
                    new Stmt.Put("dx", "dxo", DY.times(fma(t.plus(1), constant(0.5), slope)))))));
  }

  private static final double ROOT = Math.sqrt(2 / Math.PI);

  private static Value geluInner(Value x) {
    return x.times(fma(x.times(x), constant(0.044715 * ROOT), constant(ROOT)));
  }

  private static Value normalOf(Value x) {
    return fma(Value.erf(x.times(Math.sqrt(0.5))), constant(0.5), constant(0.5));
  }

  /** Below this argument the sigmoid is less than any normal float: 0, as in the limit. */
  private static final double SIGMOID_ZERO = -87.5;

  private static Value sigmoidOf(Value x) {
    return select(
        Comparison.LESS,
        x,
        constant(SIGMOID_ZERO),
        constant(0),
        constant(1).dividedBy(Value.exp(x.negated()).plus(1)));
  }

  /** y = x: moves values. */
  public static Kernel copy() {
    return forward("copy", "x", "", local("x0"));
  }

  /** y += x: gradients that meet. */
  public static Kernel addTo() {
    return new Kernel(
        "addTo",
        "y = y + x.",
        Kernel.parameters(FORWARD),
        List.of(new Stmt.Lanes("n", List.of(new Stmt.Put("y", "yo", load("y", "yo").plus(X))))));
  }

  /** y = x z. */
  public static Kernel multiply() {
    return new Kernel(
        "multiply",
        "y = x z.",
        Kernel.parameters("int n, real[] x, int xo, real[] z, int zo, real[] y, int yo"),
        List.of(new Stmt.Lanes("n", List.of(new Stmt.Put("y", "yo", X.times(load("z", "zo")))))));
  }

  /** y = x + z. */
  public static Kernel add() {
    return new Kernel(
        "add",
        "y = x + z.",
        Kernel.parameters("int n, real[] x, int xo, real[] z, int zo, real[] y, int yo"),
        List.of(new Stmt.Lanes("n", List.of(new Stmt.Put("y", "yo", X.plus(load("z", "zo")))))));
  }

  /** y = x z, z one number for each channel. */
  public static Kernel multiplyChannels() {
    return new Kernel(
        "multiplyChannels",
        "y = x z, z one number for each channel.",
        Kernel.parameters(
            "int positions, int channels, real[] x, int xo, real[] z, int zo, real[] y, int yo"),
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
                                "y", "yo + at", load("x", "xo + at").times(load("z", "zo")))))))));
  }

  /** y = 0. */
  public static Kernel clear() {
    return new Kernel(
        "clear",
        "y = 0.",
        Kernel.parameters("int n, real[] y, int yo"),
        List.of(new Stmt.Lanes("n", List.of(new Stmt.Put("y", "yo", constant(0))))));
  }
}

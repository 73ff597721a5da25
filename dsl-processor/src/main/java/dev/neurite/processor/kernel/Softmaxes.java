package dev.neurite.processor.kernel;

import static dev.neurite.processor.kernel.Value.constant;
import static dev.neurite.processor.kernel.Value.exp;
import static dev.neurite.processor.kernel.Value.load;
import static dev.neurite.processor.kernel.Value.local;
import static dev.neurite.processor.kernel.Value.uniform;

import java.util.ArrayList;
import java.util.List;

/**
 * Softmax and its logarithm. Along neighbouring values the lanes are the values of one vector;
 * across (an axis that is not the innermost) each lane is a vector of its own.
 */
public final class Softmaxes {

  private static final String FORWARD = "int vectors, int n, real[] x, int xo, real[] y, int yo";
  private static final String BACKWARD =
      "int vectors, int n, real[] y, int yo, real[] dy, int dyo, real[] dx, int dxo";
  private static final String ACROSS = "int outer, int n, int inner, ";

  private Softmaxes() {}

  public static Kernel softmax() {
    return along(
        "softmax",
        "y = exp(x - max) / sum of them, for each of {@code vectors} vectors of {@code n}.",
        FORWARD,
        List.of(
            largest(load("x", "xo + at")),
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Put(
                        "y", "yo + at", exp(load("x", "xo + at").minus(uniform("largest")))))),
            sum("sum", load("y", "yo + at")),
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Put(
                        "y", "yo + at", load("y", "yo + at").dividedBy(uniform("sum")))))));
  }

  public static Kernel logSoftmax() {
    return along(
        "logSoftmax",
        "y = x - max - log(sum of exp(x - max)), for each of {@code vectors} vectors of {@code n}; {@code t} is scratch for one vector.",
        "int vectors, int n, real[] x, int xo, real[] t, int to, real[] y, int yo",
        List.of(
            largest(load("x", "xo + at")),
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Put("t", "to", exp(load("x", "xo + at").minus(uniform("largest")))))),
            sum("sum", load("t", "to")),
            new Stmt.Let("logarithm", Value.log(uniform("sum"))),
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Put(
                        "y",
                        "yo + at",
                        load("x", "xo + at")
                            .minus(uniform("largest"))
                            .minus(uniform("logarithm")))))));
  }

  public static Kernel softmaxGradient() {
    return along(
        "softmaxGradient",
        "dx = y (dy - sum of dy y).",
        BACKWARD,
        List.of(
            sum("product", load("dy", "dyo + at").times(load("y", "yo + at"))),
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Put(
                        "dx",
                        "dxo + at",
                        load("dy", "dyo + at")
                            .minus(uniform("product"))
                            .times(load("y", "yo + at")))))));
  }

  public static Kernel logSoftmaxGradient() {
    return along(
        "logSoftmaxGradient",
        "dx = dy - exp(y) sum of dy.",
        BACKWARD,
        List.of(
            sum("sum", load("dy", "dyo + at")),
            new Stmt.Lanes(
                "n",
                List.of(
                    new Stmt.Put(
                        "dx",
                        "dxo + at",
                        Value.fma(
                            exp(load("y", "yo + at")).negated(),
                            uniform("sum"),
                            load("dy", "dyo + at")))))));
  }

  private static Stmt largest(Value value) {
    return new Stmt.Reduce(
        "largest", Stmt.Reduce.Kind.MAX, "n", value, Stmt.Reduce.Partials.VARIABLES);
  }

  private static Stmt sum(String name, Value value) {
    return new Stmt.Reduce(name, Stmt.Reduce.Kind.SUM, "n", value, Stmt.Reduce.Partials.VARIABLES);
  }

  public static Kernel softmaxAcross() {
    return across(
        "softmaxAcross",
        "y = exp(x - max) / sum of them, over the middle axis of {@code outer} x {@code n} x {@code inner}.",
        "real[] x, int xo, real[] y, int yo",
        List.of(
            new Stmt.Let("largest", load("x", "xo + at")),
            each(
                "j",
                new Stmt.Set("largest", local("largest").max(load("x", "xo + at + j * inner")))),
            new Stmt.Let("sum", constant(0)),
            each(
                "j",
                new Stmt.Let("e", exp(load("x", "xo + at + j * inner").minus(local("largest")))),
                new Stmt.Put("y", "yo + at + j * inner", local("e")),
                new Stmt.Set("sum", local("sum").plus(local("e")))),
            each(
                "j",
                new Stmt.Put(
                    "y",
                    "yo + at + j * inner",
                    load("y", "yo + at + j * inner").dividedBy(local("sum"))))));
  }

  public static Kernel logSoftmaxAcross() {
    return across(
        "logSoftmaxAcross",
        "y = x - max - log(sum of exp(x - max)), over the middle axis of {@code outer} x {@code n} x {@code inner}.",
        "real[] x, int xo, real[] y, int yo",
        List.of(
            new Stmt.Let("largest", load("x", "xo + at")),
            each(
                "j",
                new Stmt.Set("largest", local("largest").max(load("x", "xo + at + j * inner")))),
            new Stmt.Let("sum", constant(0)),
            each(
                "j",
                new Stmt.Let("e", exp(load("x", "xo + at + j * inner").minus(local("largest")))),
                new Stmt.Set("sum", local("sum").plus(local("e")))),
            new Stmt.Let("logarithm", Value.log(local("sum"))),
            each(
                "j",
                new Stmt.Put(
                    "y",
                    "yo + at + j * inner",
                    load("x", "xo + at + j * inner")
                        .minus(local("largest"))
                        .minus(local("logarithm"))))));
  }

  public static Kernel softmaxAcrossGradient() {
    return across(
        "softmaxAcrossGradient",
        "dx = y (dy - sum of dy y), over the middle axis.",
        "real[] y, int yo, real[] dy, int dyo, real[] dx, int dxo",
        List.of(
            new Stmt.Let("product", constant(0)),
            each(
                "j",
                new Stmt.Set(
                    "product",
                    Value.fma(
                        load("dy", "dyo + at + j * inner"),
                        load("y", "yo + at + j * inner"),
                        local("product")))),
            each(
                "j",
                new Stmt.Put(
                    "dx",
                    "dxo + at + j * inner",
                    load("dy", "dyo + at + j * inner")
                        .minus(local("product"))
                        .times(load("y", "yo + at + j * inner"))))));
  }

  public static Kernel logSoftmaxAcrossGradient() {
    return across(
        "logSoftmaxAcrossGradient",
        "dx = dy - exp(y) sum of dy, over the middle axis.",
        "real[] y, int yo, real[] dy, int dyo, real[] dx, int dxo",
        List.of(
            new Stmt.Let("sum", constant(0)),
            each("j", new Stmt.Set("sum", local("sum").plus(load("dy", "dyo + at + j * inner")))),
            each(
                "j",
                new Stmt.Let("e", exp(load("y", "yo + at + j * inner"))),
                new Stmt.Put(
                    "dx",
                    "dxo + at + j * inner",
                    Value.fma(
                        local("e").negated(), local("sum"), load("dy", "dyo + at + j * inner"))))));
  }

  private static Stmt each(String variable, Stmt... body) {
    return new Stmt.For(variable, "0", "n", 1, List.of(body));
  }

  private static Kernel along(
      String name, String documentation, String parameters, List<Stmt> body) {
    List<Stmt> each = new ArrayList<>();
    each.add(new Stmt.Int("at", "vector * n"));
    each.addAll(body);
    return new Kernel(
        name,
        documentation,
        Kernel.parameters(parameters),
        List.of(new Stmt.For("vector", "0", "vectors", 1, each)));
  }

  private static Kernel across(
      String name, String documentation, String parameters, List<Stmt> lanes) {
    return new Kernel(
        name,
        documentation,
        Kernel.parameters(ACROSS + parameters),
        List.of(
            new Stmt.For(
                "block",
                "0",
                "outer",
                1,
                List.of(new Stmt.Int("at", "block * n * inner"), new Stmt.Lanes("inner", lanes)))));
  }
}

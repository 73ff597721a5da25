package dev.neurite.processor.emit;

import static dev.neurite.processor.kernel.Value.constant;
import static dev.neurite.processor.kernel.Value.fma;
import static dev.neurite.processor.kernel.Value.polynomial;
import static dev.neurite.processor.kernel.Value.select;

import dev.neurite.processor.kernel.Value;
import dev.neurite.processor.kernel.Value.Comparison;
import dev.neurite.processor.kernel.Value.Exponent;
import dev.neurite.processor.kernel.Value.Function;
import dev.neurite.processor.kernel.Value.Mantissa;
import dev.neurite.processor.kernel.Value.Scale;
import java.util.List;
import java.util.function.BiFunction;

/**
 * The functions of {@link Function} in float, as polynomials. Coefficients of exp, log and tanh: S.
 * L. Moshier, Cephes Mathematical Library (expf, logf, tanhf), each within 2 units in the last
 * place; of erf: a rational approximation of degrees 13 and 8 in [-4, 4], within 4 units.
 */
final class Functions {

  private Functions() {}

  /**
   * The function of {@code x} as plain arithmetic.
   *
   * @param name makes a value a variable: its wished name and the value go in, a read of the
   *     variable comes out
   */
  static Value inFloat(Function function, Value x, BiFunction<String, Value, Value> name) {
    return switch (function) {
      case EXP -> exp(name.apply("x", x), name);
      case LOG -> log(name.apply("x", x), name);
      case TANH -> tanh(name.apply("x", x), name);
      case ERF -> erf(name.apply("x", x), name);
    };
  }

  /**
   * 2^n times a polynomial of the remainder of x / ln 2. Clamped to [-87.3, 88.3], where the result
   * is a normal float.
   */
  private static Value exp(Value argument, BiFunction<String, Value, Value> name) {
    return expUpward(name.apply("x", atLeast(-87.3, argument)), name);
  }

  /** The same of a variable that is not below -87.3. */
  private static Value expUpward(Value argument, BiFunction<String, Value, Value> name) {
    Value x = name.apply("x", atMost(88.3, argument));
    Value magic = name.apply("magic", fma(x, constant(1.44269504), constant(12582912)));
    Value power = name.apply("power", magic.minus(constant(12582912)));
    Value high = name.apply("high", fma(power, constant(-0.693359375), x));
    Value rest = name.apply("rest", fma(power, constant(2.12194440e-4), high));
    Value sum =
        name.apply(
            "sum",
            polynomial(
                rest,
                List.of(
                    1.9875691500e-4,
                    1.3981999507e-3,
                    8.3334519073e-3,
                    4.1665795894e-2,
                    1.6666665459e-1,
                    5.0000001201e-1)));
    Value whole = name.apply("whole", fma(sum, rest.times(rest), rest).plus(1));
    return new Scale(whole, magic);
  }

  /**
   * The larger of a variable and a bound; what is not a number stays so. A comparison and a blend
   * are a third of the instructions of {@code max}, which orders zeros of either sign.
   */
  private static Value atLeast(double bound, Value x) {
    return select(Comparison.LESS, x, constant(bound), constant(bound), x);
  }

  private static Value atMost(double bound, Value x) {
    return select(Comparison.GREATER, x, constant(bound), constant(bound), x);
  }

  private static Value log(Value x, BiFunction<String, Value, Value> name) {
    Value mantissa = name.apply("mantissa", new Mantissa(x));
    Value exponent = name.apply("exponent", new Exponent(x));
    Value root = constant(0.7071067811865476);
    Value power =
        name.apply(
            "power",
            select(Comparison.LESS, mantissa, root, exponent.minus(constant(1)), exponent));
    Value rest =
        name.apply(
            "rest",
            select(
                Comparison.LESS,
                mantissa,
                root,
                mantissa.plus(mantissa).minus(constant(1)),
                mantissa.minus(constant(1))));
    Value square = name.apply("square", rest.times(rest));
    Value sum =
        name.apply(
            "sum",
            polynomial(
                rest,
                List.of(
                    7.0376836292e-2,
                    -1.1514610310e-1,
                    1.1676998740e-1,
                    -1.2420140846e-1,
                    1.4249322787e-1,
                    -1.6668057665e-1,
                    2.0000714765e-1,
                    -2.4999993993e-1,
                    3.3333331174e-1)));
    Value low = name.apply("low", sum.times(rest).times(square));
    Value correction = name.apply("correction", fma(power, constant(-2.12194440e-4), low));
    Value tail = name.apply("tail", fma(square, constant(-0.5), correction));
    return fma(power, constant(0.693359375), rest.plus(tail));
  }

  /**
   * 1 - 2 / (exp(2 |x|) + 1), and an odd polynomial below 0.625; the sign is put back at the end.
   */
  private static Value tanh(Value x, BiFunction<String, Value, Value> name) {
    Value size = name.apply("size", x.absolute());
    Value power = name.apply("power", expUpward(name.apply("twice", size.plus(size)), name));
    Value far = name.apply("far", constant(1).minus(constant(2).dividedBy(power.plus(1))));
    Value square = name.apply("square", size.times(size));
    Value sum =
        name.apply(
            "sum",
            polynomial(
                square,
                List.of(
                    -5.70498872745e-3,
                    2.06390887954e-2,
                    -5.37397155531e-2,
                    1.33314422036e-1,
                    -3.33332819422e-1)));
    Value near = name.apply("near", fma(sum.times(square), size, size));
    Value result = name.apply("result", select(Comparison.LESS, size, constant(0.625), near, far));
    return select(Comparison.LESS, x, constant(0), result.negated(), result);
  }

  private static Value erf(Value argument, BiFunction<String, Value, Value> name) {
    Value x = name.apply("x", atMost(4, name.apply("x", atLeast(-4, argument))));
    Value square = name.apply("square", x.times(x));
    Value top =
        name.apply(
            "top",
            polynomial(
                square,
                List.of(
                    -2.72614225801306e-10,
                    2.77068142495902e-08,
                    -2.10102402082508e-06,
                    -5.69250639462346e-05,
                    -7.34990630326855e-04,
                    -2.95459980854025e-03,
                    -1.60960333262415e-02)));
    Value bottom =
        name.apply(
            "bottom",
            polynomial(
                square,
                List.of(
                    -1.45660718464996e-05,
                    -2.13374055278905e-04,
                    -1.68282697438203e-03,
                    -7.37332916720468e-03,
                    -1.42647390514189e-02)));
    return x.times(top).dividedBy(bottom);
  }
}

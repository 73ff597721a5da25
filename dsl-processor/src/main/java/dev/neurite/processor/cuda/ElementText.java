package dev.neurite.processor.cuda;

import dev.neurite.processor.graph.Operation;
import dev.neurite.processor.graph.Operation.Activation;

/** Operations value by value as expressions in CUDA C. */
final class ElementText {

  private ElementText() {}

  /** A number as a literal. */
  static String real(double value) {
    float rounded = (float) value;
    if (rounded == Float.POSITIVE_INFINITY || rounded == Float.NEGATIVE_INFINITY) {
      return (rounded < 0 ? "-" : "") + "__int_as_float(0x7f800000)";
    }
    return Float.toString(rounded) + "f";
  }

  /** The value at {@code x}. */
  static String value(Activation activation, String x) {
    return switch (activation) {
      // Not a maximum, which would turn NaN into 0.
      case Operation.ReLU ignored -> "%s < 0.0f ? 0.0f : %s".formatted(x, x);
      case Operation.LeakyReLU leaky -> "leakyRelu(%s, %s)".formatted(x, real(leaky.slope()));
      case Operation.ELU elu -> "elu(%s, %s)".formatted(x, real(elu.alpha()));
      case Operation.GELU gelu -> (gelu.tanh() ? "geluTanh(%s)" : "gelu(%s)").formatted(x);
      case Operation.SiLU ignored -> "silu(%s)".formatted(x);
      case Operation.Sigmoid ignored -> "sigmoid(%s)".formatted(x);
      case Operation.Tanh ignored -> "tanhf(%s)".formatted(x);
      case Operation.Softplus softplus ->
          "softplus(%s, %s, %s)".formatted(x, real(softplus.beta()), real(softplus.threshold()));
      case Operation.Mish ignored -> "mish(%s)".formatted(x);
    };
  }

  /**
   * The gradient {@code g} times the derivative.
   *
   * @param x the argument
   * @param y the value there
   */
  static String gradient(Activation activation, String g, String x, String y) {
    return switch (activation) {
      case Operation.ReLU ignored -> "%s > 0.0f ? %s : 0.0f".formatted(y, g);
      case Operation.LeakyReLU leaky ->
          "%s > 0.0f ? %s : %s * %s"
              .formatted(leaky.slope() < 0 ? x : y, g, real(leaky.slope()), g);
      case Operation.ELU elu -> "%s * eluGradient(%s, %s)".formatted(g, x, real(elu.alpha()));
      case Operation.GELU gelu ->
          (gelu.tanh() ? "%s * geluTanhGradient(%s)" : "%s * geluGradient(%s)").formatted(g, x);
      case Operation.SiLU ignored -> "%s * siluGradient(%s)".formatted(g, x);
      case Operation.Sigmoid ignored -> "%s * sigmoidGradient(%s)".formatted(g, y);
      case Operation.Tanh ignored -> "%s * tanhGradient(%s)".formatted(g, y);
      case Operation.Softplus softplus ->
          "%s * softplusGradient(%s, %s, %s)"
              .formatted(g, x, real(softplus.beta()), real(softplus.threshold()));
      case Operation.Mish ignored -> "%s * mishGradient(%s)".formatted(g, x);
    };
  }
}

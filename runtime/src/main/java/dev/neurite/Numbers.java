package dev.neurite;

import java.util.Locale;
import java.util.Map;

/** Numbers as people read them. */
final class Numbers {

  private Numbers() {}

  /** Four digits after the point, or in scientific notation where those would say too little. */
  static String brief(double value) {
    double size = Math.abs(value);
    boolean plain = size == 0 || (size >= 0.001 && size < 1e6) || Double.isNaN(size);
    return String.format(Locale.ROOT, plain ? "%.4f" : "%.3e", value);
  }

  /** The value of a metric; the message lists those there are. */
  static double named(String name, Map<String, Double> values) {
    Double value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "no metric " + name + "; there is " + String.join(", ", values.keySet()));
    }
    return value;
  }

  /** Minutes and seconds, such as 1:05, with hours where there are any. */
  static String duration(double seconds) {
    long whole = Math.round(seconds);
    if (whole >= 3600) {
      return String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }
    return String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
  }
}

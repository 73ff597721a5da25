package dev.neurite.processor.generated;

import java.util.Locale;

/** Which kernels generated classes choose when they are created. */
public enum Variant {
  SIMD,
  SCALAR;

  /** Sets the choice for what this process creates from here on. */
  public void choose() {
    System.setProperty("neurite.vectors", this == SIMD ? "on" : "off");
    System.setProperty("neurite.warmup", "off");
  }

  /** Lets generated classes choose as they do for users. */
  public static void reset() {
    System.clearProperty("neurite.vectors");
    System.clearProperty("neurite.warmup");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

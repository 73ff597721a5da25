package dev.neurite.examples.twoclass;

import dev.neurite.data.Column;
import dev.neurite.data.Dataset;
import java.util.SplittableRandom;

/** Two half circles that reach into each other: no straight line tells them apart. */
final class Moons {

  private static final double NOISE = 0.1;

  private Moons() {}

  /** Points of both classes, as many of each. */
  static Dataset of(int points, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] places = new float[points][];
    float[][] classes = new float[points][];
    for (int i = 0; i < points; i++) {
      double angle = Math.PI * random.nextDouble();
      boolean upper = i % 2 == 0;
      double x = upper ? Math.cos(angle) : 1 - Math.cos(angle);
      double y = upper ? Math.sin(angle) : 0.5 - Math.sin(angle);
      places[i] =
          new float[] {
            (float) (x + NOISE * random.nextGaussian()), (float) (y + NOISE * random.nextGaussian())
          };
      classes[i] = new float[] {upper ? 0 : 1};
    }
    return Dataset.of(Column.floats("point", places), Column.floats("second", classes));
  }
}

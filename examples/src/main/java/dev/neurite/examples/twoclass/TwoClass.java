package dev.neurite.examples.twoclass;

import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.Sigmoid;

/** A point of the plane, 16 sigmoid units, the probability of the second class. */
@Model(cuda = true)
public interface TwoClass {
  @Input(2)
  Layer point();

  @Dense(16)
  @Sigmoid
  Layer hidden();

  @Dense(1)
  @Sigmoid
  Layer second();
}

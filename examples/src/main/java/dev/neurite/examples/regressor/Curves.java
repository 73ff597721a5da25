package dev.neurite.examples.regressor;

import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.Sigmoid;

/** One number, 12 sigmoid units, two numbers: a linear output, so that any value can come out. */
@Model
public interface Curves {
  @Input(1)
  Layer x();

  @Dense(12)
  @Sigmoid
  Layer hidden();

  @Dense(2)
  Layer curves();
}

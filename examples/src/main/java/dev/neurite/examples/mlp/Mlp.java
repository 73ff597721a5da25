package dev.neurite.examples.mlp;

import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Flatten;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.ReLU;

/** 784 pixels, two hidden layers of 128 and 64 units, ten logits. */
@Model(cuda = true)
public interface Mlp {
  @Input({1, 28, 28})
  Layer image();

  @Flatten
  @Dense(128)
  @ReLU
  Layer hidden1();

  @Dense(64)
  @ReLU
  Layer hidden2();

  @Dense(10)
  Layer logits();
}

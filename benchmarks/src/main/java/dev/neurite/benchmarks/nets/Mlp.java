package dev.neurite.benchmarks.nets;

import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.ReLU;

/** Three dense layers: 109,386 parameters. */
@Model(cuda = true)
public interface Mlp {

  /** 28 x 28 pixels. */
  @Input(784)
  Layer image();

  /** 128 units. */
  @Dense(128)
  @ReLU
  Layer hidden1();

  /** 64 units. */
  @Dense(64)
  @ReLU
  Layer hidden2();

  /** Ten logits. */
  @Dense(10)
  Layer logits();
}

package dev.neurite.benchmarks.nets;

import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.Tanh;

/** One dense layer of 64 units with tanh, as audio effects use it. */
@Model
public interface Dense64 {

  /** 64 values. */
  @Input(64)
  Layer x();

  /** 64 values. */
  @Dense(64)
  @Tanh
  Layer y();
}

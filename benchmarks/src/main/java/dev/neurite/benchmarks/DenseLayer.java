package dev.neurite.benchmarks;

import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.Model;

/** One dense layer, 784 to 128: the first of a common network for digits. */
@Model
public interface DenseLayer {

  /** 784 values. */
  @Input(784)
  Layer x();

  /** 128 values. */
  @Dense(128)
  Layer y();
}

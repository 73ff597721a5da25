package dev.neurite.benchmarks.gpu;

import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.ReLU;

/** 784-128-64-10. */
@Model(cuda = true)
public interface GpuMlp {
  @Input(784)
  Layer input();

  @Dense(128)
  @ReLU
  Layer first();

  @Dense(64)
  @ReLU
  Layer second();

  @Dense(10)
  Layer output();
}

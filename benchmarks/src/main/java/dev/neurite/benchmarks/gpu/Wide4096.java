package dev.neurite.benchmarks.gpu;

import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.ReLU;

/** 4096-4096-4096-10: 33.6 million parameters. */
@Model(cuda = true)
public interface Wide4096 {
  @Input(4096)
  Layer input();

  @Dense(4096)
  @ReLU
  Layer first();

  @Dense(4096)
  @ReLU
  Layer second();

  @Dense(10)
  Layer output();
}

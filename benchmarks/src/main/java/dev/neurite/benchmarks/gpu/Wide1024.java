package dev.neurite.benchmarks.gpu;

import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.ReLU;

/** 1024-1024-1024-10: 2.1 million parameters. */
@Model(cuda = true)
public interface Wide1024 {
  @Input(1024)
  Layer input();

  @Dense(1024)
  @ReLU
  Layer first();

  @Dense(1024)
  @ReLU
  Layer second();

  @Dense(10)
  Layer output();
}

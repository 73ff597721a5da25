package dev.neurite.benchmarks.gpu;

import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.ReLU;

/** 2048-2048-2048-10: 8.4 million parameters. */
@Model(cuda = true)
public interface Wide2048 {
  @Input(2048)
  Layer input();

  @Dense(2048)
  @ReLU
  Layer first();

  @Dense(2048)
  @ReLU
  Layer second();

  @Dense(10)
  Layer output();
}

package dev.neurite.benchmarks.gpu;

import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.ReLU;

/** 512-512-512-10: 0.5 million parameters. */
@Model(cuda = true)
public interface Wide512 {
  @Input(512)
  Layer input();

  @Dense(512)
  @ReLU
  Layer first();

  @Dense(512)
  @ReLU
  Layer second();

  @Dense(10)
  Layer output();
}

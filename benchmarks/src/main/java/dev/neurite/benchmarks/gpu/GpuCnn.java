package dev.neurite.benchmarks.gpu;

import dev.neurite.dsl.Conv2D;
import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Dropout;
import dev.neurite.dsl.Flatten;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.MaxPool2D;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.ReLU;
import dev.neurite.dsl.SpatialDropout;

/** The network of the digits example, with logits. */
@Model(cuda = true)
public interface GpuCnn {
  @Input({1, 28, 28})
  Layer input();

  @Conv2D(filters = 32, kernel = 3)
  @ReLU
  Layer conv1();

  @Conv2D(filters = 64, kernel = 3)
  @ReLU
  Layer conv2();

  @MaxPool2D(2)
  @SpatialDropout(0.25)
  Layer pool();

  @Flatten
  @Dense(128)
  @ReLU
  @Dropout(0.5)
  Layer hidden();

  @Dense(10)
  Layer output();
}

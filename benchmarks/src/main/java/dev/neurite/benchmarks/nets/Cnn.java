package dev.neurite.benchmarks.nets;

import dev.neurite.dsl.Conv2D;
import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Dropout;
import dev.neurite.dsl.Flatten;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.LogSoftmax;
import dev.neurite.dsl.MaxPool2D;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.ReLU;
import dev.neurite.dsl.SpatialDropout;

/** The network of the digits example: 1,199,882 parameters. */
@Model(cuda = true)
public interface Cnn {

  /** 28 x 28 pixels. */
  @Input({1, 28, 28})
  Layer image();

  /** 32 channels of 26 x 26. */
  @Conv2D(filters = 32, kernel = 3)
  @ReLU
  Layer conv1();

  /** 64 channels of 24 x 24. */
  @Conv2D(filters = 64, kernel = 3)
  @ReLU
  Layer conv2();

  /** 64 channels of 12 x 12. */
  @MaxPool2D(2)
  @SpatialDropout(0.25)
  Layer pool();

  /** 128 units. */
  @Flatten
  @Dense(128)
  @ReLU
  @Dropout(0.5)
  Layer hidden();

  /** Ten logarithms of probabilities. */
  @Dense(10)
  @LogSoftmax
  Layer scores();
}

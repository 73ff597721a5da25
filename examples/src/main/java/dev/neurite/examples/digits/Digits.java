package dev.neurite.examples.digits;

import dev.neurite.dsl.Conv2D;
import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Dropout;
import dev.neurite.dsl.Flatten;
import dev.neurite.dsl.Init;
import dev.neurite.dsl.Initializer;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.LogSoftmax;
import dev.neurite.dsl.MaxPool2D;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.ReLU;
import dev.neurite.dsl.SpatialDropout;

/**
 * Reads a handwritten digit: two convolutions find strokes and corners, two dense layers make ten
 * logarithms of probabilities of them.
 */
@Model(cuda = true)
public interface Digits {
  @Input({1, 28, 28})
  Layer image();

  @Conv2D(filters = 32, kernel = 3)
  @ReLU
  @Init(Initializer.HE_NORMAL)
  Layer conv1();

  @Conv2D(filters = 64, kernel = 3)
  @ReLU
  @Init(Initializer.HE_NORMAL)
  Layer conv2();

  @MaxPool2D(2)
  @SpatialDropout(0.25)
  Layer pool();

  @Flatten
  @Dense(128)
  @ReLU
  @Dropout(0.5)
  @Init(Initializer.HE_NORMAL)
  Layer hidden();

  @Dense(10)
  @LogSoftmax
  @Init(Initializer.XAVIER_UNIFORM)
  Layer scores();
}

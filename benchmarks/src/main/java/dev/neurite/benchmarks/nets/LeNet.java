package dev.neurite.benchmarks.nets;

import dev.neurite.dsl.Conv2D;
import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Flatten;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.MaxPool2D;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.ReLU;

/** LeNet-5 as it is common today, without padding: 44,426 parameters. */
@Model
public interface LeNet {

  /** 28 x 28 pixels. */
  @Input({1, 28, 28})
  Layer image();

  /** 6 channels of 24 x 24, then of 12 x 12. */
  @Conv2D(filters = 6, kernel = 5)
  @ReLU
  @MaxPool2D(2)
  Layer conv1();

  /** 16 channels of 8 x 8, then of 4 x 4. */
  @Conv2D(filters = 16, kernel = 5)
  @ReLU
  @MaxPool2D(2)
  Layer conv2();

  /** 120 units. */
  @Flatten
  @Dense(120)
  @ReLU
  Layer hidden1();

  /** 84 units. */
  @Dense(84)
  @ReLU
  Layer hidden2();

  /** Ten logits. */
  @Dense(10)
  Layer logits();
}

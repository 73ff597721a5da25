package dev.neurite.examples.autoencoder;

import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Flatten;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.ReLU;
import dev.neurite.dsl.SharedWith;
import dev.neurite.dsl.Sigmoid;

/** 784 pixels to 24 numbers and back; the way back has the weights of the way there. */
@Model(cuda = true)
public interface Autoencoder {
  @Input({1, 28, 28})
  Layer image();

  @Flatten
  @Dense(128)
  @ReLU
  Layer encoder();

  @Dense(24)
  Layer code();

  @SharedWith("code")
  @Dense(128)
  @ReLU
  Layer decoder();

  @SharedWith("encoder")
  @Dense(784)
  @Sigmoid
  Layer pixels();
}

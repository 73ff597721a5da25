package dev.neurite.examples.neuron;

import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Init;
import dev.neurite.dsl.Initializer;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.ReLU;
import dev.neurite.dsl.Sigmoid;
import dev.neurite.dsl.Tanh;

/** The networks of this lesson, from one neuron to a tower of layers. */
final class Neurons {

  private Neurons() {}

  /** max(0, w x + b) */
  @Model
  interface OneRelu {
    @Input(2)
    Layer x();

    @Dense(1)
    @ReLU
    Layer y();
  }

  /** 1 / (1 + exp(-(w x + b))) */
  @Model
  interface OneSigmoid {
    @Input(2)
    Layer x();

    @Dense(1)
    @Sigmoid
    Layer y();
  }

  /** tanh(w x + b) */
  @Model
  interface OneTanh {
    @Input(2)
    Layer x();

    @Dense(1)
    @Tanh
    Layer y();
  }

  /** A straight line: w x + b. */
  @Model
  interface Line {
    @Input(1)
    Layer x();

    @Dense(1)
    Layer y();
  }

  /** Eight bends and a sum of them. */
  @Model
  interface Curve {
    @Input(1)
    Layer x();

    @Dense(8)
    @Tanh
    Layer bends();

    @Dense(1)
    Layer y();
  }

  /** Seven layers of sigmoids and a sum of the last. */
  @Model
  interface DeepSigmoid {
    @Input(8)
    Layer x();

    @Dense(16)
    @Sigmoid
    @Init(Initializer.XAVIER_UNIFORM)
    Layer layer1();

    @Dense(16)
    @Sigmoid
    @Init(Initializer.XAVIER_UNIFORM)
    Layer layer2();

    @Dense(16)
    @Sigmoid
    @Init(Initializer.XAVIER_UNIFORM)
    Layer layer3();

    @Dense(16)
    @Sigmoid
    @Init(Initializer.XAVIER_UNIFORM)
    Layer layer4();

    @Dense(16)
    @Sigmoid
    @Init(Initializer.XAVIER_UNIFORM)
    Layer layer5();

    @Dense(16)
    @Sigmoid
    @Init(Initializer.XAVIER_UNIFORM)
    Layer layer6();

    @Dense(16)
    @Sigmoid
    @Init(Initializer.XAVIER_UNIFORM)
    Layer layer7();

    @Dense(1)
    Layer y();
  }

  /** The same tower with ReLU. */
  @Model
  interface DeepRelu {
    @Input(8)
    Layer x();

    @Dense(16)
    @ReLU
    @Init(Initializer.HE_UNIFORM)
    Layer layer1();

    @Dense(16)
    @ReLU
    @Init(Initializer.HE_UNIFORM)
    Layer layer2();

    @Dense(16)
    @ReLU
    @Init(Initializer.HE_UNIFORM)
    Layer layer3();

    @Dense(16)
    @ReLU
    @Init(Initializer.HE_UNIFORM)
    Layer layer4();

    @Dense(16)
    @ReLU
    @Init(Initializer.HE_UNIFORM)
    Layer layer5();

    @Dense(16)
    @ReLU
    @Init(Initializer.HE_UNIFORM)
    Layer layer6();

    @Dense(16)
    @ReLU
    @Init(Initializer.HE_UNIFORM)
    Layer layer7();

    @Dense(1)
    Layer y();
  }
}

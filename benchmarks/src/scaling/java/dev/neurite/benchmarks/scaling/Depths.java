package dev.neurite.benchmarks.scaling;

import dev.neurite.dsl.Block;
import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.ReLU;
import dev.neurite.dsl.Stack;

/** Towers of equal dense layers. */
final class Depths {

  private Depths() {}

  /** 128 to 128. */
  @Block
  interface Hidden {
    @Input
    Layer x();

    @Dense(128)
    @ReLU
    Layer y();
  }

  /** 1 layer. */
  @Model
  interface Depth1 {
    @Input(128)
    Layer x();

    @Stack(value = Hidden.class, times = 1)
    Layer tower();
  }

  /** 2 layers. */
  @Model
  interface Depth2 {
    @Input(128)
    Layer x();

    @Stack(value = Hidden.class, times = 2)
    Layer tower();
  }

  /** 4 layers. */
  @Model
  interface Depth4 {
    @Input(128)
    Layer x();

    @Stack(value = Hidden.class, times = 4)
    Layer tower();
  }

  /** 8 layers. */
  @Model
  interface Depth8 {
    @Input(128)
    Layer x();

    @Stack(value = Hidden.class, times = 8)
    Layer tower();
  }

  /** 16 layers. */
  @Model
  interface Depth16 {
    @Input(128)
    Layer x();

    @Stack(value = Hidden.class, times = 16)
    Layer tower();
  }

  /** 32 layers. */
  @Model
  interface Depth32 {
    @Input(128)
    Layer x();

    @Stack(value = Hidden.class, times = 32)
    Layer tower();
  }

  /** 64 layers. */
  @Model
  interface Depth64 {
    @Input(128)
    Layer x();

    @Stack(value = Hidden.class, times = 64)
    Layer tower();
  }
}

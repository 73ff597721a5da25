package dev.neurite.examples.blocks;

import dev.neurite.dsl.Block;
import dev.neurite.dsl.Concat;
import dev.neurite.dsl.Conv2D;
import dev.neurite.dsl.Dense;
import dev.neurite.dsl.From;
import dev.neurite.dsl.GlobalAvgPool;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.MaxPool2D;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.ReLU;
import dev.neurite.dsl.Stack;

/**
 * A small network of Inception blocks (Szegedy et al., Going Deeper with Convolutions, 2014, figure
 * 2b): kernels of several sizes side by side.
 */
@Model(cuda = true)
public interface InceptionNet {
  @Input({1, 32, 32})
  Layer image();

  @Conv2D(filters = 16, kernel = 5, stride = 2, padding = 2)
  @ReLU
  Layer stem();

  @MaxPool2D(2)
  Layer pool1();

  @Stack(value = Mixed.class, times = 2)
  Layer mixed1();

  @MaxPool2D(2)
  @Stack(Mixed.class)
  Layer mixed2();

  @GlobalAvgPool
  @Dense(10)
  Layer logits();

  /** Four ways through, 32 channels in all. */
  @Block
  interface Mixed {
    @Input
    Layer x();

    @Conv2D(filters = 8, kernel = 1)
    @ReLU
    Layer one();

    @From("x")
    @Conv2D(filters = 8, kernel = 1)
    @ReLU
    Layer reduce3();

    @Conv2D(filters = 12, kernel = 3, padding = 1)
    @ReLU
    Layer three();

    @From("x")
    @Conv2D(filters = 4, kernel = 1)
    @ReLU
    Layer reduce5();

    @Conv2D(filters = 6, kernel = 5, padding = 2)
    @ReLU
    Layer five();

    @From("x")
    @MaxPool2D(value = 3, stride = 1, padding = 1)
    Layer pool();

    @Conv2D(filters = 6, kernel = 1)
    @ReLU
    Layer pooled();

    @From({"one", "three", "five", "pooled"})
    @Concat
    Layer all();
  }
}

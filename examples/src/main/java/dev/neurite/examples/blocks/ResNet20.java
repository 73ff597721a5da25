package dev.neurite.examples.blocks;

import dev.neurite.dsl.Add;
import dev.neurite.dsl.BatchNorm;
import dev.neurite.dsl.Block;
import dev.neurite.dsl.Conv2D;
import dev.neurite.dsl.Dense;
import dev.neurite.dsl.From;
import dev.neurite.dsl.GlobalAvgPool;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.ReLU;
import dev.neurite.dsl.Stack;

/**
 * The residual network of 20 layers for images of 32 x 32 pixels (He, Zhang, Ren, Sun, Deep
 * Residual Learning for Image Recognition, 2015, section 4.2), with projections where the size
 * changes.
 */
@Model(cuda = true)
public interface ResNet20 {
  @Input({1, 32, 32})
  Layer image();

  @Conv2D(filters = 16, kernel = 3, padding = 1, bias = false)
  Layer conv();

  @BatchNorm
  @ReLU
  Layer bn();

  @Stack(value = Residual16.class, times = 3)
  Layer stage1();

  @Stack(Halving32.class)
  Layer half1();

  @Stack(value = Residual32.class, times = 2)
  Layer stage2();

  @Stack(Halving64.class)
  Layer half2();

  @Stack(value = Residual64.class, times = 2)
  Layer stage3();

  @GlobalAvgPool
  @Dense(10)
  Layer logits();

  /** Two convolutions of 16 channels beside a way around them. */
  @Block
  interface Residual16 {
    @Input
    Layer x();

    @Conv2D(filters = 16, kernel = 3, padding = 1, bias = false)
    Layer conv1();

    @BatchNorm
    @ReLU
    Layer bn1();

    @Conv2D(filters = 16, kernel = 3, padding = 1, bias = false)
    Layer conv2();

    @BatchNorm
    Layer bn2();

    @From({"bn2", "x"})
    @Add
    @ReLU
    Layer sum();
  }

  /** The same with 32 channels. */
  @Block
  interface Residual32 {
    @Input
    Layer x();

    @Conv2D(filters = 32, kernel = 3, padding = 1, bias = false)
    Layer conv1();

    @BatchNorm
    @ReLU
    Layer bn1();

    @Conv2D(filters = 32, kernel = 3, padding = 1, bias = false)
    Layer conv2();

    @BatchNorm
    Layer bn2();

    @From({"bn2", "x"})
    @Add
    @ReLU
    Layer sum();
  }

  /** The same with 64 channels. */
  @Block
  interface Residual64 {
    @Input
    Layer x();

    @Conv2D(filters = 64, kernel = 3, padding = 1, bias = false)
    Layer conv1();

    @BatchNorm
    @ReLU
    Layer bn1();

    @Conv2D(filters = 64, kernel = 3, padding = 1, bias = false)
    Layer conv2();

    @BatchNorm
    Layer bn2();

    @From({"bn2", "x"})
    @Add
    @ReLU
    Layer sum();
  }

  /** Half the size, 32 channels; the way around is a convolution too. */
  @Block
  interface Halving32 {
    @Input
    Layer x();

    @Conv2D(filters = 32, kernel = 3, stride = 2, padding = 1, bias = false)
    Layer conv1();

    @BatchNorm
    @ReLU
    Layer bn1();

    @Conv2D(filters = 32, kernel = 3, padding = 1, bias = false)
    Layer conv2();

    @BatchNorm
    Layer bn2();

    @From("x")
    @Conv2D(filters = 32, kernel = 1, stride = 2, bias = false)
    Layer projection();

    @BatchNorm
    Layer around();

    @From({"bn2", "around"})
    @Add
    @ReLU
    Layer sum();
  }

  /** Half the size, 64 channels. */
  @Block
  interface Halving64 {
    @Input
    Layer x();

    @Conv2D(filters = 64, kernel = 3, stride = 2, padding = 1, bias = false)
    Layer conv1();

    @BatchNorm
    @ReLU
    Layer bn1();

    @Conv2D(filters = 64, kernel = 3, padding = 1, bias = false)
    Layer conv2();

    @BatchNorm
    Layer bn2();

    @From("x")
    @Conv2D(filters = 64, kernel = 1, stride = 2, bias = false)
    Layer projection();

    @BatchNorm
    Layer around();

    @From({"bn2", "around"})
    @Add
    @ReLU
    Layer sum();
  }
}

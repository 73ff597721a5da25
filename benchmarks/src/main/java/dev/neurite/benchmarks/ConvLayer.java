package dev.neurite.benchmarks;

import dev.neurite.dsl.Conv2D;
import dev.neurite.dsl.Flatten;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.Model;

/** One convolution, 32 to 64 channels, 3x3, on 26x26. */
@Model
public interface ConvLayer {

  /** 32 channels of 26 x 26. */
  @Input({32, 26, 26})
  Layer x();

  /** 64 channels of 24 x 24. */
  @Conv2D(filters = 64, kernel = 3)
  @Flatten
  Layer y();
}

package dev.neurite.benchmarks.scaling;

import dev.neurite.dsl.Dense;
import dev.neurite.dsl.Input;
import dev.neurite.dsl.Layer;
import dev.neurite.dsl.Model;
import dev.neurite.dsl.ReLU;

/** Square dense layers: sizes are constants of the declaration, so each has its own. */
final class Widths {

  private Widths() {}

  /** 16 to 16. */
  @Model
  interface Width16 {
    @Input(16)
    Layer x();

    @Dense(16)
    @ReLU
    Layer y();
  }

  /** 32 to 32. */
  @Model
  interface Width32 {
    @Input(32)
    Layer x();

    @Dense(32)
    @ReLU
    Layer y();
  }

  /** 64 to 64. */
  @Model
  interface Width64 {
    @Input(64)
    Layer x();

    @Dense(64)
    @ReLU
    Layer y();
  }

  /** 128 to 128. */
  @Model
  interface Width128 {
    @Input(128)
    Layer x();

    @Dense(128)
    @ReLU
    Layer y();
  }

  /** 256 to 256. */
  @Model
  interface Width256 {
    @Input(256)
    Layer x();

    @Dense(256)
    @ReLU
    Layer y();
  }

  /** 512 to 512. */
  @Model
  interface Width512 {
    @Input(512)
    Layer x();

    @Dense(512)
    @ReLU
    Layer y();
  }

  /** 1024 to 1024. */
  @Model
  interface Width1024 {
    @Input(1024)
    Layer x();

    @Dense(1024)
    @ReLU
    Layer y();
  }

  /** 2048 to 2048. */
  @Model
  interface Width2048 {
    @Input(2048)
    Layer x();

    @Dense(2048)
    @ReLU
    Layer y();
  }

  /** 4096 to 4096. */
  @Model
  interface Width4096 {
    @Input(4096)
    Layer x();

    @Dense(4096)
    @ReLU
    Layer y();
  }
}

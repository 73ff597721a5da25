package dev.neurite.processor.generated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.neurite.gpu.Gpu;
import org.junit.jupiter.api.Test;

/** The reference cases through the runtime on an NVIDIA GPU, where there is one. */
final class GpuOracleTest {

  @Test
  void numbersArePyTorchs() {
    assumeTrue(Gpu.available(), () -> "no GPU here: " + Gpu.whyNot());
    System.out.println("largest error on the GPU, of the tolerance");
    assertThat(OracleOnGpu.run(CompiledNetworks.compiled(), System.out::println)).isEmpty();
  }
}

package dev.neurite.processor.generated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.neurite.Device;
import dev.neurite.gpu.Gpu;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The reference cases through the runtime on an NVIDIA GPU, where there is one. */
final class GpuOracleTest {

  @Test
  void numbersArePyTorchs() {
    assumeTrue(Gpu.available(), () -> "no GPU here: " + Gpu.whyNot());
    CompiledNetworks networks = CompiledNetworks.compiled();
    StringBuilder table = new StringBuilder("largest error on the GPU, of the tolerance\n");
    List<String> wrong = new ArrayList<>();
    for (OracleCase oracle : OracleCase.all()) {
      GeneratedNetwork network = networks.network(networks.sources().ofCase(oracle));
      OracleRun.Result result =
          OracleRun.elsewhere(
              oracle,
              network.description(),
              seed -> network.create(seed).to(Device.gpu()),
              network::predict);
      String line = "%-28s %.4f %s%n".formatted(oracle.name(), result.fraction(), result.worst());
      table.append(line);
      if (!(result.fraction() <= OracleRun.allowed(oracle))) {
        wrong.add(line);
      }
    }
    System.out.println(table);
    assertThat(wrong).isEmpty();
  }
}

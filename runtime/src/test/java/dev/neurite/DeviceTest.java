package dev.neurite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.neurite.gpu.Gpu;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DeviceTest {

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "gpu", "gpu:1", "gpu:12"})
  void readsWhatItWrites(String text) {
    assertThat(Device.parse(text)).hasToString(text);
    assertThat(Device.parse(text)).isEqualTo(Device.parse(text));
  }

  @Test
  void gpuZeroIsTheFirst() {
    assertThat(Device.parse("gpu:0")).isEqualTo(Device.gpu());
    assertThat(Device.gpu(2).index()).isEqualTo(2);
    assertThat(Device.cpu().index()).isEqualTo(-1);
  }

  @Test
  void autoIsAGpuWhereThereIsOne() {
    assertThat(Device.parse("auto")).isEqualTo(Gpu.available() ? Device.gpu() : Device.cpu());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GPU", "gpu:", "gpu:-1", "gpu:x", "cuda", "gpu:99999999999"})
  void refusesOthers(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Device.parse(text))
        .withMessage("expected a device auto, cpu, gpu or gpu:<number>, got " + text);
  }

  @Test
  void tf32IsOfGpusOnly() {
    assertThat(Device.gpu().withTensorFloat32()).hasToString("gpu with TF32");
    assertThat(Device.gpu().withTensorFloat32()).isNotEqualTo(Device.gpu());
    assertThatIllegalStateException().isThrownBy(() -> Device.cpu().withTensorFloat32());
  }
}

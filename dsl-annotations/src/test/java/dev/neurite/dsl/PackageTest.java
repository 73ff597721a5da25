package dev.neurite.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PackageTest {

  @Test
  void runsOnTheJdkItIsCompiledFor() {
    assertThat(Runtime.version().feature()).isGreaterThanOrEqualTo(25);
  }
}

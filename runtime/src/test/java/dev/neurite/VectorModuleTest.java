package dev.neurite;

import static org.assertj.core.api.Assertions.assertThat;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

final class VectorModuleTest {

  @Test
  void vectorsHaveLanes() {
    assertThat(FloatVector.SPECIES_PREFERRED.length()).isPositive();
  }
}

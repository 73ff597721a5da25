package dev.neurite.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class SchedulesTest {

  @Test
  void cosineStaysAtItsEnd() {
    Schedule cosine = Schedules.cosine(10, 0.1);
    assertThat(cosine.rate(1, 0)).isEqualTo(1);
    assertThat(cosine.rate(1, 5)).isCloseTo(0.55, within(1e-12));
    assertThat(cosine.rate(1, 10)).isCloseTo(0.1, within(1e-12));
    assertThat(cosine.rate(1, 25)).isCloseTo(0.1, within(1e-12));
  }

  @Test
  void warmUpRisesInALine() {
    Schedule warmUp = Schedules.warmUp(4, 0.2);
    assertThat(warmUp.rate(10, 0)).isCloseTo(2, within(1e-12));
    assertThat(warmUp.rate(10, 2)).isCloseTo(6, within(1e-12));
    assertThat(warmUp.rate(10, 4)).isEqualTo(10);
    assertThat(warmUp.rate(10, 9)).isEqualTo(10);
  }

  @Test
  void plateauWaitsForItsPatience() {
    Plateau plateau = Schedules.plateau(0.5, 2).least(0.3);
    double[] losses = {5, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3};
    double[] rates = {1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3};
    for (int i = 0; i < losses.length; i++) {
      plateau.observe(losses[i], false);
      assertThat(plateau.rate(1, i)).as("epoch %s", i).isEqualTo(rates[i]);
    }
  }

  @Test
  void plateauOfALargerIsBetterNumber() {
    Plateau plateau = Schedules.plateau(0.1, 0);
    plateau.observe(0.5, true);
    plateau.observe(0.6, true);
    assertThat(plateau.rate(1, 2)).isEqualTo(1);
    plateau.observe(0.6, true);
    assertThat(plateau.rate(1, 3)).isEqualTo(0.1);
  }

  @Test
  void plateauContinuesFromItsMemory() {
    Plateau first = Schedules.plateau(0.5, 1).cooldown(2);
    Plateau second = Schedules.plateau(0.5, 1).cooldown(2);
    for (int i = 0; i < 12; i++) {
      first.observe(1, false);
      if (i == 3) {
        second.restore(first.memory());
      } else if (i > 3) {
        second.observe(1, false);
        assertThat(second.rate(1, i)).isEqualTo(first.rate(1, i));
      }
    }
    assertThat(first.rate(1, 12)).isLessThan(0.5);
  }
}

package dev.neurite.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PhiloxTest {

  /** The known answers of the authors' library Random123. */
  @Test
  void givesTheKnownAnswers() {
    assertThat(block(0, 0, 0, 0, 0))
        .containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assertThat(block(-1, -1, -1, -1, -1))
        .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    assertThat(block(0x299f31d0_a4093822L, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344))
        .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  @Test
  void uniformNumbersReachZeroButNotOne() {
    assertThat(Philox.uniform(0)).isEqualTo(0f);
    assertThat(Philox.uniform(-1)).isEqualTo(1 - 0x1p-24f);
    assertThat(Philox.uniform(Integer.MIN_VALUE)).isEqualTo(0.5f);
  }

  @Test
  void streamsOfOtherSeedsPurposesAndIndicesDiffer() {
    int[] first = draws(new Philox.Stream(1, Philox.SHUFFLE, 7));
    assertThat(draws(new Philox.Stream(1, Philox.SHUFFLE, 7))).isEqualTo(first);
    assertThat(draws(new Philox.Stream(2, Philox.SHUFFLE, 7))).isNotEqualTo(first);
    assertThat(draws(new Philox.Stream(1, Philox.AUGMENTATION, 7))).isNotEqualTo(first);
    assertThat(draws(new Philox.Stream(1, Philox.SHUFFLE, 7L << 32))).isNotEqualTo(first);
  }

  @Test
  void normalNumbersHaveMeanZeroAndDeviationOne() {
    Philox.Stream stream = new Philox.Stream(3, Philox.INITIALIZATION, 0);
    double[] values = new double[40_000];
    Arrays.setAll(values, i -> stream.nextNormal());
    double mean = Arrays.stream(values).average().orElseThrow();
    double variance = Arrays.stream(values).map(v -> v * v).average().orElseThrow();
    double withinOne = Arrays.stream(values).filter(v -> Math.abs(v) < 1).count() / 40_000.0;
    // Four standard errors of 40,000 draws.
    assertThat(mean).isCloseTo(0, within(0.02));
    assertThat(variance).isCloseTo(1, within(0.03));
    assertThat(withinOne).isCloseTo(0.6827, within(0.0094));
    assertThat(Philox.normal(-1, 0)).isZero();
    assertThat(Philox.normal(0, 0)).isCloseTo(Math.sqrt(64 * Math.log(2)), within(1e-12));
  }

  @Test
  void boundedNumbersAreEquallyLikely() {
    Philox.Stream stream = new Philox.Stream(5, Philox.SHUFFLE, 0);
    int[] counts = new int[7];
    for (int i = 0; i < 70_000; i++) {
      counts[stream.nextInt(7)]++;
    }
    // Five standard deviations of a count.
    for (int count : counts) {
      assertThat(count).isCloseTo(10_000, within(463));
    }
    assertThat(stream.nextInt(1)).isZero();
    assertThatThrownBy(() -> stream.nextInt(0)).hasMessage("expected a bound of at least 1, got 0");
  }

  @Test
  void rangesKeepOutTheirUpperEnd() {
    Philox.Stream stream = new Philox.Stream(6, Philox.INITIALIZATION, 0);
    float low = 1;
    float high = Math.nextUp(1f);
    for (int i = 0; i < 1000; i++) {
      assertThat(stream.nextUniform(low, high)).isEqualTo(low);
    }
    assertThat(stream.nextUniform(2, 2)).isEqualTo(2f);
  }

  @Test
  void shufflingKeepsEveryValue() {
    int[] values = IntStream.range(0, 1000).toArray();
    new Philox.Stream(8, Philox.SHUFFLE, 0).shuffle(values);
    assertThat(values).isNotEqualTo(IntStream.range(0, 1000).toArray());
    assertThat(values).containsExactlyInAnyOrder(IntStream.range(0, 1000).toArray());
  }

  private static int[] block(long key, int c0, int c1, int c2, int c3) {
    int[] out = new int[Philox.BLOCK];
    Philox.block(key, c0, c1, c2, c3, out);
    return out;
  }

  private static int[] draws(Philox.Stream stream) {
    int[] draws = new int[9];
    Arrays.setAll(draws, i -> stream.nextInt());
    return draws;
  }
}

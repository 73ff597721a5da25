package dev.neurite.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where values lie. */
final class StorageTest {

  static Stream<Storage> storages() {
    Stream.Builder<Storage> all = Stream.builder();
    for (int channels : List.of(1, 3, 16)) {
      for (int height : List.of(1, 2)) {
        for (int width : List.of(1, 5)) {
          for (int outputs : List.of(1, 16, 19)) {
            for (int groups : List.of(1, 3)) {
              all.add(new Storage.Panels(7, groups, outputs, channels, height, width));
            }
            all.add(new Storage.ChannelsLast(5, outputs, channels, height, width));
          }
        }
      }
    }
    all.add(new Storage.Rows(9, 4, 5, 16));
    all.add(new Storage.Rows(0, 1, 16, 16));
    return all.build();
  }

  @ParameterizedTest
  @MethodSource("storages")
  void runsLieEvenly(Storage storage) {
    assertThat(storage.size() % storage.run()).isZero();
    for (int i = 0; i < storage.size(); i++) {
      int first = i - i % storage.run();
      assertThat(storage.index(i)).isEqualTo(storage.index(first) + (i - first) * storage.step());
    }
  }

  @ParameterizedTest
  @MethodSource("storages")
  void everyValueHasAPlaceOfItsOwn(Storage storage) {
    Set<Integer> places = new TreeSet<>();
    for (int i = 0; i < storage.size(); i++) {
      int place = storage.index(i);
      assertThat(place).isBetween(storage.offset(), storage.offset() + storage.length() - 1);
      places.add(place);
    }
    assertThat(places).hasSize(storage.size());
  }
}

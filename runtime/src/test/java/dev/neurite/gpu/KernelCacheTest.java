package dev.neurite.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KernelCacheTest {

  private static final byte[] CODE = {1, 2, 3, 4, 5};

  @TempDir Path folder;

  private Path onlyFile() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }

  @Test
  void givesWhatWasStored() throws IOException {
    KernelCache cache = new KernelCache(folder);
    String key = KernelCache.key("source", "13.0", "13000", "sm_90");
    assertThat(cache.read(key)).isNull();
    cache.write(key, CODE);
    assertThat(cache.read(key)).isEqualTo(CODE);
    assertThat(onlyFile()).hasFileName(key);
    cache.write(key, new byte[] {9});
    assertThat(cache.read(key)).containsExactly(9);
  }

  @Test
  void namesDependOnEveryPart() {
    assertThat(
            List.of(
                KernelCache.key("a", "b"),
                KernelCache.key("ab"),
                KernelCache.key("ab", ""),
                KernelCache.key("", "ab"),
                KernelCache.key("a", "c")))
        .doesNotHaveDuplicates();
  }

  @Test
  void countsWhatWasDamagedAsMissing() throws IOException {
    KernelCache cache = new KernelCache(folder);
    String key = KernelCache.key("source");
    cache.write(key, CODE);
    byte[] good = Files.readAllBytes(onlyFile());
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 1;
      Files.write(onlyFile(), bad);
      assertThat(cache.read(key)).as("byte %d changed", i).isNull();
      Files.write(onlyFile(), Arrays.copyOf(good, i));
      assertThat(cache.read(key)).as("cut to %d bytes", i).isNull();
    }
    cache.write(key, CODE);
    assertThat(cache.read(key)).isEqualTo(CODE);
  }

  @Test
  void doesWithoutAFolder() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    for (KernelCache cache :
        List.of(new KernelCache(null), new KernelCache(file.resolve("below")))) {
      assertThatNoException().isThrownBy(() -> cache.write("0123456789", CODE));
      assertThat(cache.read("0123456789")).isNull();
    }
  }
}

package dev.neurite.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.Allocation;
import dev.neurite.Mutations;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 10,000 damaged files of each format: each is loaded or refused, whatever stands in it. */
final class MutatedDataTest {

  private static final int FILES = 10_000;

  /**
   * Numbers, strings and growing buffers take some tens of times a file's bytes, zipped bytes up to
   * a thousand times.
   */
  private static final long ALLOCATED_PER_BYTE = 1100;

  /**
   * The first call loads classes, the test itself allocates; a forged length asks for 100 MB or
   * more.
   */
  private static final long ALLOCATED = 1 << 24;

  private static final String CSV =
      """
      sepal length,"petal, width",species,count
      5.1,-0.2,setosa,0
      +4.9e0,.3,"virgin""ica",12
      6.,3E-1,setosa,7
      "7.25",10,"virgin""ica",2147483647
      """;

  private static final Csv READER =
      Csv.reader()
          .floats("x", "sepal length", "petal, width")
          .categories("y", "species", List.of("setosa", "virgin\"ica"))
          .indices("n", "count");

  @TempDir Path folder;

  /** Reads a file to its rows. */
  private interface Loader {
    int rows(Path path) throws Exception;
  }

  @Test
  void loadsOrRefusesCsvFiles() throws Exception {
    int loaded = 0;
    for (int number = 0; number < FILES; number++) {
      byte[] file = new Mutations(number).of(CSV.getBytes(StandardCharsets.UTF_8));
      loaded += loaded(number, file, path -> READER.read(path).rows());
    }
    assertThat(loaded).isBetween(FILES / 20, FILES * 4 / 5);
  }

  @Test
  void loadsOrRefusesIdxFiles() throws Exception {
    byte[] images = IdxTest.images(5, 6, 4);
    byte[] labels = IdxTest.labels(40);
    int loaded = 0;
    for (int number = 0; number < FILES; number++) {
      Mutations mutations = new Mutations(number);
      // Every fourth is damaged inside its gzip file, every fourth is a damaged gzip file.
      boolean ofImages = number % 2 == 0;
      byte[] original = ofImages ? images : labels;
      byte[] file =
          switch (number / 2 % 4) {
            case 0 -> IdxTest.zipped(mutations.of(original));
            case 1 -> mutations.of(IdxTest.zipped(original));
            default -> mutations.of(original);
          };
      loaded +=
          loaded(
              number,
              file,
              path -> ofImages ? Idx.images(path, "x").rows() : Idx.labels(path, "y").rows());
    }
    assertThat(loaded).isBetween(FILES / 20, FILES * 4 / 5);
  }

  /** 1 if the file is loaded, 0 if it is refused as documented; fails otherwise. */
  private int loaded(int number, byte[] file, Loader loader) throws Exception {
    Path path = folder.resolve("mutated");
    Files.write(path, file);
    long allocated = Allocation.bytes();
    int loaded = 0;
    try {
      assertThat(loader.rows(path)).isBetween(0, 1 + 1100 * file.length);
      loaded = 1;
    } catch (DataFileException refused) {
      assertThat(refused).as("mutation %d", number).hasMessageStartingWith(path + ": ");
    } catch (Exception | OutOfMemoryError other) {
      throw new AssertionError("mutation " + number, other);
    }
    assertThat(Allocation.bytes() - allocated)
        .as("bytes allocated for mutation %d", number)
        .isLessThan(ALLOCATED + ALLOCATED_PER_BYTE * file.length);
    return loaded;
  }
}

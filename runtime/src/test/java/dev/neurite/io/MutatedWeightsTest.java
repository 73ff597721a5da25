package dev.neurite.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.Allocation;
import dev.neurite.Mutations;
import dev.neurite.TrainableModel;
import dev.neurite.spi.TrainingProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 10,000 damaged files: each is loaded whole or refused, and then the model is as before. */
final class MutatedWeightsTest {

  private static final int FILES = 10_000;

  /**
   * A header's text, strings and maps take some tens of times its bytes; a forged length would take
   * gigabytes.
   */
  private static final long ALLOCATED_PER_BYTE = 100;

  /**
   * The first call loads classes, the test itself allocates; a forged length asks for 100 MB or
   * more.
   */
  private static final long ALLOCATED = 1 << 24;

  @TempDir Path folder;

  /** A model that is loaded only. */
  private static final class Loaded extends TrainableModel {

    private Loaded() {
      super(WeightFilesTest.NET, 1);
    }

    @Override
    protected TrainingProgram newProgram(float[] gradients, int maxRows) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected void infer(Object[] inputs, int rows, float[][] outputs, int threads) {
      throw new UnsupportedOperationException();
    }

    private List<float[]> arrays() {
      return List.of(flatParameters().clone(), flatState().clone());
    }
  }

  @Test
  void loadsWholeOrRefuses() throws Exception {
    List<byte[]> originals =
        List.of(
            WeightFiles.bytes(
                WeightFilesTest.NET, WeightFilesTest.parameters(), WeightFilesTest.state()),
            SafeTensorsTest.resource("batchnorm2d_train"),
            SafeTensorsTest.resource("nasty_kinks"));
    Loaded model = new Loaded();
    Path path = folder.resolve("mutated.safetensors");
    int read = 0;
    int loaded = 0;
    for (int number = 0; number < FILES; number++) {
      byte[] file = new Mutations(number).of(originals.get(number % originals.size()));
      Files.write(path, file);
      List<float[]> before = model.arrays();
      long allocated = Allocation.bytes();
      try {
        TensorFile contents = SafeTensors.read(path);
        assertThat(SafeTensors.read("again", SafeTensors.bytes(contents)))
            .as("mutation %d", number)
            .isEqualTo(contents);
        read++;
        model.load(path);
        WeightFiles.Weights expected =
            WeightFiles.fit("same", contents, WeightFilesTest.NET, Map.of());
        assertThat(model.arrays())
            .as("mutation %d", number)
            .containsExactly(expected.parameters(), expected.state());
        loaded++;
      } catch (WeightFileException refused) {
        assertThat(refused).as("mutation %d", number).hasMessageStartingWith(path + ": ");
        assertThat(model.arrays()).as("mutation %d", number).containsExactlyElementsOf(before);
      } catch (Exception | OutOfMemoryError other) {
        throw new AssertionError("mutation " + number, other);
      }
      assertThat(Allocation.bytes() - allocated)
          .as("bytes allocated for mutation %d", number)
          .isLessThan(ALLOCATED + ALLOCATED_PER_BYTE * file.length);
    }
    // The damage must be neither too coarse nor too fine to test anything.
    assertThat(read).isBetween(FILES / 20, FILES / 2);
    assertThat(loaded).isBetween(FILES / 100, FILES / 2);
  }
}

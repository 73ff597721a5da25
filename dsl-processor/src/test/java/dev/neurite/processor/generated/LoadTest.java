package dev.neurite.processor.generated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the class of inference takes for a weight file. */
final class LoadTest {

  /** With parameters, running statistics and counters. */
  private static final String NETWORK = "OddNorms";

  @TempDir private Path folder;

  @AfterEach
  void reset() {
    Variant.reset();
  }

  private static GeneratedNetwork network() {
    Variant.SCALAR.choose();
    return CompiledNetworks.compiled().network(NETWORK);
  }

  private byte[] saved() throws IOException {
    Path file = folder.resolve("weights.safetensors");
    network().create(1).save(file);
    return Files.readAllBytes(file);
  }

  private static Object load(InputStream in) throws IOException {
    try {
      return network().forward().getMethod("load", InputStream.class).invoke(null, in);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IOException refused) {
        throw refused;
      }
      throw new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void refuses(byte[] bytes, String... words) {
    assertThatIOException()
        .isThrownBy(() -> load(new ByteArrayInputStream(bytes)))
        .withMessageContainingAll(words);
  }

  private static int header(byte[] file) {
    return (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  @Test
  void takesAStreamOfAnyPieces() throws IOException {
    byte[] file = saved();
    InputStream sevenAtATime =
        new FilterInputStream(new ByteArrayInputStream(file)) {
          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            return super.read(bytes, offset, Math.min(length, 7));
          }
        };

    assertThat(load(sevenAtATime)).isNotNull();
  }

  @Test
  void refusesAFileThatEndsEarly() throws IOException {
    byte[] file = saved();
    int values = 8 + header(file);
    refuses(new byte[0], "not the weights of this network", "got 0 bytes in all");
    refuses(Arrays.copyOf(file, 7), "not the weights of this network", "got 7 bytes in all");
    refuses(Arrays.copyOf(file, 8), "names and shapes");
    refuses(Arrays.copyOf(file, values - 1), "names and shapes");
    for (int length = values; length < file.length; length++) {
      refuses(Arrays.copyOf(file, length), "the file ends in ");
    }
  }

  @Test
  void refusesAFileThatGoesOn() throws IOException {
    byte[] file = saved();
    refuses(Arrays.copyOf(file, file.length + 1), "goes on after its last tensor");
  }

  @Test
  void refusesEveryOtherHeader() throws IOException {
    byte[] file = saved();
    int values = 8 + header(file);
    for (int at = 0; at < values; at++) {
      byte[] other = file.clone();
      other[at] ^= 1;
      refuses(other, "not the weights of this network");
    }
  }
}

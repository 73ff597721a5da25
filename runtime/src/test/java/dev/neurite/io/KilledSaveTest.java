package dev.neurite.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.neurite.spi.Philox;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 200 processes that save one of two contents after the other are killed, each at another moment.
 */
final class KilledSaveTest {

  private static final int KILLS = 200;

  /** Processes started ahead, so that one starts while another is killed. */
  private static final int STARTED = 3;

  /**
   * The shortest span in which a process is killed; four others are 2, 4, 8 and 16 times as long,
   * for slow disks.
   */
  private static final int MOMENTS_NANOS = 5_000_000;

  private static final int SPANS = 5;

  @TempDir Path folder;

  /** Saves until it is killed. */
  static final class Saver {

    private Saver() {}

    /** Writes a byte to its output, and after the first byte of its input saves on and on. */
    public static void main(String[] args) throws IOException {
      Path path = Path.of(args[0]);
      SafeTensors.write(path, contents(0));
      System.out.write(1);
      System.out.flush();
      if (System.in.read() >= 0) {
        for (int i = 1; i < Integer.MAX_VALUE; i++) {
          SafeTensors.write(path, contents(i % 2));
        }
      }
    }
  }

  @Test
  void leavesTheOldOrTheNewFileWhole() throws Exception {
    List<byte[]> whole = List.of(SafeTensors.bytes(contents(0)), SafeTensors.bytes(contents(1)));
    Philox.Stream random = new Philox.Stream(1, 98, 0);
    Queue<Process> started = new ArrayDeque<>();
    int[] found = new int[2];
    try {
      for (int kill = 0; kill < KILLS; kill++) {
        while (started.size() < STARTED && kill + started.size() < KILLS) {
          started.add(start(kill + started.size()));
        }
        Process process = started.remove();
        try (InputStream out = process.getInputStream()) {
          assertThat(out.read()).as("first sign of process %d", kill).isEqualTo(1);
        }
        process.getOutputStream().write(1);
        process.getOutputStream().flush();
        long end = System.nanoTime() + random.nextInt(MOMENTS_NANOS << kill % SPANS);
        while (System.nanoTime() < end) {
          Thread.onSpinWait();
        }
        process.destroyForcibly().waitFor();
        byte[] left = Files.readAllBytes(path(kill));
        int which = Arrays.equals(left, whole.get(0)) ? 0 : 1;
        assertThat(left).as("file of process %d", kill).isEqualTo(whole.get(which));
        found[which]++;
      }
    } finally {
      started.forEach(Process::destroyForcibly);
    }
    assertThat(found[1]).as("killed after the second content").isPositive();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.filter(file -> file.toString().endsWith(".tmp")).count())
          .as("killed while writing the neighbour")
          .isPositive();
    }
  }

  private Process start(int number) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx32m",
            "-cp",
            System.getProperty("java.class.path"),
            Saver.class.getName(),
            path(number).toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private Path path(int number) {
    return folder.resolve(number + ".safetensors");
  }

  /** 200 KB, or a little more, so that the lengths differ too. */
  private static TensorFile contents(int which) {
    float[] values = new float[50_000 + which];
    Arrays.fill(values, which);
    return new TensorFile(Map.of("values", Tensor.of(List.of(values.length), values)), Map.of());
  }
}

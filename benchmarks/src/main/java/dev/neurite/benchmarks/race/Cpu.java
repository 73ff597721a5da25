package dev.neurite.benchmarks.race;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Processor time of this process and of everything else since a moment, in cores. Everything else
 * is what /proc/stat counts as busy, stolen time included, less this process; its clock ticks a
 * hundred times a second.
 */
final class Cpu {

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final Path STAT = Path.of("/proc/stat");
  private static final double TICKS_PER_SECOND = 100;

  private final long start = System.nanoTime();
  private final long own = SYSTEM.getProcessCpuTime();
  private final double busy = busy();

  /** Cores this process used since this was made. */
  double own() {
    return (SYSTEM.getProcessCpuTime() - own) / (double) (System.nanoTime() - start);
  }

  /** Cores everything else used since this was made; NaN where /proc/stat cannot be read. */
  double other() {
    double seconds = (System.nanoTime() - start) / 1e9;
    return Math.max(0, (busy() - busy) / seconds - own());
  }

  /** Seconds of all cores: user, nice, system, interrupts and stolen, without idle and waiting. */
  private static double busy() {
    try {
      String[] words = Files.readAllLines(STAT).getFirst().trim().split("\\s+", -1);
      double ticks = 0;
      for (int i = 1; i <= 8; i++) {
        ticks += i == 4 || i == 5 ? 0 : Double.parseDouble(words[i]);
      }
      return ticks / TICKS_PER_SECOND;
    } catch (IOException | RuntimeException missing) {
      return Double.NaN;
    }
  }
}

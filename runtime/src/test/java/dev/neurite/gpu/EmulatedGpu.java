package dev.neurite.gpu;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The emulated GPU of {@code gpu-emulator/}: a driver, cuBLASLt and NVRTC that run CUDA C on the
 * processor. Built once, with g++ where there is one.
 */
public final class EmulatedGpu {

  private static final Path FOLDER = Path.of("target", "gpu-emulator").toAbsolutePath();
  private static final String NO_COMPILER = "needs Linux with g++ to build the emulated GPU";
  private static boolean built;

  private EmulatedGpu() {}

  /** Makes it the GPU that is found from now on; skips the test where it cannot be built. */
  public static synchronized void use() {
    assumeTrue(System.getProperty("os.name").startsWith("Linux") && isOnPath("g++"), NO_COMPILER);
    if (!built) {
      build();
      built = true;
    }
    System.setProperty(LibrarySearch.PROPERTY, FOLDER.toString());
    System.setProperty(KernelCache.PROPERTY, FOLDER.resolve("cache").toString());
    set("libcuda.so.1", "neuriteLimit", "l", 1L << 32);
    set("libcublasLt.so.13", "neuriteEpilogues", "i", -1);
    set("libcublasLt.so.13", "neuriteAlgorithms", "i", 1);
    set("libcublasLt.so.13", "neuriteMaskFromTop", "i", 0);
    copyEarly(false);
    fail(0);
  }

  /** Forgets it: GPUs are looked for as on any machine from now on. */
  public static void forget() {
    System.clearProperty(LibrarySearch.PROPERTY);
    System.clearProperty(KernelCache.PROPERTY);
  }

  /** Lets copies to the device run when they are asked for, not when someone waits for them. */
  public static void copyEarly(boolean early) {
    set("libcuda.so.1", "neuriteEarlyCopies", "i", early ? 1 : 0);
  }

  /**
   * Lets one call that makes or starts something fail.
   *
   * @param call which, counted from 1; 0 for none
   */
  public static void fail(long call) {
    set("libcuda.so.1", "neuriteFailing", "l", call);
  }

  /** Lets cuBLASLt have three algorithms for each product, the last of them the fastest. */
  public static void haveThreeAlgorithms() {
    set("libcublasLt.so.13", "neuriteAlgorithms", "i", 3);
  }

  /** Products that an algorithm has computed, counted from 0. */
  public static long runs(int algorithm) {
    return NativeLibrary.open(FOLDER.resolve("libcublasLt.so.13").toString())
        .pointerFunction("neuriteRuns", "i")
        .pointer(algorithm);
  }

  /** Lets cuBLASLt count the bits of masks from the highest. */
  public static void turnMasks() {
    set("libcublasLt.so.13", "neuriteMaskFromTop", "i", 1);
  }

  /** Lets compiled kernels and choices be kept in another folder. */
  public static void keepIn(Path folder) {
    System.setProperty(KernelCache.PROPERTY, folder.toString());
  }

  /** Whether the call that {@link #fail} named has not come yet. */
  public static boolean failsStill() {
    return ask("libcuda.so.1", "neuriteFailingIn") > 0;
  }

  /** Objects of the driver and of cuBLASLt that are alive. */
  public static long live() {
    return ask("libcuda.so.1", "neuriteLive") + ask("libcublasLt.so.13", "neuriteBlasLive");
  }

  /** Calls with arguments that do not fit, such as copies beyond what was allocated. */
  public static long failures() {
    return ask("libcuda.so.1", "neuriteFailures");
  }

  /** Bytes of device memory that are allocated. */
  public static long used() {
    return ask("libcuda.so.1", "neuriteUsed");
  }

  /** Kernels launched or recorded. */
  public static long launches() {
    return ask("libcuda.so.1", "neuriteLaunches");
  }

  /** Graphs launched. */
  public static long graphLaunches() {
    return ask("libcuda.so.1", "neuriteGraphLaunches");
  }

  /** Sets the bytes of device memory. */
  public static void limit(long bytes) {
    set("libcuda.so.1", "neuriteLimit", "l", bytes);
  }

  /** Lets cuBLASLt have algorithms without epilogues only. */
  public static void refuseEpilogues() {
    takeEpilogues(0);
  }

  /** Lets cuBLASLt have algorithms for those epilogues only whose codes are made of these bits. */
  public static void takeEpilogues(int bits) {
    set("libcublasLt.so.13", "neuriteEpilogues", "i", bits);
  }

  /** Whether a program is on the path. */
  static boolean isOnPath(String program) {
    for (String folder : System.getenv("PATH").split(":", -1)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  /** Runs a program and gives what it printed. */
  static String run(List<String> command) throws IOException {
    Path output = Files.createTempFile("neurite", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IOException(command + " did not end");
      }
      String printed = Files.readString(output);
      if (process.exitValue() != 0) {
        throw new IOException(command + " failed:\n" + printed);
      }
      return printed;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      Files.delete(output);
    }
  }

  private static void build() {
    Path script = Path.of("..", "gpu-emulator", "build.sh").toAbsolutePath().normalize();
    Path lock = FOLDER.resolveSibling("gpu-emulator.lock");
    // One of the JVMs that run test classes side by side builds it, the others wait.
    try (FileChannel channel =
        FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.lock();
      run(List.of("sh", script.toString(), FOLDER.toString()));
    } catch (IOException e) {
      throw new AssertionError("the emulated GPU could not be built", e);
    }
  }

  private static long ask(String library, String function) {
    return NativeLibrary.open(FOLDER.resolve(library).toString())
        .pointerFunction(function, "")
        .pointer();
  }

  private static void set(String library, String function, String parameters, long value) {
    NativeLibrary.open(FOLDER.resolve(library).toString())
        .function(function, parameters)
        .call(value);
  }
}

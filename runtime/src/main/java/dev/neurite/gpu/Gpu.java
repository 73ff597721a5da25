package dev.neurite.gpu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One opened NVIDIA GPU: its context, one stream for work and one for copies.
 *
 * <p>{@code model.to(Device.gpu())} opens what it needs by itself. This class is for asking:
 * whether there is a GPU, which, and why not.
 *
 * <pre>{@code
 * if (Gpu.available()) {
 *   try (Gpu gpu = Gpu.open()) {
 *     System.out.println(gpu);
 *   }
 * }
 * }</pre>
 *
 * <p>Any thread may call, one at a time; the methods see to that by themselves.
 */
public final class Gpu implements AutoCloseable {

  private final int index;
  private final Driver driver;
  private final BlasLt blas;
  private final Compiler compiler;
  private final String name;
  private final int architecture;
  private final int processors;
  private final long context;
  private final long stream;
  private final long copies;
  private final long blasHandle;
  private final Parts parts = new Parts();
  private boolean closed;

  private Gpu(int index, Installed installed) {
    this.index = index;
    driver = installed.driver;
    blas = installed.blas;
    int count = driver.devices();
    if (index >= count) {
      throw new GpuException(
          "there is no GPU "
              + index
              + ": the driver sees "
              + count
              + (count == 0
                  ? "; look at CUDA_VISIBLE_DEVICES and nvidia-smi"
                  : ", counted from 0"));
    }
    int device = driver.device(index);
    name = driver.deviceName(device);
    architecture =
        10 * driver.attribute(Driver.COMPUTE_CAPABILITY_MAJOR, device)
            + driver.attribute(Driver.COMPUTE_CAPABILITY_MINOR, device);
    processors = driver.attribute(Driver.MULTIPROCESSOR_COUNT, device);
    compiler = new Compiler(installed.nvrtc, KernelCache.inHome(), driver.version(), architecture);
    context = installed.context(device);
    try {
      driver.use(context);
      stream = driver.createStream();
      parts.add(() -> driver.destroyStream(stream));
      copies = driver.createStream();
      parts.add(() -> driver.destroyStream(copies));
      blasHandle = blas.create();
      parts.add(() -> blas.destroy(blasHandle));
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
  }

  /**
   * Whether there is a GPU with the libraries it needs. Never throws; {@link #whyNot} says what is
   * missing.
   */
  public static boolean available() {
    return whyNot() == null;
  }

  /**
   * What is missing for a GPU: which library was looked for where, and what the loader answered.
   *
   * @return null if nothing is
   */
  public static @Nullable String whyNot() {
    try {
      Gpu.open().close();
      return null;
    } catch (RuntimeException | LinkageError e) {
      return message(e);
    }
  }

  /**
   * Opens the first GPU.
   *
   * @throws GpuException if there is none, or a library is missing: which was looked for where, and
   *     what the loader answered
   */
  public static Gpu open() {
    return open(0);
  }

  /**
   * Opens a GPU.
   *
   * @param index from 0, in the order of the driver
   * @throws GpuException if there is none, or a library is missing: which was looked for where, and
   *     what the loader answered
   */
  public static Gpu open(int index) {
    if (index < 0) {
      throw new IllegalArgumentException("expected a GPU from 0, got " + index);
    }
    try {
      return new Gpu(index, Installed.find(LibrarySearch.here()));
    } catch (IllegalCallerException e) {
      throw new GpuException(
          "calls to native libraries are forbidden to this module: start java with"
              + " --enable-native-access=ALL-UNNAMED, or dev.neurite.runtime on the module path",
          e);
    }
  }

  /** Opens a GPU with libraries found by a given search; for tests. */
  static Gpu open(int index, LibrarySearch search) {
    return new Gpu(index, Installed.find(search));
  }

  /** The name that NVIDIA gave it. */
  public String name() {
    return name;
  }

  /** Its place in the order of the driver. */
  public int index() {
    return index;
  }

  /** Compute capability as 10 x major + minor: 90 for 9.0. */
  public int architecture() {
    return architecture;
  }

  /** Its streaming multiprocessors. */
  public int processors() {
    return processors;
  }

  /** Bytes of its memory that no process has taken. */
  public synchronized long freeBytes() {
    use();
    return driver.memory()[0];
  }

  /** Bytes of its memory. */
  public synchronized long totalBytes() {
    use();
    return driver.memory()[1];
  }

  /**
   * Releases what this has of the GPU. What was opened on it must be closed before. The driver's
   * context, some hundred megabytes of the GPU, stays until the process ends.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    driver.use(context);
    closed = true;
    parts.close();
  }

  @Override
  public String toString() {
    return name
        + ", compute capability "
        + architecture / 10
        + "."
        + architecture % 10
        + ", "
        + processors
        + " multiprocessors";
  }

  /** Makes the context that of the calling thread; to be called at every entry. */
  void use() {
    if (closed) {
      throw new IllegalStateException("this GPU is closed: open it again");
    }
    driver.use(context);
  }

  Driver driver() {
    return driver;
  }

  BlasLt blas() {
    return blas;
  }

  long blasHandle() {
    return blasHandle;
  }

  Compiler compiler() {
    return compiler;
  }

  /** The stream of all work. */
  long stream() {
    return stream;
  }

  /** The stream of copies that run beside work. */
  long copies() {
    return copies;
  }

  private static String message(Throwable e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  /** The libraries of this process, opened once each. */
  private record Installed(Driver driver, BlasLt blas, Nvrtc nvrtc, Map<Integer, Long> contexts) {

    private static final List<Found> FOUND = new ArrayList<>();

    /** What one search found. */
    private record Found(List<String> places, Installed installed) {}

    static Installed find(LibrarySearch search) {
      if (!System.getProperty("os.name", "").startsWith("Linux")) {
        throw new GpuException(
            "GPUs are used on Linux only, and this is " + System.getProperty("os.name"));
      }
      synchronized (FOUND) {
        for (Found found : FOUND) {
          if (found.places.equals(search.places())) {
            return found.installed;
          }
        }
        Driver driver =
            first(search, "the NVIDIA driver", List.of("libcuda.so.1", "libcuda.so"))
                .map(Driver::new);
        driver.initialize();
        int version = driver.version();
        if (version < Driver.OLDEST_VERSION) {
          throw new GpuException(
              "the NVIDIA driver supports CUDA "
                  + versionName(version)
                  + ", but "
                  + versionName(Driver.OLDEST_VERSION)
                  + " or later is needed: install a newer driver");
        }
        BlasLt blas = first(search, "cuBLASLt", names("libcublasLt.so", version)).map(BlasLt::new);
        Nvrtc nvrtc = first(search, "NVRTC", names("libnvrtc.so", version)).map(Nvrtc::new);
        Installed installed = new Installed(driver, blas, nvrtc, new HashMap<>());
        FOUND.add(new Found(search.places(), installed));
        return installed;
      }
    }

    /**
     * The context of a device, made once and never given back: cuBLASLt keeps what it has loaded in
     * it, and another one takes as long to make as the first.
     */
    synchronized long context(int device) {
      return contexts.computeIfAbsent(device, driver::retainContext);
    }

    /** A library that could be opened. */
    private record Opened(NativeLibrary library) {

      <T> T map(Function<NativeLibrary, T> binding) {
        return binding.apply(library);
      }
    }

    private static Opened first(LibrarySearch search, String what, List<String> names) {
      List<String> answers = new ArrayList<>();
      for (String candidate : search.candidates(names)) {
        try {
          return new Opened(
              candidate.contains("nvrtc") ? Nvrtc.open(candidate) : NativeLibrary.open(candidate));
        } catch (GpuException e) {
          answers.add(candidate + ": " + e.getMessage());
        }
      }
      throw new GpuException(
          what
              + " was not found ("
              + String.join(" or ", names)
              + ").\n  Looked in:\n    "
              + String.join("\n    ", search.places())
              + "\n  The loader answered:\n    "
              + String.join("\n    ", answers)
              + "\n  docs/gpu.md says what to install; -D"
              + LibrarySearch.PROPERTY
              + "=<folders> says where it is.");
    }

    /** Names for the versions that a driver can run, newest first; 12 is the oldest. */
    static List<String> names(String name, int driverVersion) {
      List<String> names = new ArrayList<>();
      for (int major = driverVersion / 1_000; major >= Driver.OLDEST_VERSION / 1_000; major--) {
        names.add(name + "." + major);
      }
      names.add(name);
      return names;
    }

    private static String versionName(int version) {
      return version / 1_000 + "." + version % 1_000 / 10;
    }
  }
}

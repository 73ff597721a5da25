package dev.neurite.gpu;

import java.util.List;

/** CUDA C to code for one GPU, through the cache on disk. */
final class Compiler {

  private final Nvrtc nvrtc;
  private final KernelCache cache;
  private final int driverVersion;
  private final List<String> options;

  /**
   * A compiler.
   *
   * @param architecture compute capability, 10 x major + minor
   */
  Compiler(Nvrtc nvrtc, KernelCache cache, int driverVersion, int architecture) {
    this.nvrtc = nvrtc;
    this.cache = cache;
    this.driverVersion = driverVersion;
    options = List.of("--gpu-architecture=sm_" + architecture, "--std=c++17");
  }

  /** Where compiled code is kept, and what else is found out about this GPU. */
  KernelCache cache() {
    return cache;
  }

  /** As the driver counts. */
  String driverVersion() {
    return Integer.toString(driverVersion);
  }

  /**
   * Code for a source, from the cache if it was compiled before with the same compiler, driver and
   * options.
   *
   * @param name of the source in messages
   */
  byte[] compile(String name, String source) {
    String key =
        KernelCache.key(
            source, nvrtc.version(), Integer.toString(driverVersion), String.join(" ", options));
    String file = key + ".cubin";
    byte[] cached = cache.read(file);
    if (cached != null) {
      return cached;
    }
    byte[] code = nvrtc.compile(name, source, options);
    cache.write(file, code);
    return code;
  }
}

package dev.neurite.benchmarks.race;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Finds out who can take part, and on which class path each runs. */
final class Contenders {

  /** The name of Neurite in tables. */
  static final String NEURITE = "Neurite";

  private static final List<String> VECTORS = List.of("--add-modules", "jdk.incubator.vector");
  private static final String PEERS = "dev.neurite.benchmarks.peers.";

  private final Options options;
  private final List<Path> entries;

  Contenders(Options options) {
    this.options = options;
    entries =
        Arrays.stream(System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1))
            .map(Path::of)
            .toList();
  }

  /** Neurite with vectors. */
  Contender neurite() {
    return java(NEURITE, NeuriteEngine.class.getName(), VECTORS, Map.of(), List.of());
  }

  /** Neurite without the Vector API. */
  Contender scalar() {
    return java(
        NEURITE + " scalar",
        NeuriteEngine.class.getName(),
        List.of("-Dneurite.vectors=off"),
        Map.of(),
        List.of());
  }

  /** Everyone else in every mode, whether it is there or not. */
  List<Contender> peers() {
    List<Contender> all = new ArrayList<>();
    all.add(onnxRuntime());
    for (String mode : options.quick() ? List.of("eager") : List.of("eager", "compile", "freeze")) {
      all.addAll(torch(mode));
    }
    all.add(djl());
    all.add(deeplearning4j());
    all.removeIf(contender -> !options.admits(contender.name()));
    return all;
  }

  /** ONNX Runtime with its native library unpacked beforehand. */
  Contender onnxRuntimeUnpacked() {
    return java(
        "ONNX Runtime, unpacked",
        PEERS + "OnnxRuntimeEngine",
        List.of("-Donnxruntime.native.path=" + options.folder().resolve("onnxruntime")),
        Map.of(),
        jars("onnxruntime"));
  }

  private Contender onnxRuntime() {
    return java(
        "ONNX Runtime", PEERS + "OnnxRuntimeEngine", List.of(), Map.of(), jars("onnxruntime"));
  }

  private Contender djl() {
    return java(
        "DJL",
        PEERS + "DjlEngine",
        List.of(
            "-Doffline=true",
            "-Dai.djl.offline=true",
            "-Dai.djl.pytorch.num_threads=THREADS",
            "-Dai.djl.pytorch.num_interop_threads=1"),
        Map.of(
            "DJL_CACHE_DIR",
            options.folder().resolve("djl").toString(),
            "OPT_OUT_TRACKING",
            "true",
            "OMP_NUM_THREADS",
            "THREADS",
            "MKL_NUM_THREADS",
            "THREADS"),
        jars(
            "ai/djl",
            "gson",
            "/jna/",
            "commons-compress",
            "commons-io",
            "commons-lang3",
            "commons-codec",
            "slf4j"));
  }

  private Contender deeplearning4j() {
    List<Path> own = new ArrayList<>(entries);
    own.removeAll(jars("ai/djl", "onnxruntime", "jmh", "xchart"));
    own.removeIf(entry -> !entry.toString().endsWith(".jar"));
    own.removeIf(entry -> entry.toString().contains("neurite"));
    // The build without AVX-512, which comes along.
    own.removeIf(entry -> entry.toString().matches(".*/nd4j-native-[^/]*-linux-x86_64\\.jar"));
    return java(
        "Deeplearning4j",
        PEERS + "Deeplearning4jEngine",
        List.of(
            "-Dorg.bytedeco.javacpp.platform.extension=-onednn-avx512",
            "-Dorg.bytedeco.javacpp.cachedir=" + options.folder().resolve("javacpp")),
        Map.of("OMP_NUM_THREADS", "THREADS", "OPENBLAS_NUM_THREADS", "THREADS"),
        own);
  }

  /** One mode; on processors that are not Intel's, also with MKL told that they are. */
  private List<Contender> torch(String mode) {
    Path script = Path.of("pytorch", "contender.py").toAbsolutePath();
    List<String> command = List.of(options.python().toString(), script.toString(), mode);
    Map<String, String> environment =
        Map.of("TORCHINDUCTOR_CACHE_DIR", options.folder().resolve("inductor").toString());
    List<Contender> modes = new ArrayList<>();
    modes.add(new Contender("PyTorch " + mode, command, environment, List.of(), false));
    Path preload = script.resolveSibling("mkl-as-on-intel.so");
    if (Files.exists(preload)) {
      Map<String, String> more = new java.util.HashMap<>(environment);
      more.put("LD_PRELOAD", preload.toString());
      modes.add(new Contender("PyTorch " + mode + ", preload", command, more, List.of(), false));
    }
    return modes;
  }

  /** Entries of this process's class path that belong to a library. */
  private List<Path> jars(String... parts) {
    return entries.stream()
        .filter(entry -> entry.toString().endsWith(".jar"))
        .filter(entry -> Arrays.stream(parts).anyMatch(entry.toString()::contains))
        .toList();
  }

  private Contender java(
      String name,
      String engine,
      List<String> flags,
      Map<String, String> environment,
      List<Path> jars) {
    List<Path> path = new ArrayList<>(jars);
    for (Path entry : entries) {
      if (!entry.toString().endsWith(".jar") || entry.toString().contains("neurite")) {
        path.add(entry);
      }
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    // Peers call native code and, some, sun.misc.Unsafe: without these flags the JVM warns of it.
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-cp");
    command.add(
        String.join(java.io.File.pathSeparator, path.stream().map(Path::toString).toList()));
    command.add(Worker.class.getName());
    command.add(engine);
    return new Contender(name, command, environment, jars, true);
  }

  /** Bytes of all jars. */
  static long size(List<Path> jars) throws IOException {
    long bytes = 0;
    for (Path jar : jars) {
      bytes += Files.size(jar);
    }
    return bytes;
  }
}

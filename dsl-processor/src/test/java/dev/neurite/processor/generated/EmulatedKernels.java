package dev.neurite.processor.generated;

import dev.neurite.spi.GpuGrid;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/** The kernels of some networks, compiled as C++ for this processor and loaded. */
@SuppressWarnings("restricted")
final class EmulatedKernels {

  /** What makes the threads of a block wait for each other, also by way of a function. */
  private static final Pattern MEETING =
      Pattern.compile("__syncthreads|__shfl|__ballot|warpSum\\(|warpMax\\(");

  private static final Linker LINKER = Linker.nativeLinker();

  private final Map<String, Kernel> kernels;

  private record Kernel(MethodHandle emulate, MemorySegment call, boolean meets) {}

  private EmulatedKernels(Map<String, Kernel> kernels) {
    this.kernels = kernels;
  }

  /**
   * Compiles in as many processes as there are processors.
   *
   * @param sources the CUDA C of each network, by a name that is a C++ name too
   * @param folder for source and libraries
   */
  static EmulatedKernels compile(Map<String, String> sources, Path folder)
      throws IOException, InterruptedException {
    CudaTexts all = CudaTexts.of(sources);
    int parts = Math.min(all.kernels().size(), Runtime.getRuntime().availableProcessors());
    List<StringBuilder> texts = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      texts.add(new StringBuilder(header()).append(all.declaration()));
      all.functions().forEach(texts.get(part)::append);
    }
    Map<String, Found> bySymbol = new HashMap<>();
    for (CudaTexts.Kernel kernel : all.kernels()) {
      int part = bySymbol.size() % parts;
      add(kernel, texts.get(part));
      bySymbol.put(
          kernel.symbol(),
          new Found(part, "call_" + kernel.symbol(), MEETING.matcher(kernel.text()).find()));
    }
    Map<String, Found> found = new HashMap<>();
    all.symbols().forEach((name, symbol) -> found.put(name, bySymbol.get(symbol)));
    List<Process> compilers = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      Path file = folder.resolve("kernels" + part + ".cpp");
      Files.writeString(file, texts.get(part));
      compilers.add(
          new ProcessBuilder(
                  "g++",
                  "-std=c++17",
                  "-O1",
                  "-w",
                  "-U_FORTIFY_SOURCE",
                  "-shared",
                  "-fPIC",
                  file.toString(),
                  "-o",
                  folder.resolve("kernels" + part + ".so").toString())
              .redirectErrorStream(true)
              .start());
    }
    for (Process compiler : compilers) {
      String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (compiler.waitFor() != 0) {
        throw new IllegalStateException("g++ does not take the kernels:\n" + said);
      }
    }
    return load(folder, parts, found);
  }

  private record Found(int part, String symbol, boolean meets) {}

  private static String header() throws IOException {
    try (InputStream header =
        Objects.requireNonNull(
            EmulatedKernels.class.getResourceAsStream("/cuda/emulator.h"), "emulator.h")) {
      return new String(header.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** A kernel, and a function that takes its arguments as pointers. */
  private static void add(CudaTexts.Kernel kernel, StringBuilder text) {
    List<String> arguments = new ArrayList<>();
    for (String parameter : kernel.parameters().split(",", -1)) {
      String type = parameter.strip().replaceAll("\\w+$", "").replace("__restrict__", "");
      arguments.add("*static_cast<%s*>(a[%d])".formatted(type.strip(), arguments.size()));
    }
    text.append(kernel.text().replace("extern \"C\" __global__", "static __global__"))
        .append("extern \"C\" void call_%s(void** a) {\n".formatted(kernel.symbol()))
        .append("  %s(%s);\n}\n".formatted(kernel.symbol(), String.join(", ", arguments)));
  }

  private static EmulatedKernels load(Path folder, int parts, Map<String, Found> found) {
    List<SymbolLookup> libraries = new ArrayList<>();
    List<MethodHandle> emulators = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      SymbolLookup library =
          SymbolLookup.libraryLookup(folder.resolve("kernels" + part + ".so"), Arena.global());
      libraries.add(library);
      emulators.add(
          LINKER.downcallHandle(
              library.find("emulate").orElseThrow(),
              FunctionDescriptor.ofVoid(
                  ValueLayout.ADDRESS,
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT)));
    }
    Map<String, Kernel> kernels = new HashMap<>();
    found.forEach(
        (name, one) ->
            kernels.put(
                name,
                new Kernel(
                    emulators.get(one.part()),
                    libraries.get(one.part()).find(one.symbol()).orElseThrow(),
                    one.meets())));
    return new EmulatedKernels(kernels);
  }

  /** Runs a kernel to its end. */
  void launch(String network, String name, GpuGrid grid, MemorySegment arguments) {
    Kernel kernel = kernels.get(network + " " + name);
    if (kernel == null) {
      throw new IllegalArgumentException(network + " has no kernel " + name);
    }
    try {
      kernel
          .emulate()
          .invokeExact(
              kernel.call(),
              arguments,
              grid.x(),
              grid.y(),
              grid.z(),
              grid.threadsX(),
              grid.threadsY(),
              kernel.meets() ? 1 : 0);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(name, e);
    }
  }

  /** Whether g++ is there. */
  static boolean available() {
    try {
      return new ProcessBuilder("g++", "--version").redirectErrorStream(true).start().waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

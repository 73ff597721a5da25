package dev.neurite.gpu;

import dev.neurite.gpu.NativeLibrary.Function;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** NVRTC: CUDA C to code for one kind of GPU. */
final class Nvrtc {

  private final Function errorString;
  private final Function version;
  private final Function create;
  private final Function destroy;
  private final Function compile;
  private final Function logSize;
  private final Function log;
  private final Function cubinSize;
  private final Function cubin;

  Nvrtc(NativeLibrary library) {
    errorString = library.pointerFunction("nvrtcGetErrorString", "i");
    version = library.function("nvrtcVersion", "pp");
    create = library.function("nvrtcCreateProgram", "pppipp");
    destroy = library.function("nvrtcDestroyProgram", "p");
    compile = library.function("nvrtcCompileProgram", "pip");
    logSize = library.function("nvrtcGetProgramLogSize", "pp");
    log = library.function("nvrtcGetProgramLog", "pp");
    cubinSize = library.function("nvrtcGetCUBINSize", "pp");
    cubin = library.function("nvrtcGetCUBIN", "pp");
  }

  /**
   * Opens the library with what it needs beside it: it opens {@code libnvrtc-builtins} by its bare
   * name when it compiles, which works from any folder once that is open.
   */
  static NativeLibrary open(String path) {
    Path folder = Path.of(path).getParent();
    if (folder != null) {
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(folder, "libnvrtc-builtins.so*")) {
        for (Path file : files) {
          openBuiltins(file);
        }
      } catch (IOException ignored) {
        // The folder of a library that can be opened may still not be readable: go on without.
      }
    }
    return NativeLibrary.open(path);
  }

  /** Code that is of another version or damaged is told when the library itself is used. */
  private static void openBuiltins(Path file) {
    try {
      NativeLibrary.open(file.toString());
    } catch (GpuException ignored) {
      // NVRTC says by itself what it lacks.
    }
  }

  /** Such as {@code 13.0}. */
  String version() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment numbers = arena.allocate(ValueLayout.JAVA_INT, 2);
      check(version.call(numbers.address(), numbers.address() + Integer.BYTES), version);
      return numbers.getAtIndex(ValueLayout.JAVA_INT, 0)
          + "."
          + numbers.getAtIndex(ValueLayout.JAVA_INT, 1);
    }
  }

  /**
   * Compiles.
   *
   * @param name of the source in messages
   * @return a cubin
   * @throws GpuException with the compiler's messages
   */
  byte[] compile(String name, String source, List<String> options) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment program = arena.allocate(ValueLayout.JAVA_LONG);
      check(
          create.call(
              program.address(),
              arena.allocateFrom(source).address(),
              arena.allocateFrom(name).address(),
              0,
              0,
              0),
          create);
      long handle = program.get(ValueLayout.JAVA_LONG, 0);
      try {
        MemorySegment pointers = arena.allocate(ValueLayout.JAVA_LONG, options.size());
        for (int i = 0; i < options.size(); i++) {
          pointers.setAtIndex(
              ValueLayout.JAVA_LONG, i, arena.allocateFrom(options.get(i)).address());
        }
        int status = compile.call(handle, options.size(), pointers.address());
        if (status != 0) {
          throw new GpuException(
              compile.name()
                  + " ("
                  + name
                  + ", "
                  + String.join(" ", options)
                  + ") failed with "
                  + describe(status)
                  + "\n"
                  + new String(bytes(arena, handle, logSize, log), StandardCharsets.UTF_8).strip());
        }
        return bytes(arena, handle, cubinSize, cubin);
      } finally {
        destroy.call(program.address());
      }
    }
  }

  private byte[] bytes(Arena arena, long program, Function sizeOf, Function contents) {
    MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
    check(sizeOf.call(program, size.address()), sizeOf);
    MemorySegment bytes = arena.allocate(Math.max(1, size.get(ValueLayout.JAVA_LONG, 0)));
    check(contents.call(program, bytes.address()), contents);
    byte[] copy = bytes.toArray(ValueLayout.JAVA_BYTE);
    // A log ends with a 0 byte, which is not part of the text.
    int length = copy.length;
    if (contents == log) {
      while (length > 0 && copy[length - 1] == 0) {
        length--;
      }
    }
    return length == copy.length ? copy : Arrays.copyOf(copy, length);
  }

  private void check(int status, Function function) {
    if (status != 0) {
      throw new GpuException(function.name() + " failed with " + describe(status));
    }
  }

  private String describe(int status) {
    return NativeLibrary.text(errorString.pointer(status)) + " (" + status + ")";
  }
}

package dev.neurite.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A shared library opened with dlopen, so that what the loader answers can be told. Libraries stay
 * open until the JVM ends: those of CUDA keep threads and are not made to be closed.
 */
@SuppressWarnings("restricted") // Foreign functions are what this class is for.
final class NativeLibrary {

  /** RTLD_NOW | RTLD_LOCAL of glibc and musl. */
  private static final int NOW_AND_LOCAL = 2;

  /** The loader's functions, found where the C library is. */
  private record Loader(Function open, Function symbol, Function error) {

    private static @Nullable Loader found;

    /** Not in a static initialiser: what forbids native calls is to be told at every try. */
    static synchronized Loader get() {
      Loader loader = found;
      if (loader == null) {
        loader = new Loader(find("dlopen", "pi"), find("dlsym", "pp"), find("dlerror", ""));
        found = loader;
      }
      return loader;
    }

    private static Function find(String symbol, String parameters) {
      SymbolLookup lookup = Linker.nativeLinker().defaultLookup();
      MemorySegment address =
          lookup.find(symbol).orElseThrow(() -> new GpuException("the C library has no " + symbol));
      return new Function(symbol, address, parameters, true);
    }
  }

  private final String path;
  private final long handle;

  private NativeLibrary(String path, long handle) {
    this.path = path;
    this.handle = handle;
  }

  /**
   * Opens a library.
   *
   * @param path of a file, or a plain name for the loader to look for
   * @throws GpuException with what the loader answered
   */
  static NativeLibrary open(String path) {
    Loader loader = Loader.get();
    try (Arena arena = Arena.ofConfined()) {
      long handle = loader.open().pointer(arena.allocateFrom(path).address(), NOW_AND_LOCAL);
      if (handle == 0) {
        throw new GpuException(text(loader.error().pointer()));
      }
      return new NativeLibrary(path, handle);
    }
  }

  /** As it was opened. */
  String path() {
    return path;
  }

  /**
   * A function that returns an int, mostly a status.
   *
   * @param parameters one letter each: p a pointer, l a size or another 64-bit integer, i a 32-bit
   *     integer or an enum
   * @throws GpuException if the library has no such function
   */
  Function function(String symbol, String parameters) {
    return new Function(symbol, address(symbol), parameters, false);
  }

  /** A function that returns a pointer or a size. */
  Function pointerFunction(String symbol, String parameters) {
    return new Function(symbol, address(symbol), parameters, true);
  }

  private MemorySegment address(String symbol) {
    try (Arena arena = Arena.ofConfined()) {
      long address = Loader.get().symbol().pointer(handle, arena.allocateFrom(symbol).address());
      if (address == 0) {
        throw new GpuException(
            path + " has no function " + symbol + ": a newer version of the library is needed");
      }
      return MemorySegment.ofAddress(address);
    }
  }

  /** A C string; empty for a null pointer. */
  static String text(long address) {
    if (address == 0) {
      return "";
    }
    return MemorySegment.ofAddress(address)
        .reinterpret(Long.MAX_VALUE)
        .getString(0, StandardCharsets.UTF_8);
  }

  /** Memory that a library gave, as long as it lives. */
  static MemorySegment memory(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  /** Turns a status that says that a call failed into an exception. */
  interface StatusCheck {

    /** Does nothing if the call succeeded. */
    void require(int status, Function function, String what);
  }

  /** One C function. Arguments are given as longs and narrowed to what the function takes. */
  static final class Function {

    private final String name;
    private final MethodHandle handle;

    private Function(String name, MemorySegment address, String parameters, boolean pointer) {
      this.name = name;
      MemoryLayout[] layouts = new MemoryLayout[parameters.length()];
      for (int i = 0; i < layouts.length; i++) {
        layouts[i] = parameters.charAt(i) == 'i' ? ValueLayout.JAVA_INT : ValueLayout.JAVA_LONG;
      }
      MethodHandle plain =
          Linker.nativeLinker()
              .downcallHandle(
                  address,
                  FunctionDescriptor.of(
                      pointer ? ValueLayout.JAVA_LONG : ValueLayout.JAVA_INT, layouts));
      List<Class<?>> longs = new ArrayList<>(Collections.nCopies(layouts.length, long.class));
      handle =
          MethodHandles.explicitCastArguments(plain, MethodType.methodType(long.class, longs))
              .asSpreader(long[].class, layouts.length);
    }

    /** The symbol's name. */
    String name() {
      return name;
    }

    /**
     * Calls a function whose first parameter is where its result goes.
     *
     * @param what it was asked for, in the message if it fails
     * @param arguments behind the first
     * @return the result, which is 0 above what the function writes
     */
    long result(StatusCheck check, String what, long... arguments) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment result = arena.allocate(ValueLayout.JAVA_LONG);
        long[] all = new long[arguments.length + 1];
        all[0] = result.address();
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        check.require(call(all), this, what);
        return result.get(ValueLayout.JAVA_LONG, 0);
      }
    }

    /** Calls a function that returns an int. */
    int call(long... arguments) {
      return (int) pointer(arguments);
    }

    /** Calls a function that returns a pointer or a size. */
    long pointer(long... arguments) {
      try {
        return (long) handle.invokeExact(arguments);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new GpuException(name + " could not be called", e);
      }
    }
  }
}

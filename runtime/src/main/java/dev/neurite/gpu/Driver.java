package dev.neurite.gpu;

import dev.neurite.gpu.NativeLibrary.Function;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * The functions of libcuda that are used, by the versioned names under which {@code cuda.h} of CUDA
 * 12 and 13 calls them. Each throws what its status says.
 */
final class Driver {

  /** The oldest version whose driver has all functions used, as the driver counts: 12.0. */
  static final int OLDEST_VERSION = 12_000;

  /** {@code CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT}. */
  static final int MULTIPROCESSOR_COUNT = 16;

  /** {@code CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR}. */
  static final int COMPUTE_CAPABILITY_MAJOR = 75;

  /** {@code CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR}. */
  static final int COMPUTE_CAPABILITY_MINOR = 76;

  /** {@code CU_STREAM_NON_BLOCKING}: does not wait for the default stream. */
  static final int STREAM_NON_BLOCKING = 1;

  /** {@code CU_EVENT_DISABLE_TIMING}. */
  static final int EVENT_DISABLE_TIMING = 2;

  /** {@code CU_STREAM_CAPTURE_MODE_RELAXED}: kernels may still be loaded while recording. */
  static final int CAPTURE_RELAXED = 2;

  /** {@code CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES}. */
  static final int MAX_DYNAMIC_SHARED_SIZE_BYTES = 8;

  /** {@code CUDA_ERROR_OUT_OF_MEMORY}. */
  static final int OUT_OF_MEMORY = 2;

  /** {@code CUDA_ERROR_NO_DEVICE}. */
  static final int NO_DEVICE = 100;

  private final Function errorName;
  private final Function errorString;
  private final Function init;
  private final Function driverVersion;
  private final Function deviceCount;
  private final Function deviceGet;
  private final Function deviceName;
  private final Function deviceAttribute;
  private final Function contextRetain;
  private final Function contextSetCurrent;
  private final Function memoryInfo;
  private final Function memoryAllocate;
  private final Function memoryFree;
  private final Function hostAllocate;
  private final Function hostFree;
  private final Function copyToDevice;
  private final Function copyToHost;
  private final Function copyOnDevice;
  private final Function fill;
  private final Function streamCreate;
  private final Function streamDestroy;
  private final Function streamSynchronize;
  private final Function streamWait;
  private final Function captureBegin;
  private final Function captureEnd;
  private final Function eventCreate;
  private final Function eventDestroy;
  private final Function eventRecord;
  private final Function eventSynchronize;
  private final Function eventElapsed;
  private final Function graphInstantiate;
  private final Function graphDestroy;
  private final Function graphExecDestroy;
  private final Function graphLaunch;
  private final Function moduleLoad;
  private final Function moduleUnload;
  private final Function moduleFunction;
  private final Function functionAttribute;
  private final Function launchKernel;

  Driver(NativeLibrary cuda) {
    errorName = cuda.function("cuGetErrorName", "ip");
    errorString = cuda.function("cuGetErrorString", "ip");
    init = cuda.function("cuInit", "i");
    driverVersion = cuda.function("cuDriverGetVersion", "p");
    deviceCount = cuda.function("cuDeviceGetCount", "p");
    deviceGet = cuda.function("cuDeviceGet", "pi");
    deviceName = cuda.function("cuDeviceGetName", "pii");
    deviceAttribute = cuda.function("cuDeviceGetAttribute", "pii");
    contextRetain = cuda.function("cuDevicePrimaryCtxRetain", "pi");
    contextSetCurrent = cuda.function("cuCtxSetCurrent", "p");
    memoryInfo = cuda.function("cuMemGetInfo_v2", "pp");
    memoryAllocate = cuda.function("cuMemAlloc_v2", "pl");
    memoryFree = cuda.function("cuMemFree_v2", "p");
    hostAllocate = cuda.function("cuMemHostAlloc", "pli");
    hostFree = cuda.function("cuMemFreeHost", "p");
    copyToDevice = cuda.function("cuMemcpyHtoDAsync_v2", "pplp");
    copyToHost = cuda.function("cuMemcpyDtoHAsync_v2", "pplp");
    copyOnDevice = cuda.function("cuMemcpyDtoDAsync_v2", "pplp");
    fill = cuda.function("cuMemsetD32Async", "pilp");
    streamCreate = cuda.function("cuStreamCreate", "pi");
    streamDestroy = cuda.function("cuStreamDestroy_v2", "p");
    streamSynchronize = cuda.function("cuStreamSynchronize", "p");
    streamWait = cuda.function("cuStreamWaitEvent", "ppi");
    captureBegin = cuda.function("cuStreamBeginCapture_v2", "pi");
    captureEnd = cuda.function("cuStreamEndCapture", "pp");
    eventCreate = cuda.function("cuEventCreate", "pi");
    eventDestroy = cuda.function("cuEventDestroy_v2", "p");
    eventRecord = cuda.function("cuEventRecord", "pp");
    eventSynchronize = cuda.function("cuEventSynchronize", "p");
    eventElapsed = cuda.function("cuEventElapsedTime", "ppp");
    graphInstantiate = cuda.function("cuGraphInstantiateWithFlags", "ppl");
    graphDestroy = cuda.function("cuGraphDestroy", "p");
    graphExecDestroy = cuda.function("cuGraphExecDestroy", "p");
    graphLaunch = cuda.function("cuGraphLaunch", "pp");
    moduleLoad = cuda.function("cuModuleLoadData", "pp");
    moduleUnload = cuda.function("cuModuleUnload", "p");
    moduleFunction = cuda.function("cuModuleGetFunction", "ppp");
    functionAttribute = cuda.function("cuFuncSetAttribute", "pii");
    launchKernel = cuda.function("cuLaunchKernel", "piiiiiiippp");
  }

  /** Starts the driver. */
  void initialize() {
    int status = init.call(0);
    if (status == NO_DEVICE) {
      throw new GpuException(
          "there is no GPU: the driver is there but sees none; look at nvidia-smi and"
              + " CUDA_VISIBLE_DEVICES, and start a container with the GPU (--gpus all)");
    }
    check(status, init, "");
  }

  /** The newest CUDA version the driver supports: 1000 x major + 10 x minor. */
  int version() {
    return intOf(driverVersion, "");
  }

  int devices() {
    return intOf(deviceCount, "");
  }

  int device(int index) {
    return intOf(deviceGet, "device " + index, index);
  }

  String deviceName(int device) {
    try (Arena arena = Arena.ofConfined()) {
      int length = 256;
      MemorySegment name = arena.allocate(length);
      check(deviceName.call(name.address(), length, device), deviceName, "device " + device);
      return name.getString(0, StandardCharsets.UTF_8);
    }
  }

  int attribute(int attribute, int device) {
    return intOf(deviceAttribute, "attribute " + attribute, attribute, device);
  }

  /** The context that all users of a device in this process share. */
  long retainContext(int device) {
    return pointerOf(contextRetain, "device " + device, device);
  }

  /** Makes a context that of the calling thread. */
  void use(long context) {
    check(contextSetCurrent.call(context), contextSetCurrent, "");
  }

  /** Free and total bytes of the current device. */
  long[] memory() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment sizes = arena.allocate(ValueLayout.JAVA_LONG, 2);
      check(memoryInfo.call(sizes.address(), sizes.address() + Long.BYTES), memoryInfo, "");
      return new long[] {
        sizes.getAtIndex(ValueLayout.JAVA_LONG, 0), sizes.getAtIndex(ValueLayout.JAVA_LONG, 1)
      };
    }
  }

  /** Allocates device memory; 0 where there is not enough. */
  long allocate(long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = arena.allocate(ValueLayout.JAVA_LONG);
      int status = memoryAllocate.call(result.address(), bytes);
      if (status == OUT_OF_MEMORY) {
        return 0;
      }
      check(status, memoryAllocate, bytes + " bytes");
      return result.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  void free(long pointer) {
    check(memoryFree.call(pointer), memoryFree, "");
  }

  /** Allocates page-locked memory of the host, which copies need to run beside other work. */
  long allocateHost(long bytes) {
    return pointerOf(hostAllocate, bytes + " bytes", bytes, 0);
  }

  void freeHost(long pointer) {
    check(hostFree.call(pointer), hostFree, "");
  }

  void copyToDevice(long to, long from, long bytes, long stream) {
    check(copyToDevice.call(to, from, bytes, stream), copyToDevice, bytes + " bytes");
  }

  void copyToHost(long to, long from, long bytes, long stream) {
    check(copyToHost.call(to, from, bytes, stream), copyToHost, bytes + " bytes");
  }

  void copyOnDevice(long to, long from, long bytes, long stream) {
    check(copyOnDevice.call(to, from, bytes, stream), copyOnDevice, bytes + " bytes");
  }

  /** Sets words of 32 bits to 0. */
  void clear(long pointer, long words, long stream) {
    check(fill.call(pointer, 0, words, stream), fill, words + " words");
  }

  long createStream() {
    return pointerOf(streamCreate, "", STREAM_NON_BLOCKING);
  }

  void destroyStream(long stream) {
    check(streamDestroy.call(stream), streamDestroy, "");
  }

  /** Waits until all that a stream was given is done; failures of kernels come out here. */
  void synchronize(long stream) {
    check(streamSynchronize.call(stream), streamSynchronize, "");
  }

  /** Lets what a stream is given from now on wait for an event. */
  void await(long stream, long event) {
    check(streamWait.call(stream, event, 0), streamWait, "");
  }

  void beginCapture(long stream) {
    check(captureBegin.call(stream, CAPTURE_RELAXED), captureBegin, "");
  }

  /** Ends recording and gives the graph. */
  long endCapture(long stream) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = arena.allocate(ValueLayout.JAVA_LONG);
      check(captureEnd.call(stream, result.address()), captureEnd, "");
      return result.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /** Ends recording after a failure; whatever it answers, the stream is usable again. */
  void abandonCapture(long stream) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = arena.allocate(ValueLayout.JAVA_LONG);
      int status = captureEnd.call(stream, result.address());
      long graph = result.get(ValueLayout.JAVA_LONG, 0);
      if (status == 0 && graph != 0) {
        destroyGraph(graph);
      }
    }
  }

  /** An event, with the time it happened or without. */
  long createEvent(boolean timed) {
    return pointerOf(eventCreate, "", timed ? 0 : EVENT_DISABLE_TIMING);
  }

  void destroyEvent(long event) {
    check(eventDestroy.call(event), eventDestroy, "");
  }

  void record(long event, long stream) {
    check(eventRecord.call(event, stream), eventRecord, "");
  }

  void synchronizeEvent(long event) {
    check(eventSynchronize.call(event), eventSynchronize, "");
  }

  /** Milliseconds between two timed events that have happened. */
  float elapsed(long from, long to) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = arena.allocate(ValueLayout.JAVA_FLOAT);
      check(eventElapsed.call(result.address(), from, to), eventElapsed, "");
      return result.get(ValueLayout.JAVA_FLOAT, 0);
    }
  }

  /** A graph that can be launched. */
  long instantiate(long graph) {
    return pointerOf(graphInstantiate, "", graph, 0);
  }

  void destroyGraph(long graph) {
    check(graphDestroy.call(graph), graphDestroy, "");
  }

  void destroyExecutable(long executable) {
    check(graphExecDestroy.call(executable), graphExecDestroy, "");
  }

  void launch(long executable, long stream) {
    check(graphLaunch.call(executable, stream), graphLaunch, "");
  }

  /** Loads compiled code, a cubin. */
  long loadModule(MemorySegment image) {
    return pointerOf(moduleLoad, image.byteSize() + " bytes", image.address());
  }

  void unloadModule(long module) {
    check(moduleUnload.call(module), moduleUnload, "");
  }

  long kernel(long module, String name) {
    try (Arena arena = Arena.ofConfined()) {
      return pointerOf(
          moduleFunction, "kernel " + name, module, arena.allocateFrom(name).address());
    }
  }

  /** Lets blocks of a kernel have more dynamic shared memory than the 48 KiB that all may have. */
  void allowSharedBytes(long kernel, String name, int bytes) {
    check(
        functionAttribute.call(kernel, MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes),
        functionAttribute,
        "kernel " + name + ", " + bytes + " bytes of shared memory");
  }

  /**
   * Runs a kernel.
   *
   * @param sizes blocks along x, y, z and threads along x, y, z
   * @param arguments array of pointers to the arguments
   */
  void launchKernel(
      long kernel, String name, int[] sizes, int sharedBytes, long stream, long arguments) {
    int status =
        launchKernel.call(
            kernel,
            sizes[0],
            sizes[1],
            sizes[2],
            sizes[3],
            sizes[4],
            sizes[5],
            sharedBytes,
            stream,
            arguments,
            0);
    if (status != 0) {
      check(
          status,
          launchKernel,
          "kernel "
              + name
              + (", " + sizes[0] + " x " + sizes[1] + " x " + sizes[2] + " blocks of ")
              + (sizes[3] + " x " + sizes[4] + " x " + sizes[5] + " threads, ")
              + sharedBytes
              + " bytes of shared memory");
    }
  }

  private int intOf(Function function, String what, long... arguments) {
    return (int) pointerOf(function, what, arguments);
  }

  private long pointerOf(Function function, String what, long... arguments) {
    return function.result(this::check, what, arguments);
  }

  private void check(int status, Function function, String what) {
    if (status == 0) {
      return;
    }
    String name = describe(errorName, status);
    String text = describe(errorString, status);
    throw new GpuException(
        function.name()
            + (what.isEmpty() ? "" : " (" + what + ")")
            + " failed with "
            + (name.isEmpty() ? "the unknown code" : name)
            + " ("
            + status
            + (text.isEmpty() ? ")" : "): " + text));
  }

  private static String describe(Function function, int status) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pointer = arena.allocate(ValueLayout.JAVA_LONG);
      return function.call(status, pointer.address()) == 0
          ? NativeLibrary.text(pointer.get(ValueLayout.JAVA_LONG, 0))
          : "";
    }
  }
}

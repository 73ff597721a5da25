// The CUDA driver for the emulated GPU. What streams are given runs as late as it may: when someone
// waits for it. So a missing wait shows. Copies to the device may also run as early as they may, for
// a test to ask for. Everything made is counted until it is released, and every copy must lie in
// memory that was allocated.
#include <cuda_emulated.h>
#include <dlfcn.h>
#include <setjmp.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace {

using Work = std::function<void()>;

struct Event {
  std::uint64_t recorded = 0;
  std::uint64_t done = 0;
  float time = 0;
  struct Stream* stream = nullptr;
};

struct Graph {
  std::vector<Work> work;
};

struct Stream {
  std::deque<Work> queue;
  std::unique_ptr<Graph> capture;
};

struct Module {
  void* library;
  std::string path;
};

struct Kernel {
  std::function<Work*(void**)> bind;
  NeuriteBlock** block;
  bool waits;
  std::string name;
};

std::recursive_mutex mutex;
std::map<std::uintptr_t, std::size_t> device;
std::map<std::uintptr_t, std::size_t> host;
std::map<Module*, std::vector<Kernel*>> modules;
std::vector<Stream*> streams;
std::vector<std::string> failures;
long live = 0;
long launches = 0;
long graphLaunches = 0;
std::size_t limit = std::size_t(4) << 30;
std::size_t used = 0;
int count = 1;
bool earlyCopies = false;

// Milliseconds that work seems to have taken.
float now = 0;

// Which call that makes or starts something fails, counted down; 0 for none.
long failing = 0;

void fail(const std::string& what) {
  failures.push_back(what);
  std::fprintf(stderr, "emulated GPU: %s\n", what.c_str());
}

bool within(const std::map<std::uintptr_t, std::size_t>& memory, const void* begin,
    std::size_t bytes) {
  auto next = memory.upper_bound((std::uintptr_t) begin);
  if (next == memory.begin()) {
    return false;
  }
  --next;
  return (std::uintptr_t) begin + bytes <= next->first + next->second;
}

void runOne(Stream* stream) {
  Work work = std::move(stream->queue.front());
  stream->queue.pop_front();
  work();
}

void drain(Stream* stream) {
  while (!stream->queue.empty()) {
    runOne(stream);
  }
}

void drainAll() {
  for (Stream* stream : streams) {
    drain(stream);
  }
}

void enqueue(Stream* stream, Work work) {
  if (stream->capture) {
    stream->capture->work.push_back(std::move(work));
  } else {
    stream->queue.push_back(std::move(work));
  }
}

int copy(void* to, const void* from, std::size_t bytes, Stream* stream, bool toDevice,
    bool fromDevice) {
  if (toDevice && !within(device, to, bytes)) {
    fail("a copy to " + std::to_string(bytes) + " bytes that are not the device's");
    return 1;
  }
  if (fromDevice && !within(device, from, bytes)) {
    fail("a copy from " + std::to_string(bytes) + " bytes that are not the device's");
    return 1;
  }
  const void* hostEnd = toDevice ? (fromDevice ? nullptr : from) : to;
  if (hostEnd != nullptr && !within(host, hostEnd, bytes)) {
    // Memory that is not page-locked is read or written before the call returns.
    drain(stream);
    std::memcpy(to, from, bytes);
    return 0;
  }
  enqueue(stream, [=] { std::memmove(to, from, bytes); });
  if (earlyCopies && !fromDevice && !stream->capture) {
    drain(stream);
  }
  return 0;
}

// One block's threads as fibres.
struct Fibres {
  static const std::size_t kStack = 64 << 10;
  static const int kMost = 1024;

  struct Warp {
    int arrived = 0;
    int generation = 0;
    unsigned ended = 0;
    std::uint64_t words[32];
    std::uint64_t given[32];
  };

  struct Fibre {
    ucontext_t context;
    jmp_buf jump;
    bool started = false;
  };

  jmp_buf scheduler;
  std::vector<Fibre> all = std::vector<Fibre>(kMost);
  std::vector<char> stacks = std::vector<char>(kStack * kMost);
  std::vector<bool> ended = std::vector<bool>(kMost);
  std::vector<Warp> warps = std::vector<Warp>(kMost / 32);
  NeuriteBlock* block = nullptr;
  const Work* work = nullptr;
  int threads = 0;
  int running = 0;
  int left = 0;
  int arrived = 0;
  int generation = 0;
  bool moved = false;
};

Fibres& fibres() {
  static Fibres* all = new Fibres();
  return *all;
}

void select(NeuriteBlock* block, int thread) {
  block->thread.x = thread % block->threads.x;
  block->thread.y = thread / block->threads.x % block->threads.y;
  block->thread.z = thread / block->threads.x / block->threads.y;
  block->lane = thread % 32;
}

// Goes back to the scheduler, until it goes on with this fibre.
__attribute__((noinline)) void yield() {
  Fibres& f = fibres();
  if (_setjmp(f.all[f.running].jump) == 0) {
    _longjmp(f.scheduler, 1);
  }
}

void fibre();

// Runs a fibre until it yields. Contexts are changed only at the start, for that asks the system.
__attribute__((noinline)) void resume(Fibres& f, int thread) {
  f.running = thread;
  select(f.block, thread);
  Fibres::Fibre& one = f.all[thread];
  if (_setjmp(f.scheduler) != 0) {
    return;
  }
  if (one.started) {
    _longjmp(one.jump, 1);
  }
  one.started = true;
  getcontext(&one.context);
  one.context.uc_stack.ss_sp = &f.stacks[thread * Fibres::kStack];
  one.context.uc_stack.ss_size = Fibres::kStack;
  one.context.uc_link = nullptr;
  makecontext(&one.context, fibre, 0);
  setcontext(&one.context);
}

void releaseBlock(Fibres& f) {
  if (f.left > 0 && f.arrived == f.left) {
    f.arrived = 0;
    f.generation++;
    f.moved = true;
  }
}

void barrier() {
  Fibres& f = fibres();
  int now = f.generation;
  f.arrived++;
  releaseBlock(f);
  while (f.generation == now) {
    yield();
  }
}

void exchange(unsigned mask, std::uint64_t word, std::uint64_t* all) {
  Fibres& f = fibres();
  int self = f.running;
  Fibres::Warp& warp = f.warps[self / 32];
  int lanes = std::min(32, f.threads - self / 32 * 32);
  unsigned exist = lanes == 32 ? 0xffffffffu : (1u << lanes) - 1;
  if (mask != 0xffffffffu && mask != exist) {
    fail("a warp function with the mask " + std::to_string(mask) + " is not emulated");
    std::abort();
  }
  if (warp.ended != 0) {
    fail("a warp function after lanes of the warp have returned");
    std::abort();
  }
  int now = warp.generation;
  warp.words[self % 32] = word;
  if (++warp.arrived == lanes) {
    warp.arrived = 0;
    warp.generation++;
    f.moved = true;
    std::memcpy(warp.given, warp.words, sizeof warp.given);
  }
  while (warp.generation == now) {
    yield();
  }
  std::memcpy(all, warp.given, sizeof warp.given);
}

// One thread of each block that comes, for ever.
void fibre() {
  Fibres& f = fibres();
  while (true) {
    (*f.work)();
    f.ended[f.running] = true;
    f.warps[f.running / 32].ended |= 1u << f.running % 32;
    f.left--;
    f.moved = true;
    releaseBlock(f);
    yield();
  }
}

void runBlock(NeuriteBlock* block, const Work& work, const std::string& name) {
  Fibres& f = fibres();
  f.block = block;
  f.work = &work;
  f.threads = block->threads.x * block->threads.y * block->threads.z;
  f.left = f.threads;
  f.arrived = 0;
  for (Fibres::Warp& warp : f.warps) {
    warp = Fibres::Warp();
  }
  for (int i = 0; i < f.threads; i++) {
    f.ended[i] = false;
  }
  while (f.left > 0) {
    f.moved = false;
    for (int i = 0; i < f.threads; i++) {
      if (!f.ended[i]) {
        resume(f, i);
      }
    }
    if (!f.moved) {
      fail("kernel " + name + ": threads wait for others that never come");
      std::abort();
    }
  }
}

void run(Kernel* kernel, const Work& work, dim3 blocks, dim3 threads) {
  NeuriteBlock block;
  block.blocks = blocks;
  block.threads = threads;
  block.barrier = barrier;
  block.exchange = exchange;
  *kernel->block = &block;
  int count = threads.x * threads.y * threads.z;
  for (block.block.z = 0; block.block.z < blocks.z; block.block.z++) {
    for (block.block.y = 0; block.block.y < blocks.y; block.block.y++) {
      for (block.block.x = 0; block.block.x < blocks.x; block.block.x++) {
        if (kernel->waits) {
          runBlock(&block, work, kernel->name);
        } else {
          for (int i = 0; i < count; i++) {
            select(&block, i);
            work();
          }
        }
      }
    }
  }
}

const int kInvalid = 1;
const int kNoMemory = 2;
const int kNoDevice = 101;
const int kNotFound = 500;
const int kUnknown = 999;

}  // namespace

#define LOCK std::lock_guard<std::recursive_mutex> lock(mutex)
#define LOCK_OR_FAIL         \
  LOCK;                      \
  if (neuriteFailsNow()) {   \
    return kUnknown;         \
  }

extern "C" {

// For tests.
long neuriteLive() { return live; }
long neuriteFailures() { return (long) failures.size(); }
long neuriteLaunches() { return launches; }
long neuriteGraphLaunches() { return graphLaunches; }
long neuriteUsed() { return (long) used; }
int neuriteLimit(std::size_t bytes) {
  limit = bytes;
  return 0;
}
int neuriteDevices(int devices) {
  count = devices;
  return 0;
}
int neuriteFailing(long call) {
  failing = call;
  return 0;
}
// Calls until the one that fails; 0 if it has failed.
long neuriteFailingIn() { return failing; }
int neuriteFailsNow() { return failing > 0 && --failing == 0; }
int neuriteEarlyCopies(int early) {
  earlyCopies = early != 0;
  return 0;
}

void neuriteEnqueue(void* stream, void (*function)(void*), void* argument) {
  LOCK;
  enqueue((Stream*) stream, [=] { function(argument); });
}

void neuriteSpend(float milliseconds) { now += milliseconds; }

int neuriteOnDevice(const void* address, std::size_t bytes) {
  LOCK;
  return within(device, address, bytes);
}

int cuGetErrorName(int error, const char** text) {
  *text = error == kInvalid ? "CUDA_ERROR_INVALID_VALUE"
      : error == kNoMemory ? "CUDA_ERROR_OUT_OF_MEMORY"
      : error == kNoDevice ? "CUDA_ERROR_INVALID_DEVICE"
      : error == kNotFound ? "CUDA_ERROR_NOT_FOUND"
      : error == kUnknown  ? "CUDA_ERROR_UNKNOWN"
                           : nullptr;
  return *text == nullptr ? kInvalid : 0;
}

int cuGetErrorString(int error, const char** text) {
  *text = error == kNoMemory ? "out of memory" : error == kNotFound ? "named symbol not found" : "";
  return 0;
}

int cuInit(unsigned flags) { return flags == 0 ? 0 : kInvalid; }

int cuDriverGetVersion(int* version) {
  *version = 13000;
  return 0;
}

int cuDeviceGetCount(int* devices) {
  *devices = count;
  return 0;
}

int cuDeviceGet(int* result, int index) {
  *result = 40 + index;
  return index < count ? 0 : kNoDevice;
}

int cuDeviceGetName(char* name, int length, int) {
  std::snprintf(name, length, "Emulated GPU");
  return 0;
}

int cuDeviceGetAttribute(int* value, int attribute, int id) {
  *value = attribute == 75 ? 9 : attribute == 76 ? 0 : attribute == 16 ? 4 : -1;
  return id >= 40 && *value >= 0 ? 0 : kInvalid;
}

int cuDevicePrimaryCtxRetain(void** context, int id) {
  LOCK_OR_FAIL;
  live++;
  *context = (void*) (std::uintptr_t) (0x1000 + id);
  return 0;
}

int cuDevicePrimaryCtxRelease_v2(int) {
  LOCK;
  live--;
  return 0;
}

int cuCtxSetCurrent(void* context) { return context == nullptr ? kInvalid : 0; }

int cuMemGetInfo_v2(std::size_t* free, std::size_t* total) {
  LOCK;
  *total = limit;
  *free = limit > used ? limit - used : 0;
  return 0;
}

int cuMemAlloc_v2(void** address, std::size_t bytes) {
  LOCK_OR_FAIL;
  if (used + bytes > limit) {
    return kNoMemory;
  }
  if (bytes == 0) {
    return kInvalid;
  }
  *address = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  // Not cleared: who needs zeros writes them.
  std::memset(*address, 0x7f, bytes);
  device[(std::uintptr_t) *address] = bytes;
  used += bytes;
  live++;
  return 0;
}

int cuMemFree_v2(void* address) {
  LOCK;
  auto found = device.find((std::uintptr_t) address);
  if (found == device.end()) {
    fail("memory is freed that is not allocated");
    return kInvalid;
  }
  drainAll();
  used -= found->second;
  device.erase(found);
  std::free(address);
  live--;
  return 0;
}

int cuMemHostAlloc(void** address, std::size_t bytes, unsigned) {
  LOCK_OR_FAIL;
  *address = std::aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
  host[(std::uintptr_t) *address] = bytes;
  live++;
  return 0;
}

int cuMemFreeHost(void* address) {
  LOCK;
  drainAll();
  if (host.erase((std::uintptr_t) address) == 0) {
    fail("page-locked memory is freed that is not allocated");
    return kInvalid;
  }
  std::free(address);
  live--;
  return 0;
}

int cuMemcpyHtoDAsync_v2(void* to, const void* from, std::size_t bytes, Stream* stream) {
  LOCK_OR_FAIL;
  return copy(to, from, bytes, stream, true, false);
}

int cuMemcpyDtoHAsync_v2(void* to, const void* from, std::size_t bytes, Stream* stream) {
  LOCK_OR_FAIL;
  return copy(to, from, bytes, stream, false, true);
}

int cuMemcpyDtoDAsync_v2(void* to, const void* from, std::size_t bytes, Stream* stream) {
  LOCK_OR_FAIL;
  return copy(to, from, bytes, stream, true, true);
}

int cuMemsetD32Async(void* address, unsigned value, std::size_t words, Stream* stream) {
  LOCK_OR_FAIL;
  if (!within(device, address, words * 4)) {
    fail("words are set that are not the device's");
    return kInvalid;
  }
  enqueue(stream, [=] { std::fill_n((unsigned*) address, words, value); });
  return 0;
}

int cuStreamCreate(Stream** stream, unsigned) {
  LOCK_OR_FAIL;
  *stream = new Stream();
  streams.push_back(*stream);
  live++;
  return 0;
}

int cuStreamDestroy_v2(Stream* stream) {
  LOCK;
  drain(stream);
  streams.erase(std::find(streams.begin(), streams.end(), stream));
  delete stream;
  live--;
  return 0;
}

int cuStreamSynchronize(Stream* stream) {
  LOCK_OR_FAIL;
  if (stream->capture) {
    fail("a stream is waited for while it records");
    return kInvalid;
  }
  drain(stream);
  return 0;
}

int cuStreamWaitEvent(Stream* stream, Event* event, unsigned) {
  LOCK_OR_FAIL;
  std::uint64_t version = event->recorded;
  enqueue(stream, [=] {
    while (event->done < version) {
      runOne(event->stream);
    }
  });
  return 0;
}

int cuStreamBeginCapture_v2(Stream* stream, int) {
  LOCK_OR_FAIL;
  if (stream->capture) {
    return kInvalid;
  }
  stream->capture = std::make_unique<Graph>();
  return 0;
}

int cuStreamEndCapture(Stream* stream, Graph** graph) {
  LOCK;
  if (!stream->capture) {
    return kInvalid;
  }
  if (neuriteFailsNow()) {
    stream->capture.reset();
    return kUnknown;
  }
  *graph = stream->capture.release();
  live++;
  return 0;
}

int cuEventCreate(Event** event, unsigned) {
  LOCK_OR_FAIL;
  *event = new Event();
  live++;
  return 0;
}

int cuEventDestroy_v2(Event* event) {
  LOCK;
  drainAll();
  delete event;
  live--;
  return 0;
}

int cuEventRecord(Event* event, Stream* stream) {
  LOCK_OR_FAIL;
  if (stream->capture) {
    fail("an event is recorded while its stream records");
    return kInvalid;
  }
  std::uint64_t version = ++event->recorded;
  event->stream = stream;
  enqueue(stream, [=] {
    event->done = version;
    event->time = now;
  });
  return 0;
}

int cuEventSynchronize(Event* event) {
  LOCK_OR_FAIL;
  while (event->done < event->recorded) {
    runOne(event->stream);
  }
  return 0;
}

int cuEventElapsedTime(float* milliseconds, Event* start, Event* end) {
  LOCK;
  *milliseconds = end->time - start->time;
  return 0;
}

int cuGraphInstantiateWithFlags(Graph** executable, Graph* graph, unsigned long long) {
  LOCK_OR_FAIL;
  *executable = new Graph(*graph);
  live++;
  return 0;
}

int cuGraphDestroy(Graph* graph) {
  LOCK;
  delete graph;
  live--;
  return 0;
}

int cuGraphExecDestroy(Graph* graph) {
  LOCK;
  drainAll();
  delete graph;
  live--;
  return 0;
}

int cuGraphLaunch(Graph* graph, Stream* stream) {
  LOCK_OR_FAIL;
  graphLaunches++;
  enqueue(stream, [=] {
    for (const Work& work : graph->work) {
      work();
    }
  });
  return 0;
}

int cuModuleLoadData(Module** module, const char* image) {
  LOCK_OR_FAIL;
  if (std::memcmp(image, "NEURITE\n", 8) != 0) {
    return kInvalid;
  }
  std::uint64_t length;
  std::memcpy(&length, image + 8, 8);
  char path[] = "/tmp/neurite-module-XXXXXX";
  int file = mkstemp(path);
  bool written = write(file, image + 16, length) == (ssize_t) length;
  close(file);
  void* library = written ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : nullptr;
  unlink(path);
  if (library == nullptr) {
    fail(dlerror());
    return kInvalid;
  }
  *module = new Module{library, path};
  modules[*module];
  live++;
  return 0;
}

int cuModuleUnload(Module* module) {
  LOCK;
  drainAll();
  for (Kernel* kernel : modules[module]) {
    delete kernel;
  }
  modules.erase(module);
  dlclose(module->library);
  delete module;
  live--;
  return 0;
}

int cuModuleGetFunction(Kernel** kernel, Module* module, const char* name) {
  LOCK_OR_FAIL;
  std::string text = name;
  void* bind = dlsym(module->library, ("neurite_bind_" + text).c_str());
  int* waits = (int*) dlsym(module->library, ("neurite_waits_" + text).c_str());
  if (bind == nullptr || waits == nullptr) {
    return kNotFound;
  }
  *kernel = new Kernel{
      (Work* (*) (void**)) bind,
      (NeuriteBlock**) dlsym(module->library, "neuriteBlock"),
      *waits != 0,
      text};
  modules[module].push_back(*kernel);
  return 0;
}

int cuFuncSetAttribute(Kernel*, int attribute, int) { return attribute == 8 ? 0 : kInvalid; }

int cuLaunchKernel(
    Kernel* kernel, unsigned x, unsigned y, unsigned z, unsigned threadsX, unsigned threadsY,
    unsigned threadsZ, unsigned, Stream* stream, void** arguments, void** extra) {
  LOCK_OR_FAIL;
  if (extra != nullptr || x == 0 || y == 0 || z == 0 || y > 65535 || z > 65535
      || threadsX * threadsY * threadsZ == 0 || threadsX * threadsY * threadsZ > 1024) {
    return kInvalid;
  }
  launches++;
  std::shared_ptr<Work> work(kernel->bind(arguments));
  enqueue(stream, [=] {
    run(kernel, *work, dim3{x, y, z}, dim3{threadsX, threadsY, threadsZ});
  });
  return 0;
}
}

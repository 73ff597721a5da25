// Lets CUDA C run as C++ on the processor: each thread of a block as a fibre, one after another, switched where
// threads meet. Enough for the kernels that the compiler generates, which either meet all together or not at all.

#include <csetjmp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ucontext.h>
#include <vector>

#define __global__
#define __device__ static
#define __forceinline__ inline
#define __launch_bounds__(threads)
#define __shared__ static
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __restrict__ __restrict

struct Place {
  unsigned x, y, z;
};

static Place threadIdx, blockIdx, blockDim, gridDim;

struct alignas(16) float4 {
  float x, y, z, w;
};

static inline float4 make_float4(float x, float y, float z, float w) {
  return {x, y, z, w};
}

static inline float __int_as_float(int bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

static inline int __ffs(unsigned bits) {
  return __builtin_ffs(static_cast<int>(bits));
}

namespace emulator {

constexpr size_t kStack = 64 * 1024;

struct Fibre {
  ucontext_t context;
  jmp_buf jump;
  Place thread;
  bool started = false;
  bool done = true;
};

static std::vector<Fibre*> fibres;
static Fibre* current;
static jmp_buf scheduler;
static void (*body)(void**);
static void** arguments;
static uint32_t words[1024];

static void leave() {
  if (_setjmp(current->jump) == 0) {
    _longjmp(scheduler, 1);
  }
  threadIdx = current->thread;
}

static void run() {
  for (;;) {
    body(arguments);
    current->done = true;
    leave();
  }
}

static void resume(Fibre* fibre) {
  current = fibre;
  threadIdx = fibre->thread;
  if (_setjmp(scheduler) == 0) {
    if (fibre->started) {
      _longjmp(fibre->jump, 1);
    }
    fibre->started = true;
    setcontext(&fibre->context);
  }
}

static Fibre* fibre(size_t index) {
  while (fibres.size() <= index) {
    Fibre* made = new Fibre();
    getcontext(&made->context);
    made->context.uc_stack.ss_sp = std::malloc(kStack);
    made->context.uc_stack.ss_size = kStack;
    made->context.uc_link = nullptr;
    makecontext(&made->context, run, 0);
    fibres.push_back(made);
  }
  return fibres[index];
}

static void block(unsigned threads) {
  for (unsigned t = 0; t < threads; t++) {
    Fibre* one = fibre(t);
    one->thread = {t % blockDim.x, t / blockDim.x, 0};
    one->done = false;
  }
  bool left = true;
  while (left) {
    left = false;
    for (unsigned t = 0; t < threads; t++) {
      if (!fibres[t]->done) {
        resume(fibres[t]);
        left |= !fibres[t]->done;
      }
    }
  }
}

static unsigned lane() {
  return (threadIdx.y * blockDim.x + threadIdx.x) % 32;
}

static unsigned warp() {
  return (threadIdx.y * blockDim.x + threadIdx.x) / 32 * 32;
}

}  // namespace emulator

static inline void __syncthreads() {
  emulator::leave();
}

static inline float __shfl_xor_sync(unsigned, float value, int distance) {
  std::memcpy(&emulator::words[emulator::warp() + emulator::lane()], &value, sizeof value);
  emulator::leave();
  float other;
  std::memcpy(&other, &emulator::words[emulator::warp() + (emulator::lane() ^ distance)], sizeof other);
  emulator::leave();
  return other;
}

static inline unsigned __ballot_sync(unsigned, bool predicate) {
  emulator::words[emulator::warp() + emulator::lane()] = predicate;
  emulator::leave();
  unsigned bits = 0;
  for (unsigned other = 0; other < 32; other++) {
    bits |= emulator::words[emulator::warp() + other] << other;
  }
  emulator::leave();
  return bits;
}

// Runs a kernel on a grid; meets: whether its threads wait for each other.
extern "C" void emulate(
    void (*kernel)(void**), void** arguments, int x, int y, int z, int threadsX, int threadsY, int meets) {
  emulator::body = kernel;
  emulator::arguments = arguments;
  gridDim = {static_cast<unsigned>(x), static_cast<unsigned>(y), static_cast<unsigned>(z)};
  blockDim = {static_cast<unsigned>(threadsX), static_cast<unsigned>(threadsY), 1};
  for (unsigned bz = 0; bz < gridDim.z; bz++) {
    for (unsigned by = 0; by < gridDim.y; by++) {
      for (unsigned bx = 0; bx < gridDim.x; bx++) {
        blockIdx = {bx, by, bz};
        if (meets) {
          emulator::block(blockDim.x * blockDim.y);
          continue;
        }
        for (unsigned ty = 0; ty < blockDim.y; ty++) {
          for (unsigned tx = 0; tx < blockDim.x; tx++) {
            threadIdx = {tx, ty, 0};
            kernel(arguments);
          }
        }
      }
    }
  }
}

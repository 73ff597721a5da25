// CUDA C as plain C++: put before a source by the emulated NVRTC. Blocks run one after another. The
// threads of a block run one after another too where the kernel never waits, and else as fibres
// that change at barriers and warp functions.
#pragma once

#include <math.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#define __global__
#define __device__
#define __host__
#define __constant__ static
#define __shared__ static
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __noinline__

struct dim3 {
  unsigned x, y, z;
};
struct float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct int2 {
  int x, y;
};
struct alignas(16) int4 {
  int x, y, z, w;
};
struct uint2 {
  unsigned x, y;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};

static inline float2 make_float2(float x, float y) { return {x, y}; }
static inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
static inline int4 make_int4(int x, int y, int z, int w) { return {x, y, z, w}; }
static inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
static inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) {
  return {x, y, z, w};
}

// Given by the emulated driver, which runs the blocks.
struct NeuriteBlock {
  dim3 thread, block, threads, blocks;
  void (*barrier)();
  // Joins the 32 lanes of a warp: each gives a word and gets all of them.
  void (*exchange)(unsigned mask, std::uint64_t word, std::uint64_t* all);
  int lane;
};

extern "C" __attribute__((visibility("default"))) NeuriteBlock* neuriteBlock;
NeuriteBlock* neuriteBlock;

#define threadIdx (neuriteBlock->thread)
#define blockIdx (neuriteBlock->block)
#define blockDim (neuriteBlock->threads)
#define gridDim (neuriteBlock->blocks)
#define warpSize 32

static inline void __syncthreads() { neuriteBlock->barrier(); }
static inline void __threadfence() {}
static inline void __threadfence_block() {}

static inline void __syncwarp(unsigned mask = 0xffffffffu) {
  std::uint64_t all[32];
  neuriteBlock->exchange(mask, 0, all);
}

template <class T>
static inline T neuriteShuffle(unsigned mask, T value, int source) {
  static_assert(sizeof(T) <= 8 && std::is_trivially_copyable<T>::value, "a word at most");
  std::uint64_t word = 0;
  std::uint64_t all[32];
  std::memcpy(&word, &value, sizeof(T));
  neuriteBlock->exchange(mask, word, all);
  T result;
  std::memcpy(&result, &all[source & 31], sizeof(T));
  return result;
}

template <class T>
static inline T __shfl_sync(unsigned mask, T value, int source, int width = 32) {
  int lane = neuriteBlock->lane;
  return neuriteShuffle(mask, value, (lane & ~(width - 1)) + (source & (width - 1)));
}

template <class T>
static inline T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  int lane = neuriteBlock->lane;
  int source = lane + (int) delta;
  return neuriteShuffle(mask, value, (lane & (width - 1)) + (int) delta < width ? source : lane);
}

template <class T>
static inline T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  int lane = neuriteBlock->lane;
  int within = lane & (width - 1);
  return neuriteShuffle(mask, value, within >= (int) delta ? lane - (int) delta : lane);
}

template <class T>
static inline T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = 32) {
  return neuriteShuffle(mask, value, neuriteBlock->lane ^ lanes);
}

static inline unsigned __ballot_sync(unsigned mask, int predicate) {
  std::uint64_t all[32];
  neuriteBlock->exchange(mask, predicate != 0, all);
  unsigned result = 0;
  for (int i = 0; i < 32; i++) {
    result |= (mask >> i & 1) && all[i] ? 1u << i : 0u;
  }
  return result;
}

static inline int __any_sync(unsigned mask, int predicate) {
  return __ballot_sync(mask, predicate) != 0;
}

static inline int __all_sync(unsigned mask, int predicate) {
  return __ballot_sync(mask, predicate) == mask;
}

template <class T>
static inline T atomicAdd(T* address, T value) {
  static_assert(std::is_integral<T>::value, "sums of floats depend on their order");
  T old = *address;
  *address = old + value;
  return old;
}

template <class T>
static inline T __ldg(const T* address) {
  return *address;
}

static inline float __int_as_float(int bits) {
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}
static inline float __uint_as_float(unsigned bits) { return __int_as_float((int) bits); }
static inline int __float_as_int(float value) {
  int bits;
  std::memcpy(&bits, &value, 4);
  return bits;
}
static inline unsigned __float_as_uint(float value) { return (unsigned) __float_as_int(value); }
static inline unsigned __umulhi(unsigned a, unsigned b) {
  return (unsigned) ((std::uint64_t) a * b >> 32);
}
static inline int __popc(unsigned value) { return __builtin_popcount(value); }
static inline int __ffs(int value) { return __builtin_ffs(value); }
static inline int __clz(int value) { return value == 0 ? 32 : __builtin_clz(value); }
static inline float rsqrtf(float value) { return 1.0f / std::sqrt(value); }
static inline float __fdividef(float a, float b) { return a / b; }
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline float __fsub_rn(float a, float b) { return a - b; }
static inline float __fmaf_rn(float a, float b, float c) { return std::fma(a, b, c); }
static inline float __fsqrt_rn(float value) { return std::sqrt(value); }
static inline int min(int a, int b) { return a < b ? a : b; }
static inline int max(int a, int b) { return a > b ? a : b; }
static inline long long min(long long a, long long b) { return a < b ? a : b; }
static inline long long max(long long a, long long b) { return a > b ? a : b; }
static inline float min(float a, float b) { return std::fmin(a, b); }
static inline float max(float a, float b) { return std::fmax(a, b); }

// A kernel with its arguments, as they are when it is launched.
template <class... A, std::size_t... I>
static std::function<void()>* neuriteBind(
    void (*kernel)(A...), void** arguments, std::index_sequence<I...>) {
  std::tuple<A...> values(*static_cast<std::remove_reference_t<A>*>(arguments[I])...);
  return new std::function<void()>([kernel, values] { std::apply(kernel, values); });
}

template <class... A>
static std::function<void()>* neuriteBind(void (*kernel)(A...), void** arguments) {
  return neuriteBind(kernel, arguments, std::make_index_sequence<sizeof...(A)>());
}

// The emulated NVRTC writes one such line for each kernel, behind the source.
#define NEURITE_KERNEL(name, waits)                                            \
  extern "C" std::function<void()>* neurite_bind_##name(void** arguments) {    \
    return neuriteBind(name, arguments);                                       \
  }                                                                            \
  extern "C" const int neurite_waits_##name = waits;

// One sum, or largest value, over all blocks of a kernel, the same bits at every run: each block
// writes its part, and the block that comes last joins the parts in order. For 256 threads.

#define NEURITE_THREADS 256

struct NeuriteTotal {
  double* result;
  double* parts;
  unsigned* arrived;
};

// The sum, or the larger value; what is not a number stays so.
__device__ static double neuriteJoin(double a, double b, bool largest) {
  return !largest ? a + b : a > b || a != a ? a : b;
}

// The sum over a block's threads, in thread 0.
__device__ static double neuriteOverBlock(double value, bool largest) {
  __shared__ double warps[NEURITE_THREADS / 32];
  for (int half = 16; half > 0; half /= 2) {
    value = neuriteJoin(value, __shfl_down_sync(0xffffffffu, value, half), largest);
  }
  if (threadIdx.x % 32 == 0) {
    warps[threadIdx.x / 32] = value;
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    for (int warp = 1; warp < NEURITE_THREADS / 32; warp++) {
      value = neuriteJoin(value, warps[warp], largest);
    }
  }
  __syncthreads();
  return value;
}

// True in thread 0 of one block only, when *total.result holds what all blocks gave.
__device__ static bool neuriteTotal(double value, NeuriteTotal total, bool largest) {
  __shared__ bool last;
  double part = neuriteOverBlock(value, largest);
  if (threadIdx.x == 0) {
    total.parts[blockIdx.x] = part;
    __threadfence();
    last = atomicAdd(total.arrived, 1u) == gridDim.x - 1;
  }
  __syncthreads();
  if (!last) {
    return false;
  }
  __threadfence();
  double sum = 0.0;
  for (int i = threadIdx.x; i < gridDim.x; i += NEURITE_THREADS) {
    sum = neuriteJoin(sum, ((volatile double*) total.parts)[i], largest);
  }
  sum = neuriteOverBlock(sum, largest);
  if (threadIdx.x == 0) {
    *total.result = sum;
    *total.arrived = 0u;
    return true;
  }
  return false;
}

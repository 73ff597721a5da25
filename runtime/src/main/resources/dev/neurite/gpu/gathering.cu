// Batches from a dataset that lies on the GPU, and sums of gradients. Values are copied as words of
// 32 bits, whatever they hold.

// Rows of a dataset side by side: row i is the one that stands at *first + i in the order.
extern "C" __global__ void __launch_bounds__(256) neurite_gather(
    const unsigned* data, const int* order, const int* first, unsigned* to, unsigned count,
    unsigned size) {
  unsigned i = blockIdx.x * 256 + threadIdx.x;
  if (i < count) {
    to[i] = data[(long long) order[*first + i / size] * size + i % size];
  }
}

// The same for four words at once; count and size are those of such fours.
extern "C" __global__ void __launch_bounds__(256) neurite_gather4(
    const uint4* data, const int* order, const int* first, uint4* to, unsigned count,
    unsigned size) {
  unsigned i = blockIdx.x * 256 + threadIdx.x;
  if (i < count) {
    to[i] = data[(long long) order[*first + i / size] * size + i % size];
  }
}

// sums += factor * gradients.
extern "C" __global__ void __launch_bounds__(256) neurite_add(
    float* sums, const float* gradients, long long count, float factor) {
  long long i = (long long) blockIdx.x * 256 + threadIdx.x;
  if (i < count) {
    sums[i] = fmaf(factor, gradients[i], sums[i]);
  }
}

// gradients = factor * sums, and sums = 0.
extern "C" __global__ void __launch_bounds__(256) neurite_take(
    float* sums, float* gradients, long long count, float factor) {
  long long i = (long long) blockIdx.x * 256 + threadIdx.x;
  if (i < count) {
    gradients[i] = factor * sums[i];
    sums[i] = 0.0f;
  }
}

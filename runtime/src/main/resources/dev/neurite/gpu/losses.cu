// Losses over the classes of a position, each with its gradient: one warp a position.

__device__ static float neuriteWarpSum(float value) {
  for (int half = 16; half > 0; half /= 2) {
    value += __shfl_xor_sync(0xffffffffu, value, half);
  }
  return value;
}

__device__ static float neuriteWarpMax(float value) {
  for (int half = 16; half > 0; half /= 2) {
    value = fmaxf(value, __shfl_xor_sync(0xffffffffu, value, half));
  }
  return value;
}

// -log softmax(y)[t]. The true class is left out of the sum and its gradient is minus the others',
// so that nothing is lost where its probability is close to 1.
extern "C" __global__ void __launch_bounds__(NEURITE_THREADS) neurite_cross_entropy(
    const float* y, const int* targets, float* gradient, int positions, int classes, float scale,
    double divisor, double* result, double* parts, unsigned* arrived) {
  int lane = threadIdx.x % 32;
  int warps = gridDim.x * (NEURITE_THREADS / 32);
  double total = 0.0;
  for (int i = blockIdx.x * (NEURITE_THREADS / 32) + threadIdx.x / 32; i < positions; i += warps) {
    const float* row = y + (long long) i * classes;
    float* out = gradient + (long long) i * classes;
    int target = targets[i];
    float largest = row[0];
    for (int j = lane; j < classes; j += 32) {
      largest = fmaxf(largest, row[j]);
    }
    largest = neuriteWarpMax(largest);
    float others = 0.0f;
    for (int j = lane; j < classes; j += 32) {
      others += j == target ? 0.0f : expf(row[j] - largest);
    }
    others = neuriteWarpSum(others);
    float below = row[target] - largest;
    float own = expf(below);
    float factor = scale / (own + others);
    for (int j = lane; j < classes; j += 32) {
      out[j] = (j == target ? -others : expf(row[j] - largest)) * factor;
    }
    if (lane == 0) {
      total += below == 0.0f ? log1pf(others) : logf(own + others) - below;
    }
  }
  NeuriteTotal sum = {result, parts, arrived};
  if (neuriteTotal(total, sum, false)) {
    *result /= divisor;
  }
}

// -sum of t log softmax(y) for a distribution t.
extern "C" __global__ void __launch_bounds__(NEURITE_THREADS) neurite_cross_entropy_distribution(
    const float* y, const float* targets, float* gradient, int positions, int classes, float scale,
    double divisor, double* result, double* parts, unsigned* arrived) {
  int lane = threadIdx.x % 32;
  int warps = gridDim.x * (NEURITE_THREADS / 32);
  double total = 0.0;
  for (int i = blockIdx.x * (NEURITE_THREADS / 32) + threadIdx.x / 32; i < positions; i += warps) {
    const float* row = y + (long long) i * classes;
    const float* target = targets + (long long) i * classes;
    float* out = gradient + (long long) i * classes;
    float largest = row[0];
    for (int j = lane; j < classes; j += 32) {
      largest = fmaxf(largest, row[j]);
    }
    largest = neuriteWarpMax(largest);
    float sum = 0.0f;
    float mass = 0.0f;
    for (int j = lane; j < classes; j += 32) {
      sum += expf(row[j] - largest);
      mass += target[j];
    }
    sum = neuriteWarpSum(sum);
    mass = neuriteWarpSum(mass);
    float logarithm = logf(sum);
    float loss = 0.0f;
    for (int j = lane; j < classes; j += 32) {
      float t = target[j];
      loss += t == 0.0f ? 0.0f : t * (logarithm - (row[j] - largest));
      out[j] = (expf(row[j] - largest) / sum * mass - t) * scale;
    }
    total += loss;
  }
  NeuriteTotal sum = {result, parts, arrived};
  if (neuriteTotal(total, sum, false)) {
    *result /= divisor;
  }
}

// -y[t]; y are logarithms of probabilities.
extern "C" __global__ void __launch_bounds__(NEURITE_THREADS) neurite_nll(
    const float* y, const int* targets, float* gradient, int positions, int classes, float scale,
    double divisor, double* result, double* parts, unsigned* arrived) {
  long long count = (long long) positions * classes;
  double total = 0.0;
  for (long long i = (long long) blockIdx.x * NEURITE_THREADS + threadIdx.x; i < count;
      i += (long long) gridDim.x * NEURITE_THREADS) {
    bool own = targets[i / classes] == i % classes;
    total -= own ? y[i] : 0.0f;
    gradient[i] = own ? -scale : 0.0f;
  }
  NeuriteTotal sum = {result, parts, arrived};
  if (neuriteTotal(total, sum, false)) {
    *result /= divisor;
  }
}

// Limits of gradients. kinds has one byte for each 64 floats: 0 for what is not trained.

// The Euclidean norm over all that is trained.
extern "C" __global__ void __launch_bounds__(NEURITE_THREADS) neurite_norm(
    const float4* gradients, const unsigned char* kinds, long long quads, double* result,
    double* parts, unsigned* arrived) {
  double total = 0.0;
  for (long long i = (long long) blockIdx.x * NEURITE_THREADS + threadIdx.x; i < quads;
      i += (long long) gridDim.x * NEURITE_THREADS) {
    if (kinds[i / 16] != 0) {
      float4 g = gradients[i];
      total += (double) g.x * g.x + (double) g.y * g.y + (double) g.z * g.z + (double) g.w * g.w;
    }
  }
  NeuriteTotal sum = {result, parts, arrived};
  if (neuriteTotal(total, sum, false)) {
    *result = sqrt(*result);
  }
}

// Scales all that is trained to a norm of at most max. 1e-6 keeps a norm of 0 from dividing.
extern "C" __global__ void __launch_bounds__(NEURITE_THREADS) neurite_scale(
    float4* gradients, const unsigned char* kinds, long long quads, double max,
    const double* norm) {
  double ratio = max / (*norm + 1e-6);
  if (!(ratio < 1.0)) {
    return;
  }
  float factor = (float) ratio;
  for (long long i = (long long) blockIdx.x * NEURITE_THREADS + threadIdx.x; i < quads;
      i += (long long) gridDim.x * NEURITE_THREADS) {
    if (kinds[i / 16] != 0) {
      float4 g = gradients[i];
      g.x *= factor;
      g.y *= factor;
      g.z *= factor;
      g.w *= factor;
      gradients[i] = g;
    }
  }
}

// Clamps all that is trained to [-max, max]; the result is the largest distance from 0 before.
extern "C" __global__ void __launch_bounds__(NEURITE_THREADS) neurite_clamp(
    float* gradients, const unsigned char* kinds, long long count, float max, double* result,
    double* parts, unsigned* arrived) {
  double largest = 0.0;
  for (long long i = (long long) blockIdx.x * NEURITE_THREADS + threadIdx.x; i < count;
      i += (long long) gridDim.x * NEURITE_THREADS) {
    if (kinds[i / 64] != 0) {
      float g = gradients[i];
      largest = neuriteJoin(largest, (double) fabsf(g), true);
      gradients[i] = g > max ? max : g < -max ? -max : g;
    }
  }
  NeuriteTotal total = {result, parts, arrived};
  neuriteTotal(largest, total, true);
}

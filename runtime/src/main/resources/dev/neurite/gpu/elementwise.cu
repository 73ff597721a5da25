// A loss that is a sum over the values of an output. LOSS and DERIVATIVE are expressions of y and t.

extern "C" __global__ void __launch_bounds__(NEURITE_THREADS) neurite_loss(
    const float* values, const float* targets, float* gradient, long long count, float scale,
    double divisor, double* result, double* parts, unsigned* arrived) {
  double total = 0.0;
  for (long long i = (long long) blockIdx.x * NEURITE_THREADS + threadIdx.x; i < count;
      i += (long long) gridDim.x * NEURITE_THREADS) {
    float y = values[i];
    float t = targets[i];
    total += NEURITE_LOSS;
    gradient[i] = (NEURITE_DERIVATIVE) * scale;
  }
  NeuriteTotal sum = {result, parts, arrived};
  if (neuriteTotal(total, sum, false)) {
    *result /= divisor;
  }
}

// A step of an optimizer. NEURITE_UPDATE changes p and the memories m0, m1, m2 along the gradient g;
// v are the step's numbers. kinds has one byte for each 64 floats: 0 for what is not trained, 1
// without and 2 with weight decay.

__device__ static void neuriteUpdate(
    float& p, float g, float& m0, float& m1, float& m2, const float* v, float decay) {
  NEURITE_UPDATE
}

extern "C" __global__ void __launch_bounds__(256) neurite_update(
    float4* parameters, const float4* gradients, float4* memory0, float4* memory1, float4* memory2,
    const unsigned char* kinds, long long quads, const NeuriteStep* step, float weightDecay) {
  long long i = (long long) blockIdx.x * blockDim.x + threadIdx.x;
  int kind = i < quads ? kinds[i / 16] : 0;
  if (kind == 0) {
    return;
  }
  float decay = kind == 2 ? weightDecay : 0.0f;
  const float* v = step->values;
  float4 zero = {0.0f, 0.0f, 0.0f, 0.0f};
  float4 p = parameters[i];
  float4 g = gradients[i];
  float4 m0 = NEURITE_MEMORIES > 0 ? memory0[i] : zero;
  float4 m1 = NEURITE_MEMORIES > 1 ? memory1[i] : zero;
  float4 m2 = NEURITE_MEMORIES > 2 ? memory2[i] : zero;
  neuriteUpdate(p.x, g.x, m0.x, m1.x, m2.x, v, decay);
  neuriteUpdate(p.y, g.y, m0.y, m1.y, m2.y, v, decay);
  neuriteUpdate(p.z, g.z, m0.z, m1.z, m2.z, v, decay);
  neuriteUpdate(p.w, g.w, m0.w, m1.w, m2.w, v, decay);
  parameters[i] = p;
  if (NEURITE_MEMORIES > 0) {
    memory0[i] = m0;
  }
  if (NEURITE_MEMORIES > 1) {
    memory1[i] = m1;
  }
  if (NEURITE_MEMORIES > 2) {
    memory2[i] = m2;
  }
}

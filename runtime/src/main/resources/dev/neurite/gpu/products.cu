// Epilogues of products, for those that cuBLASLt has no algorithm for. Matrices are row-major.
// The mask of a ReLU has one bit for each value: bit j % 32 of word j / 32 of a row.

enum NeuriteEpilogue {
  NEURITE_BIAS = 0,
  NEURITE_BIAS_RELU = 1,
  NEURITE_BIAS_RELU_AUX = 2,
  NEURITE_BIAS_GELU = 3,
  NEURITE_BIAS_GELU_AUX = 4,
  NEURITE_RELU_GRADIENT = 5,
  NEURITE_GELU_GRADIENT = 6
};

// GELU by its tanh approximation: 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
__device__ static float neuriteGelu(float x) {
  float inner = 0.7978845608f * fmaf(0.044715f * x * x, x, x);
  return 0.5f * x * (1.0f + tanhf(inner));
}

__device__ static float neuriteGeluDerivative(float x) {
  float inner = 0.7978845608f * fmaf(0.044715f * x * x, x, x);
  float t = tanhf(inner);
  float slope = 0.7978845608f * fmaf(3.0f * 0.044715f * x, x, 1.0f);
  return 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * slope;
}

// Threads along x are columns, whole warps of them; blocks along y take rows in turn.
extern "C" __global__ void neurite_epilogue(
    float* c, long long stride, int m, int n, const float* vector, void* aux, long long auxStride,
    int kind) {
  int j = blockIdx.x * blockDim.x + threadIdx.x;
  bool inside = j < n;
  float bias = inside && kind <= NEURITE_BIAS_GELU_AUX ? vector[j] : 0.0f;
  for (int i = blockIdx.y; i < m; i += gridDim.y) {
    float value = inside ? c[i * stride + j] + bias : 0.0f;
    unsigned* mask = (unsigned*) aux + i * auxStride;
    float* argument = (float*) aux + i * auxStride;
    if (kind == NEURITE_BIAS_RELU || kind == NEURITE_BIAS_RELU_AUX) {
      bool positive = value > 0.0f;
      if (kind == NEURITE_BIAS_RELU_AUX) {
        unsigned word = __ballot_sync(0xffffffffu, positive);
        if (inside && j % 32 == 0) {
          mask[j / 32] = word;
        }
      }
      value = fmaxf(value, 0.0f);
    } else if (kind == NEURITE_BIAS_GELU || kind == NEURITE_BIAS_GELU_AUX) {
      if (kind == NEURITE_BIAS_GELU_AUX && inside) {
        argument[j] = value;
      }
      value = neuriteGelu(value);
    } else if (kind == NEURITE_RELU_GRADIENT && inside) {
      value = mask[j / 32] >> (j % 32) & 1u ? value : 0.0f;
    } else if (kind == NEURITE_GELU_GRADIENT && inside) {
      value *= neuriteGeluDerivative(argument[j]);
    }
    if (inside) {
      c[i * stride + j] = value;
    }
  }
}

// The sum of each column of m rows: blocks of 32 columns x 8 groups of rows, joined in order.
extern "C" __global__ void __launch_bounds__(256) neurite_column_sums(
    const float* a, long long stride, int m, int n, float* sums) {
  __shared__ float parts[8][33];
  int j = blockIdx.x * 32 + threadIdx.x;
  float sum = 0.0f;
  if (j < n) {
    for (int i = threadIdx.y; i < m; i += 8) {
      sum += a[i * stride + j];
    }
  }
  parts[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y == 0 && j < n) {
    for (int part = 1; part < 8; part++) {
      sum += parts[part][threadIdx.x];
    }
    sums[j] = sum;
  }
}

// The sum of each row of n columns: one warp a row.
extern "C" __global__ void __launch_bounds__(256) neurite_row_sums(
    const float* a, long long stride, int m, int n, float* sums) {
  int i = (blockIdx.x * blockDim.x + threadIdx.x) / 32;
  int lane = threadIdx.x % 32;
  if (i >= m) {
    return;
  }
  float sum = 0.0f;
  for (int j = lane; j < n; j += 32) {
    sum += a[i * stride + j];
  }
  for (int half = 16; half > 0; half /= 2) {
    sum += __shfl_down_sync(0xffffffffu, sum, half);
  }
  if (lane == 0) {
    sums[i] = sum;
  }
}

// cuBLASLt for the emulated GPU: float products and their epilogues by plain loops. Matrices are
// column-major, as the library's.
#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

extern "C" {
void neuriteEnqueue(void* stream, void (*function)(void*), void* argument);
int neuriteOnDevice(const void* address, std::size_t bytes);
int neuriteFailsNow();
void neuriteSpend(float milliseconds);
}

namespace {

const int kInvalid = 7;
const int kNotSupported = 15;
const int kInternal = 14;

#define MAY_FAIL             \
  if (neuriteFailsNow()) {   \
    return kInternal;        \
  }

struct Layout {
  std::uint64_t rows, columns;
  std::int64_t stride;
  std::int32_t count = 1;
  std::int64_t step = 0;
};

struct Description {
  std::int32_t compute = 0;
  std::int32_t transposeA = 0;
  std::int32_t transposeB = 0;
  std::uint32_t epilogue = 1;
  float* bias = nullptr;
  void* aux = nullptr;
  std::int64_t auxStride = 0;
};

struct Preference {
  std::uint64_t workspace = 0;
  std::uint32_t reductions = 7;
  std::uint32_t alignments[4] = {256, 256, 256, 256};
};

struct Heuristic {
  std::uint64_t algorithm[8];
  std::size_t workspace;
  std::int32_t state;
  float waves;
  std::int32_t reserved[4];
};

struct Product {
  Description description;
  Layout a, b, c;
  const float* pa;
  const float* pb;
  float* pc;
  float beta;
  int algorithm;
};

// Algorithms differ in the time they seem to take; the last one that is asked for is the fastest.
const int kMostAlgorithms = 3;
const float kTimes[] = {3, 2, 1};
int algorithms = 1;
long runs[kMostAlgorithms];
bool maskFromTop = false;

int live = 0;
int supported = ~0;

float gelu(float x) {
  return 0.5f * x * (1.0f + std::tanh(0.7978845608f * (x + 0.044715f * x * x * x)));
}

float geluDerivative(float x) {
  float t = std::tanh(0.7978845608f * (x + 0.044715f * x * x * x));
  return 0.5f * (1 + t) + 0.5f * x * (1 - t * t) * 0.7978845608f * (1 + 3 * 0.044715f * x * x);
}

void multiply(const Product& p, int index) {
  std::size_t m = p.c.rows;
  std::size_t n = p.c.columns;
  bool ta = p.description.transposeA != 0;
  bool tb = p.description.transposeB != 0;
  std::size_t k = ta ? p.a.rows : p.a.columns;
  const float* a = p.pa + index * p.a.step;
  const float* b = p.pb + index * p.b.step;
  float* c = p.pc + index * p.c.step;
  std::vector<float> columnOfA(k * m);
  for (std::size_t l = 0; l < k; l++) {
    for (std::size_t i = 0; i < m; i++) {
      columnOfA[l * m + i] = ta ? a[i * p.a.stride + l] : a[l * p.a.stride + i];
    }
  }
  std::uint32_t epilogue = p.description.epilogue;
  std::vector<float> column(m);
  std::vector<float> sums(m);
  for (std::size_t j = 0; j < n; j++) {
    std::fill(column.begin(), column.end(), 0.0f);
    float sumOfB = 0;
    for (std::size_t l = 0; l < k; l++) {
      float factor = tb ? b[l * p.b.stride + j] : b[j * p.b.stride + l];
      sumOfB += factor;
      const float* from = &columnOfA[l * m];
      for (std::size_t i = 0; i < m; i++) {
        column[i] += from[i] * factor;
      }
    }
    if (epilogue == 512) {
      p.description.bias[j] = sumOfB;
    }
    float* out = c + j * p.c.stride;
    std::uint32_t* mask = (std::uint32_t*) p.description.aux + j * p.description.auxStride / 32;
    float* argument = (float*) p.description.aux + j * p.description.auxStride;
    for (std::size_t i = 0; i < m; i++) {
      float value = column[i] + (p.beta == 0 ? 0 : p.beta * out[i]);
      if (epilogue & 4) {
        value += p.description.bias[i];
      }
      bool relu = (epilogue & 2) != 0;
      if (relu) {
        if (epilogue & 128) {
          std::uint32_t bit = 1u << (maskFromTop ? 31 - i % 32 : i % 32);
          mask[i / 32] = value > 0 ? mask[i / 32] | bit : mask[i / 32] & ~bit;
        }
        value = std::max(value, 0.0f);
      } else if (epilogue & 32) {
        if (epilogue & 128) {
          argument[i] = value;
        }
        value = gelu(value);
      } else if (epilogue & 8) {
        value = mask[i / 32] >> (maskFromTop ? 31 - i % 32 : i % 32) & 1 ? value : 0;
      } else if (epilogue & 64) {
        value *= geluDerivative(argument[i]);
      }
      out[i] = value;
      sums[i] += value;
    }
  }
  if (epilogue & 16) {
    std::copy(sums.begin(), sums.end(), p.description.bias);
  }
}

void run(void* argument) {
  Product* product = (Product*) argument;
  for (int i = 0; i < product->c.count; i++) {
    multiply(*product, i);
  }
  runs[product->algorithm]++;
  neuriteSpend(kTimes[product->algorithm]);
}

bool fits(const float* address, const Layout& layout) {
  std::size_t floats = (layout.count - 1) * layout.step + (layout.columns - 1) * layout.stride
      + layout.rows;
  return neuriteOnDevice(address, floats * 4);
}

}  // namespace

extern "C" {

// For tests: which epilogues there are algorithms for, as a set of bits of their codes.
int neuriteEpilogues(int codes) {
  supported = codes;
  return 0;
}

// For tests: how many algorithms there are for each product.
int neuriteAlgorithms(int count) {
  algorithms = std::min(count, kMostAlgorithms);
  return 0;
}

// For tests: products that an algorithm has computed.
long neuriteRuns(int algorithm) { return runs[algorithm]; }

// For tests: whether masks count their bits from the highest.
int neuriteMaskFromTop(int top) {
  maskFromTop = top != 0;
  return 0;
}

long neuriteBlasLive() { return live; }

const char* cublasLtGetStatusName(int status) {
  return status == 0 ? "CUBLAS_STATUS_SUCCESS"
      : status == kNotSupported ? "CUBLAS_STATUS_NOT_SUPPORTED"
      : status == kInternal     ? "CUBLAS_STATUS_INTERNAL_ERROR"
                                : "CUBLAS_STATUS_INVALID_VALUE";
}

std::size_t cublasLtGetVersion() { return 130000; }

int cublasLtCreate(void** handle) {
  MAY_FAIL
  live++;
  *handle = new int(1);
  return 0;
}

int cublasLtDestroy(void* handle) {
  live--;
  delete (int*) handle;
  return 0;
}

int cublasLtMatmulDescCreate(Description** description, int compute, int scale) {
  MAY_FAIL
  live++;
  *description = new Description();
  (*description)->compute = compute;
  return scale == 0 && (compute == 68 || compute == 77) ? 0 : kInvalid;
}

int cublasLtMatmulDescDestroy(Description* description) {
  live--;
  delete description;
  return 0;
}

int cublasLtMatmulDescSetAttribute(
    Description* description, int attribute, const void* value, std::size_t size) {
  MAY_FAIL
  struct {
    int attribute;
    void* field;
    std::size_t size;
  } fields[] = {
      {3, &description->transposeA, 4},
      {4, &description->transposeB, 4},
      {7, &description->epilogue, 4},
      {8, &description->bias, 8},
      {11, &description->aux, 8},
      {12, &description->auxStride, 8}};
  for (auto& field : fields) {
    if (field.attribute == attribute && field.size == size) {
      std::memcpy(field.field, value, size);
      return 0;
    }
  }
  return kInvalid;
}

int cublasLtMatrixLayoutCreate(
    Layout** layout, int type, std::uint64_t rows, std::uint64_t columns, std::int64_t stride) {
  MAY_FAIL
  live++;
  *layout = new Layout{rows, columns, stride};
  return type == 0 && stride >= (std::int64_t) rows ? 0 : kInvalid;
}

int cublasLtMatrixLayoutDestroy(Layout* layout) {
  live--;
  delete layout;
  return 0;
}

int cublasLtMatrixLayoutSetAttribute(
    Layout* layout, int attribute, const void* value, std::size_t size) {
  MAY_FAIL
  if (attribute == 5 && size == 4) {
    std::memcpy(&layout->count, value, 4);
    return 0;
  }
  if (attribute == 6 && size == 8) {
    std::memcpy(&layout->step, value, 8);
    return 0;
  }
  return kInvalid;
}

int cublasLtMatmulPreferenceCreate(Preference** preference) {
  MAY_FAIL
  live++;
  *preference = new Preference();
  return 0;
}

int cublasLtMatmulPreferenceDestroy(Preference* preference) {
  live--;
  delete preference;
  return 0;
}

int cublasLtMatmulPreferenceSetAttribute(
    Preference* preference, int attribute, const void* value, std::size_t size) {
  MAY_FAIL
  if (attribute == 1 && size == 8) {
    std::memcpy(&preference->workspace, value, 8);
    return 0;
  }
  if (attribute == 3 && size == 4) {
    std::memcpy(&preference->reductions, value, 4);
    return 0;
  }
  if (attribute >= 5 && attribute <= 8 && size == 4) {
    std::memcpy(&preference->alignments[attribute - 5], value, 4);
    return 0;
  }
  return kInvalid;
}

int cublasLtMatmulAlgoGetHeuristic(
    void*, Description* description, Layout* a, Layout* b, Layout* c, Layout* d,
    Preference* preference, int requested, Heuristic* result, int* returned) {
  MAY_FAIL
  std::uint64_t k = description->transposeA ? a->rows : a->columns;
  std::uint64_t m = description->transposeA ? a->columns : a->rows;
  std::uint64_t k2 = description->transposeB ? b->columns : b->rows;
  std::uint64_t n = description->transposeB ? b->rows : b->columns;
  bool mask = (description->epilogue & (2 | 8)) != 0;
  bool aux = (description->epilogue & 128) != 0;
  if (k != k2 || m != c->rows || n != c->columns || c != d || requested < 1
      || (aux && mask
          && (description->auxStride % 128 != 0 || description->auxStride < (std::int64_t) m))
      || (aux && !mask
          && (description->auxStride % 8 != 0 || description->auxStride < (std::int64_t) m))) {
    return kInvalid;
  }
  *returned = 0;
  if (description->epilogue != 1 && (description->epilogue & ~supported) != 0) {
    return kNotSupported;
  }
  *returned = std::min(requested, algorithms);
  std::memset(result, 0, *returned * sizeof *result);
  for (int i = 0; i < *returned; i++) {
    result[i].algorithm[0] = 0x1357;
    result[i].algorithm[1] = i;
    result[i].workspace = std::min<std::uint64_t>(preference->workspace, 1024);
  }
  return 0;
}

int cublasLtMatmul(
    void*, Description* description, const float* alpha, const float* pa, Layout* a,
    const float* pb, Layout* b, const float* beta, const float* pc, Layout* c, float* pd,
    Layout* d, const Heuristic* algorithm, void* workspace, std::size_t workspaceBytes,
    void* stream) {
  MAY_FAIL
  if (*alpha != 1 || pc != pd || c != d || algorithm->algorithm[0] != 0x1357
      || workspaceBytes != 1024 || !neuriteOnDevice(workspace, workspaceBytes) || !fits(pa, *a)
      || !fits(pb, *b) || !fits(pc, *c)) {
    std::fprintf(stderr, "emulated GPU: a product with arguments that do not fit\n");
    return kInvalid;
  }
  // Kept: a recorded product may run again at any time.
  neuriteEnqueue(stream, run, new Product{*description, *a, *b, *c, pa, pb, pd, *beta,
      (int) algorithm->algorithm[1]});
  return 0;
}
}

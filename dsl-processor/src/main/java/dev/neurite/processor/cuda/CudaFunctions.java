package dev.neurite.processor.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What kernels call, in CUDA C: activations, sums over a warp, random numbers. */
final class CudaFunctions {

  private CudaFunctions() {}

  private static final Map<String, String> TEXTS = new LinkedHashMap<>();

  private static void define(String name, String text) {
    TEXTS.put(name, text);
  }

  static {
    define(
        "load",
        """
        // v = the N values at p, which is aligned to all of them where N is 4.
        template <int N> __device__ __forceinline__ void load(float (&v)[N], const float* p) {
          if constexpr (N == 4) {
            const float4 all = *reinterpret_cast<const float4*>(p);
            v[0] = all.x;
            v[1] = all.y;
            v[2] = all.z;
            v[3] = all.w;
          } else {
            v[0] = p[0];
          }
        }
        """);
    define(
        "store",
        """
        // The N values at p = v.
        template <int N> __device__ __forceinline__ void store(float* p, const float (&v)[N]) {
          if constexpr (N == 4) {
            *reinterpret_cast<float4*>(p) = make_float4(v[0], v[1], v[2], v[3]);
          } else {
            p[0] = v[0];
          }
        }
        """);
    define(
        "warpSum",
        """
        // The sum over the 32 threads of a warp, in each of them, always added in the same order.
        __device__ __forceinline__ float warpSum(float v) {
          for (int distance = 16; distance > 0; distance /= 2) {
            v += __shfl_xor_sync(0xffffffffu, v, distance);
          }
          return v;
        }
        """);
    define(
        "warpMax",
        """
        // The largest value of the 32 threads of a warp, in each of them.
        __device__ __forceinline__ float warpMax(float v) {
          for (int distance = 16; distance > 0; distance /= 2) {
            v = fmaxf(v, __shfl_xor_sync(0xffffffffu, v, distance));
          }
          return v;
        }
        """);
    define(
        "mergeMoments",
        """
        // Mean and sum of squared deviations of two sets of values together (Chan, Golub, LeVeque 1979).
        __device__ __forceinline__ void mergeMoments(
            float& count, float& mean, float& squares, float otherCount, float otherMean, float otherSquares) {
          if (otherCount > 0.0f) {
            const float both = count + otherCount;
            const float apart = otherMean - mean;
            const float share = otherCount / both;
            mean += apart * share;
            squares += otherSquares + apart * apart * count * share;
            count = both;
          }
        }
        """);
    define(
        "dropout",
        """
        // The factor of a value in a dropout of share: 0 or kept. Philox4x32-10 (Salmon and others, 2011), the
        // same numbers as on the processor: keyed by seed and layer, counted by element, row and pass.
        __device__ __forceinline__ float dropout(
            const NeuriteStep* step, unsigned layer, unsigned row, unsigned element, float share, float kept) {
          const unsigned long long key = step->seed ^ (layer * 0x9E3779B97F4A7C15ull);
          const unsigned long long pass = step->pass;
          unsigned key0 = static_cast<unsigned>(key);
          unsigned key1 = static_cast<unsigned>(key >> 32);
          unsigned x0 = element / 4;
          unsigned x1 = row;
          unsigned x2 = static_cast<unsigned>(pass);
          unsigned x3 = static_cast<unsigned>(pass >> 32) << 8 | 2u;
          for (int round = 0; round < 10; round++) {
            const unsigned long long product0 = 0xD2511F53ull * x0;
            const unsigned long long product1 = 0xCD9E8D57ull * x2;
            x0 = static_cast<unsigned>(product1 >> 32) ^ x1 ^ key0;
            x1 = static_cast<unsigned>(product1);
            x2 = static_cast<unsigned>(product0 >> 32) ^ x3 ^ key1;
            x3 = static_cast<unsigned>(product0);
            key0 += 0x9E3779B9u;
            key1 += 0xBB67AE85u;
          }
          const unsigned place = element % 4;
          const unsigned word = place == 0 ? x0 : place == 1 ? x1 : place == 2 ? x2 : x3;
          return static_cast<float>(word >> 8) * 0x1p-24f < share ? 0.0f : kept;
        }
        """);
    define(
        "sigmoid",
        """
        __device__ __forceinline__ float sigmoid(float x) {
          return 1.0f / (1.0f + expf(-x));
        }
        """);
    define(
        "sigmoidGradient",
        """
        // By the sigmoid's value y.
        __device__ __forceinline__ float sigmoidGradient(float y) {
          return y * (1.0f - y);
        }
        """);
    define(
        "tanhGradient",
        """
        // By the tangent's value y.
        __device__ __forceinline__ float tanhGradient(float y) {
          return 1.0f - y * y;
        }
        """);
    define(
        "leakyRelu",
        """
        __device__ __forceinline__ float leakyRelu(float x, float slope) {
          return x > 0.0f ? x : slope * x;
        }
        """);
    define(
        "elu",
        """
        __device__ __forceinline__ float elu(float x, float alpha) {
          return x > 0.0f ? x : alpha * expm1f(x);
        }
        """);
    define(
        "eluGradient",
        """
        __device__ __forceinline__ float eluGradient(float x, float alpha) {
          return x > 0.0f ? 1.0f : alpha * expf(x);
        }
        """);
    define(
        "silu",
        """
        __device__ __forceinline__ float silu(float x) {
          return x * sigmoid(x);
        }
        """);
    define(
        "siluGradient",
        """
        __device__ __forceinline__ float siluGradient(float x) {
          const float s = sigmoid(x);
          return s + x * s * (1.0f - s);
        }
        """);
    define(
        "softplus",
        """
        // log(1 + exp(beta x)) / beta without the exponential of a large number.
        __device__ __forceinline__ float softplus(float x, float beta, float threshold) {
          const float z = beta * x;
          return z > threshold ? x : (fmaxf(z, 0.0f) + log1pf(expf(-fabsf(z)))) / beta;
        }
        """);
    define(
        "softplusGradient",
        """
        __device__ __forceinline__ float softplusGradient(float x, float beta, float threshold) {
          const float z = beta * x;
          return z > threshold ? 1.0f : sigmoid(z);
        }
        """);
    define(
        "mish",
        """
        // x tanh(log(1 + e)) with e = exp(x): tanh(log(1 + e)) = w / (w + 2) with w = e (e + 2).
        __device__ __forceinline__ float mish(float x) {
          const float e = expf(fminf(x, 20.0f));
          const float w = e * (e + 2.0f);
          return x * (w / (w + 2.0f));
        }
        """);
    define(
        "mishGradient",
        """
        __device__ __forceinline__ float mishGradient(float x) {
          const float e = expf(fminf(x, 20.0f));
          const float w = e * (e + 2.0f);
          const float d = w + 2.0f;
          return x > 20.0f ? 1.0f : w / d + x * (4.0f * e * (e + 1.0f) / d / d);
        }
        """);
    define(
        "gelu",
        """
        // x times the normal distribution at x.
        __device__ __forceinline__ float gelu(float x) {
          return x * (0.5f * erfcf(-0.70710678118654752f * x));
        }
        """);
    define(
        "geluGradient",
        """
        __device__ __forceinline__ float geluGradient(float x) {
          return 0.5f * erfcf(-0.70710678118654752f * x) + x * (0.39894228040143268f * expf(-0.5f * x * x));
        }
        """);
    define(
        "geluTanh",
        """
        __device__ __forceinline__ float geluTanh(float x) {
          const float inner = 0.79788456080286536f * (x + 0.044715f * x * x * x);
          return 0.5f * x * (1.0f + tanhf(inner));
        }
        """);
    define(
        "geluTanhGradient",
        """
        // Beyond 20 the tangent is 1 and its derivative 0, whatever the square of x is.
        __device__ __forceinline__ float geluTanhGradient(float x) {
          const float u = fminf(fmaxf(x, -20.0f), 20.0f);
          const float t = tanhf(0.79788456080286536f * (u + 0.044715f * u * u * u));
          const float slope = 0.79788456080286536f * (1.0f + 0.134145f * u * u);
          return 0.5f * (1.0f + t) + 0.5f * u * (1.0f - t * t) * slope;
        }
        """);
  }

  /** What each of them calls. */
  private static final Map<String, Set<String>> CALLS = new HashMap<>();

  static {
    TEXTS.forEach(
        (name, text) -> {
          Set<String> calls = new HashSet<>();
          addCalls(text, calls);
          CALLS.put(name, calls);
        });
  }

  /** The functions that kernels call, and those that these call. */
  static String calledBy(List<CudaKernel> kernels) {
    Set<String> calls = new HashSet<>();
    kernels.forEach(kernel -> addCalls(kernel.text(), calls));
    List<String> used = new ArrayList<>();
    // A function stands below those that it calls.
    for (String name : List.copyOf(TEXTS.keySet()).reversed()) {
      if (calls.contains(name)) {
        used.add(name);
        calls.addAll(CALLS.getOrDefault(name, Set.of()));
      }
    }
    StringBuilder text = new StringBuilder();
    used.reversed().forEach(name -> text.append(TEXTS.get(name)).append('\n'));
    return text.toString();
  }

  /** Adds the words that stand before a parenthesis: {@code load} of {@code load<4>(x)}. */
  private static void addCalls(String text, Set<String> calls) {
    for (int at = text.indexOf('('); at >= 0; at = text.indexOf('(', at + 1)) {
      int end = at;
      if (end > 0 && text.charAt(end - 1) == '>') {
        int open = Words.start(text, end - 1) - 1;
        end = open >= 0 && text.charAt(open) == '<' ? open : at;
      }
      int start = Words.start(text, end);
      if (start < end) {
        calls.add(text.substring(start, end));
      }
    }
  }
}

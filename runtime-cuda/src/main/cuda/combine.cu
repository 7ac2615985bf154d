// A token's result: its experts' rows, weighted, in the order of its top-k list, then the shared expert's. One thread
// computes one element from start to end, so that no other work can change the order of the sum.
#include "device.cuh"

namespace KERNELS {

constexpr int THREADS = 256;

template <typename T>
__device__ void combine(
    const float* routed,
    const float* weights,
    const float* shared,
    const double* shared_gate,
    int tokens,
    int top_k,
    int width,
    T* out) {
  long long token = blockIdx.x;
  int column = blockIdx.y * THREADS + threadIdx.x;
  if (token >= tokens || column >= width) {
    return;
  }
  float sum = 0.0f;
  for (int k = 0; k < top_k; k++) {
    long long choice = token * top_k + k;
    sum = fmaf(weights[choice], routed[choice * width + column], sum);
  }
  if (shared != nullptr) {
    float gate = shared_gate == nullptr ? 1.0f : static_cast<float>(logistic(shared_gate[token]));
    sum = fmaf(gate, shared[token * width + column], sum);
  }
  narrow(sum, out[token * width + column]);
}

}  // namespace KERNELS

#define COMBINE(suffix, T)                                                                              \
  extern "C" __global__ void __launch_bounds__(THREADS) stagger_combine_##suffix(                       \
      const float* routed,                                                                              \
      const float* weights,                                                                             \
      const float* shared,                                                                              \
      const double* shared_gate,                                                                        \
      int tokens,                                                                                       \
      int top_k,                                                                                        \
      int width,                                                                                        \
      T* out) {                                                                                         \
    combine<T>(routed, weights, shared, shared_gate, tokens, top_k, width, out);                        \
  }

COMBINE(f32, float)
COMBINE(f16, F16)
COMBINE(bf16, BF16)

// The router: logits, scores, groups, top-k. In double precision, since an expert or a group may win by little; the sums
// run in the order of the CPU runtime's, so that both see the same logits to the last bit.
//
// Loops over experts stay loops: unrolled, their exponentials and selections would be most of the PTX, which a driver
// compiles at every first start, and would be no faster.
#include "device.cuh"

namespace KERNELS {

constexpr unsigned ALL_LANES = 0xffffffffu;
constexpr int WARP = 32;

// Eight lanes share a dot product, as the CPU runtime's eight partial sums do.
constexpr int DOT_LANES = 8;
constexpr int TOKENS_PER_BLOCK = 8;
constexpr int EXPERTS_PER_BLOCK = 32;
constexpr int LOGIT_THREADS = DOT_LANES * EXPERTS_PER_BLOCK;

constexpr double NORMALIZER_FLOOR = 1e-20;

template <typename T>
__device__ void widen_all(const T* in, float* out, long long n) {
  long long step = static_cast<long long>(gridDim.x) * blockDim.x;
  for (long long i = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += step) {
    out[i] = widen(in[i]);
  }
}

template <typename W>
__device__ void router_logits(
    const float* hidden, const W* router, double* logits, int tokens, int experts, int width) {
  int lane = threadIdx.x % DOT_LANES;
  int expert = blockIdx.y * EXPERTS_PER_BLOCK + threadIdx.x / DOT_LANES;
  int first = blockIdx.x * TOKENS_PER_BLOCK;
  // Threads beyond the last expert or token repeat it: all lanes must reach the shuffles.
  const W* row = router + static_cast<long long>(min(expert, experts - 1)) * width;
  const float* x[TOKENS_PER_BLOCK];
  double sum[TOKENS_PER_BLOCK];
  for (int t = 0; t < TOKENS_PER_BLOCK; t++) {
    x[t] = hidden + static_cast<long long>(min(first + t, tokens - 1)) * width;
    sum[t] = 0.0;
  }
  int whole = width / DOT_LANES * DOT_LANES;
  for (int k = lane; k < whole; k += DOT_LANES) {
    double weight = widen(row[k]);
    for (int t = 0; t < TOKENS_PER_BLOCK; t++) {
      // A product of two floats is exact in a double, so fusing it changes no bit.
      sum[t] = fma(weight, static_cast<double>(x[t][k]), sum[t]);
    }
  }
  for (int t = 0; t < TOKENS_PER_BLOCK; t++) {
    double total = sum[t];
    for (int half = DOT_LANES / 2; half > 0; half /= 2) {
      total += __shfl_xor_sync(ALL_LANES, total, half);
    }
    if (lane == 0 && expert < experts && first + t < tokens) {
      double rest = 0.0;
      for (int k = whole; k < width; k++) {
        rest = fma(static_cast<double>(widen(row[k])), static_cast<double>(x[t][k]), rest);
      }
      logits[static_cast<long long>(first + t) * experts + expert] = total + rest;
    }
  }
}

// A candidate of a selection. Larger values come first, and of equal ones the lowest id.
struct Candidate {
  double value;
  int id;  // -1: none
};

__device__ __forceinline__ bool before(const Candidate& a, const Candidate& b) {
  return a.value > b.value || (a.value == b.value && a.id < b.id);
}

__device__ Candidate first_of_warp(Candidate mine) {
  for (int half = WARP / 2; half > 0; half /= 2) {
    Candidate other;
    other.value = __shfl_xor_sync(ALL_LANES, mine.value, half);
    other.id = __shfl_xor_sync(ALL_LANES, mine.id, half);
    if (other.id >= 0 && (mine.id < 0 || before(other, mine))) {
      mine = other;
    }
  }
  return mine;
}

// One token's scores, and which of them may be chosen.
struct Scores {
  const double* score;
  const float* bias;          // or null
  const double* group_score;  // or null where the model has no groups
  int group_size;
  Candidate last_group;  // the worst of the open groups

  __device__ double selection(int expert) const {
    return bias == nullptr ? score[expert] : score[expert] + static_cast<double>(bias[expert]);
  }

  __device__ bool open(int expert) const {
    if (group_score == nullptr) {
      return true;
    }
    int group = expert / group_size;
    Candidate candidate = {group_score[group], group};
    return !before(last_group, candidate);
  }
};

// The best expert that comes after the last one; so nothing needs to be marked as taken.
__device__ Candidate next_expert(const Scores& scores, int experts, const Candidate& last) {
  Candidate best = {0.0, -1};
  #pragma unroll 1
  for (int e = threadIdx.x; e < experts; e += WARP) {
    Candidate candidate = {scores.selection(e), e};
    if (scores.open(e) && (last.id < 0 || before(last, candidate)) &&
        (best.id < 0 || before(candidate, best))) {
      best = candidate;
    }
  }
  return first_of_warp(best);
}

__device__ Candidate next_group(const double* group_scores, int groups, const Candidate& last) {
  Candidate best = {0.0, -1};
  #pragma unroll 1
  for (int g = threadIdx.x; g < groups; g += WARP) {
    Candidate candidate = {group_scores[g], g};
    if ((last.id < 0 || before(last, candidate)) && (best.id < 0 || before(candidate, best))) {
      best = candidate;
    }
  }
  return first_of_warp(best);
}

// The lane's first expert whose logit or bias is not finite, or -1; max receives the largest logit of all lanes.
__device__ int first_not_finite(const double* logits, const float* bias, int experts, double& max) {
  int bad = -1;
  max = -INFINITY;
  #pragma unroll 1
  for (int e = threadIdx.x; e < experts; e += WARP) {
    bool finite = isfinite(logits[e]) && (bias == nullptr || isfinite(bias[e]));
    if (!finite && bad < 0) {
      bad = e;
    }
    max = fmax(max, logits[e]);
  }
  for (int half = WARP / 2; half > 0; half /= 2) {
    max = fmax(max, __shfl_xor_sync(ALL_LANES, max, half));
  }
  return bad;
}

__device__ void softmax(double* scores, int experts, double max) {
  double sum = 0.0;
  #pragma unroll 1
  for (int e = threadIdx.x; e < experts; e += WARP) {
    scores[e] = exp(scores[e] - max);
    sum += scores[e];
  }
  for (int half = WARP / 2; half > 0; half /= 2) {
    sum += __shfl_xor_sync(ALL_LANES, sum, half);
  }
  #pragma unroll 1
  for (int e = threadIdx.x; e < experts; e += WARP) {
    scores[e] /= sum;
  }
}

__device__ double group_score(const Scores& scores, int group, bool top2_sum) {
  double largest = -INFINITY;
  double second = -INFINITY;
  #pragma unroll 1
  for (int i = 0; i < scores.group_size; i++) {
    double value = scores.selection(group * scores.group_size + i);
    if (value > largest) {
      second = largest;
      largest = value;
    } else {
      second = fmax(second, value);
    }
  }
  return top2_sum && scores.group_size > 1 ? largest + second : largest;
}

}  // namespace KERNELS

extern "C" __global__ void __launch_bounds__(256)
stagger_widen_f16(const F16* in, float* out, long long n) {
  widen_all(in, out, n);
}

extern "C" __global__ void __launch_bounds__(256)
stagger_widen_bf16(const BF16* in, float* out, long long n) {
  widen_all(in, out, n);
}

#define ROUTER_LOGITS(suffix, W)                                                                        \
  extern "C" __global__ void __launch_bounds__(LOGIT_THREADS) stagger_router_logits_##suffix(           \
      const float* hidden, const W* router, double* logits, int tokens, int experts, int width) {       \
    router_logits<W>(hidden, router, logits, tokens, experts, width);                                   \
  }

ROUTER_LOGITS(f32, float)
ROUTER_LOGITS(f16, F16)
ROUTER_LOGITS(bf16, BF16)

extern "C" __global__ void __launch_bounds__(WARP)
stagger_route(
    double* logits,
    const float* bias,
    double* group_scores,
    int* chosen,
    float* weights,
    unsigned long long* bad,
    int tokens,
    int experts,
    int top_k,
    int groups,
    int top_groups,
    int sigmoid,
    int top2_sum,
    int normalize,
    double scaling) {
  int token = blockIdx.x;
  if (token >= tokens) {
    return;
  }
  double* score = logits + static_cast<long long>(token) * experts;
  int* mine = chosen + static_cast<long long>(token) * top_k;
  float* weight = weights + static_cast<long long>(token) * top_k;
  double max;
  int not_finite = first_not_finite(score, bias, experts, max);
  if (not_finite >= 0) {
    atomicMin(bad, static_cast<unsigned long long>(token) * experts + not_finite);
  }
  if (__ballot_sync(ALL_LANES, not_finite >= 0) != 0) {
    // Expert ids that exist, whatever the caller does with them before it looks at "bad".
    for (int k = threadIdx.x; k < top_k; k += WARP) {
      mine[k] = k;
      weight[k] = 0.0f;
    }
    return;
  }
  if (sigmoid) {
    #pragma unroll 1
    for (int e = threadIdx.x; e < experts; e += WARP) {
      score[e] = logistic(score[e]);
    }
  } else {
    softmax(score, experts, max);
  }
  __syncwarp();

  Scores scores = {score, bias, nullptr, experts / groups, {0.0, -1}};
  if (groups > 1) {
    double* group = group_scores + static_cast<long long>(token) * groups;
    #pragma unroll 1
    for (int g = threadIdx.x; g < groups; g += WARP) {
      group[g] = group_score(scores, g, top2_sum);
    }
    __syncwarp();
    #pragma unroll 1
    for (int taken = 0; taken < top_groups; taken++) {
      scores.last_group = next_group(group, groups, scores.last_group);
    }
    scores.group_score = group;
  }

  Candidate last = {0.0, -1};
  double sum = 0.0;
  #pragma unroll 1
  for (int k = 0; k < top_k; k++) {
    last = next_expert(scores, experts, last);
    sum += score[last.id];
    if (threadIdx.x == 0) {
      mine[k] = last.id;
    }
  }
  __syncwarp();
  double divisor = normalize ? sum + NORMALIZER_FLOOR : 1.0;
  for (int k = threadIdx.x; k < top_k; k += WARP) {
    weight[k] = static_cast<float>(score[mine[k]] / divisor * scaling);
  }
}

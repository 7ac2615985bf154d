// CUDA's words for kernels that are compiled for the host. A block's threads are fibers on one OS thread; they meet at
// barriers and warp operations as the threads of a GPU do, and one that never comes is reported instead of waited for.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#define KERNELS /* unnamed: each source file has its own */
#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(threads)
// A section of its own, so that every block finds poison in it and not what the last block left.
#define __shared__ static __attribute__((section("cushared")))

namespace emulation {

struct Dim {
  unsigned x, y, z;
};

extern Dim thread_index, block_index, block_dim, grid_dim;  // of the running thread

void barrier(int site);
void* dynamic_shared();
// What lies behind a pointer that must be one into device memory.
const void* device_pointer(const void* pointer);

enum class WarpOp { SYNC, SHUFFLE_XOR, BALLOT, MMA_F16, MMA_BF16 };
constexpr int WARP_WORDS = 10;
// Meets the other lanes of the mask. Each lane brings words; the operation leaves its result in the first of them.
void warp_operation(WarpOp op, unsigned mask, int argument, uint32_t* words, int count, int site);

// cp.async: nothing is copied before the wait that a kernel owes.
void copy_async(void* shared, const void* global, bool inside);
void commit_copies();
void wait_for_copies(int groups_left);

inline unsigned bits_of(float value) {
  unsigned bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

inline float float_of(unsigned bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

float half_to_float(unsigned short bits);
unsigned short float_to_half(float value);

template <typename T>
T shuffle_xor(unsigned mask, T value, int lane_mask, int site) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8, "a word or two");
  uint32_t words[2];
  std::memcpy(words, &value, sizeof value);
  warp_operation(WarpOp::SHUFFLE_XOR, mask, lane_mask, words, sizeof(T) / 4, site);
  std::memcpy(&value, words, sizeof value);
  return value;
}

inline unsigned ballot(unsigned mask, bool predicate, int site) {
  uint32_t word = predicate ? 1 : 0;
  warp_operation(WarpOp::BALLOT, mask, 0, &word, 1, site);
  return word;
}

}  // namespace emulation

#define threadIdx (emulation::thread_index)
#define blockIdx (emulation::block_index)
#define blockDim (emulation::block_dim)
#define gridDim (emulation::grid_dim)
#define __syncthreads() emulation::barrier(__LINE__)
#define __syncwarp() emulation::warp_operation(emulation::WarpOp::SYNC, 0xffffffffu, 0, nullptr, 0, __LINE__)
#define __shfl_xor_sync(mask, value, lanes) emulation::shuffle_xor(mask, value, lanes, __LINE__)
#define __ballot_sync(mask, predicate) emulation::ballot(mask, predicate, __LINE__)
#define DYN_SHARED(T, name) T* name = static_cast<T*>(emulation::dynamic_shared())
#define WEIGHTS_OF(table, slot)                           \
  (static_cast<std::remove_reference_t<decltype((table)[slot])>>( \
      emulation::device_pointer((table)[slot])))

using std::isfinite;

inline int min(int a, int b) { return a < b ? a : b; }
inline int max(int a, int b) { return a > b ? a : b; }
inline long long min(long long a, long long b) { return a < b ? a : b; }

// Threads of a block take turns, and blocks run one after the other: plain arithmetic is atomic.
inline unsigned long long atomicAdd(unsigned long long* at, unsigned long long value) {
  unsigned long long old = *at;
  *at += value;
  return old;
}

inline unsigned long long atomicMin(unsigned long long* at, unsigned long long value) {
  unsigned long long old = *at;
  *at = value < old ? value : old;
  return old;
}

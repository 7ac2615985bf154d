// What the tensor kernels need of the hardware beyond plain CUDA: a warp's matrix product and asynchronous copies. The
// host's definitions follow the same fragment layouts (emulation.cpp), so that the kernels around them are the same.
#pragma once

#include "device.cuh"

namespace KERNELS {

// Fragments of mma.m16n8k16. With g = lane / 4 and t = lane % 4, and each word two neighbouring 16-bit numbers:
// A (16 rows by 16) holds row g columns 2t; row g+8 columns 2t; row g columns 2t+8; row g+8 columns 2t+8.
// B (16 by 8 columns) holds rows 2t of column g; rows 2t+8 of column g.
// The sums (16 by 8) are row g columns 2t and 2t+1; row g+8 columns 2t and 2t+1.
struct FragmentA {
  unsigned words[4];
};

struct FragmentB {
  unsigned words[2];
};

struct Sums {
  float values[4];
};

#ifdef __CUDACC__

#define MMA(type)                                                                                       \
  asm volatile(                                                                                         \
      "mma.sync.aligned.m16n8k16.row.col.f32." type "." type ".f32 "                                    \
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"                                 \
      : "+f"(sums.values[0]), "+f"(sums.values[1]), "+f"(sums.values[2]), "+f"(sums.values[3])          \
      : "r"(a.words[0]), "r"(a.words[1]), "r"(a.words[2]), "r"(a.words[3]), "r"(b.words[0]), "r"(b.words[1]))

// sums += a b; all lanes of the warp together.
__device__ __forceinline__ void multiply_add(const FragmentA& a, const FragmentB& b, Sums& sums, F16) { MMA("f16"); }
__device__ __forceinline__ void multiply_add(const FragmentA& a, const FragmentB& b, Sums& sums, BF16) { MMA("bf16"); }

#undef MMA

// Starts to copy 16 bytes into shared memory, or zeros where nothing is to be read; both addresses multiples of 16.
__device__ __forceinline__ void copy_async(void* shared, const void* global, bool inside) {
  unsigned to = static_cast<unsigned>(__cvta_generic_to_shared(shared));
  int bytes = inside ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(global), "r"(bytes) : "memory");
}

// Ends a group of this thread's copies.
__device__ __forceinline__ void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }

// Waits for this thread's groups but the newest.
__device__ __forceinline__ void wait_for_all_but_newest() { asm volatile("cp.async.wait_group 1;" ::: "memory"); }

#else

inline void multiply_add(
    emulation::WarpOp op, const FragmentA& a, const FragmentB& b, Sums& sums) {
  uint32_t words[emulation::WARP_WORDS];
  std::memcpy(words, a.words, sizeof a.words);
  std::memcpy(words + 4, b.words, sizeof b.words);
  std::memcpy(words + 6, sums.values, sizeof sums.values);
  emulation::warp_operation(op, 0xffffffffu, 0, words, emulation::WARP_WORDS, __LINE__);
  std::memcpy(sums.values, words, sizeof sums.values);
}

inline void multiply_add(const FragmentA& a, const FragmentB& b, Sums& sums, F16) {
  multiply_add(emulation::WarpOp::MMA_F16, a, b, sums);
}

inline void multiply_add(const FragmentA& a, const FragmentB& b, Sums& sums, BF16) {
  multiply_add(emulation::WarpOp::MMA_BF16, a, b, sums);
}

inline void copy_async(void* shared, const void* global, bool inside) {
  emulation::copy_async(shared, global, inside);
}

inline void commit_copies() { emulation::commit_copies(); }
inline void wait_for_all_but_newest() { emulation::wait_for_copies(1); }

#endif

}  // namespace KERNELS

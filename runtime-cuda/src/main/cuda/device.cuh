// What all kernels share: 16-bit numbers, the activation, the tables that name a tile's work.
//
// The same sources are compiled for the host by the test driver, which brings its own definitions of CUDA's words.
#pragma once

#ifdef __CUDACC__
// A name of our own: nvcc names what lies in an unnamed namespace after a hash, which no two builds share.
#define KERNELS stagger
namespace KERNELS {}
using namespace KERNELS;

#define DYN_SHARED(T, name)                                    \
  extern __shared__ __align__(16) unsigned char name##_bytes[]; \
  T* name = reinterpret_cast<T*>(name##_bytes)
#define WEIGHTS_OF(table, slot) ((table)[slot])
#else
#include "emulation.h"
#endif

namespace KERNELS {

// The bits of a 16-bit number, which the kernels only widen, narrow and hand to the tensor cores.
struct F16 {
  unsigned short bits;
};

struct BF16 {
  unsigned short bits;
};

#ifdef __CUDACC__
__device__ __forceinline__ unsigned bits_of(float value) { return __float_as_uint(value); }
__device__ __forceinline__ float float_of(unsigned bits) { return __uint_as_float(bits); }

__device__ __forceinline__ float widen(F16 value) {
  float wide;
  asm("cvt.f32.f16 %0, %1;" : "=f"(wide) : "h"(value.bits));
  return wide;
}

__device__ __forceinline__ void narrow(float value, F16& result) {
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(result.bits) : "f"(value));
}
#else
inline unsigned bits_of(float value) { return emulation::bits_of(value); }
inline float float_of(unsigned bits) { return emulation::float_of(bits); }
inline float widen(F16 value) { return emulation::half_to_float(value.bits); }
inline void narrow(float value, F16& result) { result.bits = emulation::float_to_half(value); }
#endif

__device__ __forceinline__ float widen(float value) { return value; }

__device__ __forceinline__ float widen(BF16 value) {
  return float_of(static_cast<unsigned>(value.bits) << 16);
}

__device__ __forceinline__ void narrow(float value, float& result) { result = value; }

// To nearest, ties to even. By hand, since sm_80 is the first with an instruction and the host has none.
__device__ __forceinline__ void narrow(float value, BF16& result) {
  unsigned bits = bits_of(value);
  if (value != value) {
    // Rounding could carry a NaN's fraction away; a quiet NaN stays one.
    result.bits = static_cast<unsigned short>((bits >> 16) | 0x40u);
  } else {
    result.bits = static_cast<unsigned short>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
  }
}

// x / (1 + exp(-x)) without overflow on either side; -0 where the result is below half of the smallest float.
__device__ __forceinline__ float silu(float x) {
  if (x < -110.0f) {
    return -0.0f;
  }
  float e = expf(-fabsf(x));
  return (x >= 0.0f ? x : x * e) / (1.0f + e);
}

__device__ __forceinline__ double logistic(double x) { return 1.0 / (1.0 + exp(-x)); }

// One tile of a grouped product: lines of one slot.
struct Tile {
  int slot;
  int first;  // line
  int lines;  // at least 1
};

// The tile tables as stagger_slot_offsets wrote them.
struct Tiles {
  const int* offsets;
  const int* slot;
  const int* line;
  const int* count;
};

__device__ __forceinline__ Tile tile_at(const Tiles& tiles, int index, int tile_lines) {
  Tile tile;
  tile.slot = tiles.slot[index];
  tile.first = tiles.line[index];
  int left = tiles.offsets[tile.slot + 1] - tile.first;
  tile.lines = left < tile_lines ? left : tile_lines;
  return tile;
}

}  // namespace KERNELS

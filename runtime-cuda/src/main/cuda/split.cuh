// Token vectors as the tensor cores take them: two 16-bit parts of each value, and a power of two for each row.
#pragma once

#include "device.cuh"

namespace KERNELS {

constexpr int SPLIT_ROWS = 4;  // a warp each
constexpr int SPLIT_THREADS = SPLIT_ROWS * 32;

// The power of two that a row is divided by: brings f16 rows, whatever their size, to a largest value of about 2^15, so
// that nothing overflows and the low part keeps its bits; bf16 has a float's range and needs it only at its very end.
__device__ __forceinline__ int scale_exponent(float largest, F16) {
  if (!(largest > 0.0f) || !(largest < INFINITY)) {
    return 0;
  }
  int exponent = static_cast<int>(bits_of(largest) >> 23) - 127;
  return max(exponent, -100) - 14;
}

__device__ __forceinline__ int scale_exponent(float largest, BF16) {
  return largest >= 1.7014118e38f && largest < INFINITY ? 2 : 0;
}

__device__ __forceinline__ float power_of_two(int exponent) {
  return float_of(static_cast<unsigned>(exponent + 127) << 23);
}

// By a whole warp.
__device__ float largest_of_row(const float* row, int width) {
  float largest = 0.0f;
  for (int k = threadIdx.x % 32; k < width; k += 32) {
    largest = fmaxf(largest, fabsf(row[k]));
  }
  for (int half = 16; half > 0; half /= 2) {
    largest = fmaxf(largest, __shfl_xor_sync(0xffffffffu, largest, half));
  }
  return largest;
}

template <typename W>
__device__ void split(const float* in, int rows, int width, int padded, W* high, W* low, float* scale) {
  long long row = static_cast<long long>(blockIdx.x) * SPLIT_ROWS + threadIdx.x / 32;
  if (row >= rows) {
    return;
  }
  const float* from = in + row * width;
  int exponent = scale_exponent(largest_of_row(from, width), W());
  float shrink = power_of_two(-exponent);
  for (int k = threadIdx.x % 32; k < padded; k += 32) {
    float value = k < width ? from[k] * shrink : 0.0f;
    W part;
    narrow(value, part);
    high[row * padded + k] = part;
    if (low != nullptr) {
      float rest = value - widen(part);
      // Infinity less itself is no number, and an infinity's low part is nothing.
      W rest_part;
      narrow(isfinite(rest) ? rest : 0.0f, rest_part);
      low[row * padded + k] = rest_part;
    }
  }
  if (threadIdx.x % 32 == 0) {
    scale[row] = power_of_two(exponent);
  }
}

}  // namespace KERNELS

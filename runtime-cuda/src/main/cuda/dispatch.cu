// From the slot of each choice to lines in slot order and tiles of lines. No atomics where order shows: lines are in slot
// order and, in a slot, in choice order, so that two runs launch the same work on the same memory.
#include "device.cuh"

namespace KERNELS {

constexpr int THREADS = 256;

// The part of 0..n-1 that a thread of the block takes: consecutive, so that prefix sums keep the order.
struct Share {
  long long from;
  long long to;
};

__device__ Share share_of(long long n) {
  long long each = (n + THREADS - 1) / THREADS;
  Share share;
  share.from = min(threadIdx.x * each, n);
  share.to = min(share.from + each, n);
  return share;
}

// The sum of the values of the threads before this one; total receives the sum of all.
__device__ int sum_before(int value, int& total) {
  __shared__ int sums[THREADS + 1];
  // The last call's readers must be through before this call writes.
  __syncthreads();
  sums[threadIdx.x + 1] = value;
  __syncthreads();
  if (threadIdx.x == 0) {
    sums[0] = 0;
    for (int i = 0; i < THREADS; i++) {
      sums[i + 1] += sums[i];
    }
  }
  __syncthreads();
  total = sums[THREADS];
  return sums[threadIdx.x];
}

__device__ int count_in(const int* slots, const Share& share, int slot) {
  int count = 0;
  for (long long i = share.from; i < share.to; i++) {
    count += slots[i] == slot ? 1 : 0;
  }
  return count;
}

}  // namespace KERNELS

extern "C" __global__ void __launch_bounds__(THREADS)
stagger_expert_counts(const int* chosen, long long choices, unsigned long long* counts) {
  long long step = static_cast<long long>(gridDim.x) * blockDim.x;
  for (long long i = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x; i < choices; i += step) {
    atomicAdd(counts + chosen[i], 1ULL);
  }
}

extern "C" __global__ void __launch_bounds__(THREADS)
stagger_slot_counts(const int* slots, long long choices, int first_slot, int* counts) {
  int total;
  sum_before(count_in(slots, share_of(choices), first_slot + static_cast<int>(blockIdx.x)), total);
  if (threadIdx.x == 0) {
    counts[blockIdx.x] = total;
  }
}

extern "C" __global__ void __launch_bounds__(THREADS)
stagger_slot_offsets(
    const int* counts,
    int slots,
    int tile_lines,
    const int* slot_set,
    int set,
    int* offsets,
    int* tile_slot,
    int* tile_line,
    int* tile_count) {
  Share share = share_of(slots);
  int lines = 0;
  int tiles = 0;
  for (long long s = share.from; s < share.to; s++) {
    lines += counts[s];
    if (slot_set == nullptr || slot_set[s] == set) {
      tiles += (counts[s] + tile_lines - 1) / tile_lines;
    }
  }
  int all_lines;
  int all_tiles;
  int line = sum_before(lines, all_lines);
  int tile = sum_before(tiles, all_tiles);
  for (long long s = share.from; s < share.to; s++) {
    offsets[s] = line;
    if (slot_set == nullptr || slot_set[s] == set) {
      for (int from = 0; from < counts[s]; from += tile_lines) {
        tile_slot[tile] = static_cast<int>(s);
        tile_line[tile] = line + from;
        tile++;
      }
    }
    line += counts[s];
  }
  if (threadIdx.x == 0) {
    offsets[slots] = all_lines;
    tile_count[0] = all_tiles;
  }
}

extern "C" __global__ void __launch_bounds__(THREADS)
stagger_permute(
    const int* slots, long long choices, int first_slot, const int* offsets, int* line_choice) {
  int slot = first_slot + static_cast<int>(blockIdx.x);
  Share share = share_of(choices);
  int total;
  int line = offsets[blockIdx.x] + sum_before(count_in(slots, share, slot), total);
  for (long long i = share.from; i < share.to; i++) {
    if (slots[i] == slot) {
      line_choice[line] = static_cast<int>(i);
      line++;
    }
  }
}

extern "C" __global__ void __launch_bounds__(THREADS)
stagger_scatter_rows(const float* in, const int* to, int rows, int width, float* out) {
  int row = blockIdx.x;
  int column = blockIdx.y * THREADS + threadIdx.x;
  if (row < rows && column < width) {
    out[static_cast<long long>(to[row]) * width + column] =
        in[static_cast<long long>(row) * width + column];
  }
}

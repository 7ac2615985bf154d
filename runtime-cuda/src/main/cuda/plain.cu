// The plain kernels: every dot product is one chain of fmaf over ascending k. They are the check of the tensor kernels,
// and the only ones for f32 weights.
//
// A block computes 32 lines by 32 columns. A warp's lanes are 32 neighbouring columns of one line, so that the line's
// value is a broadcast, the stores are coalesced, and lines without a token cost nothing.
#include "device.cuh"

namespace KERNELS {

constexpr int LINES = 32;
constexpr int COLUMNS = 32;
constexpr int DEPTH = 32;
constexpr int THREADS = 256;
constexpr int ROWS_AT_ONCE = THREADS / 32;
constexpr int LINES_PER_THREAD = LINES / ROWS_AT_ONCE;

// One column more than needed: lanes that read down a column then hit different banks.
typedef float Panel[LINES][DEPTH + 1];

// Copies rows first_row.. (at most rows) of a matrix from column k into shared memory; what lies outside is zero.
template <typename T>
__device__ void load_panel(Panel& panel, const T* matrix, int first_row, int rows, int width, int k) {
  int column = k + static_cast<int>(threadIdx.x % 32);
  for (int i = 0; i < LINES_PER_THREAD; i++) {
    int row = threadIdx.x / 32 + i * ROWS_AT_ONCE;
    bool inside = row < rows && column < width;
    panel[row][threadIdx.x % 32] =
        inside ? widen(matrix[static_cast<long long>(first_row + row) * width + column]) : 0.0f;
  }
}

// The same for token vectors, which lie where line_choice says.
__device__ void load_tokens(
    Panel& panel, const float* hidden, const int* line_choice, int top_k, const Tile& tile, int width, int k) {
  int column = k + static_cast<int>(threadIdx.x % 32);
  for (int i = 0; i < LINES_PER_THREAD; i++) {
    int row = threadIdx.x / 32 + i * ROWS_AT_ONCE;
    float value = 0.0f;
    if (row < tile.lines && column < width) {
      int line = tile.first + row;
      long long token = line_choice == nullptr ? line : line_choice[line] / top_k;
      value = hidden[token * width + column];
    }
    panel[row][threadIdx.x % 32] = value;
  }
}

// Adds the products of a panel to the sums of a thread's lines, with N matrices at once: a value from shared memory then
// serves several sums; reading it is what limits a block.
template <int N>
__device__ void multiply(
    const Panel& x, const Panel (&weights)[N], int lines, int depth, float (&sums)[N][LINES_PER_THREAD]) {
  for (int k = 0; k < depth; k++) {
    float weight[N];
    for (int n = 0; n < N; n++) {
      weight[n] = weights[n][threadIdx.x % 32][k];
    }
    for (int i = 0; i < LINES_PER_THREAD; i++) {
      int line = threadIdx.x / 32 + i * ROWS_AT_ONCE;
      if (line < lines) {
        for (int n = 0; n < N; n++) {
          sums[n][i] = fmaf(x[line][k], weight[n], sums[n][i]);
        }
      }
    }
  }
}

template <typename W>
__device__ void gate_up(
    const float* hidden,
    const W* const* gates,
    const W* const* ups,
    const Tiles& tiles,
    const int* line_choice,
    int top_k,
    int width,
    int inner_width,
    float* inner) {
  __shared__ Panel x;
  __shared__ Panel weights[2];
  if (static_cast<int>(blockIdx.x) >= *tiles.count) {
    return;
  }
  Tile tile = tile_at(tiles, blockIdx.x, LINES);
  const W* gate = WEIGHTS_OF(gates, tile.slot);
  const W* up = WEIGHTS_OF(ups, tile.slot);
  int first_column = blockIdx.y * COLUMNS;
  int columns = min(COLUMNS, inner_width - first_column);
  float sums[2][LINES_PER_THREAD] = {};
  for (int k = 0; k < width; k += DEPTH) {
    load_tokens(x, hidden, line_choice, top_k, tile, width, k);
    load_panel(weights[0], gate, first_column, columns, width, k);
    load_panel(weights[1], up, first_column, columns, width, k);
    __syncthreads();
    multiply(x, weights, tile.lines, min(DEPTH, width - k), sums);
    __syncthreads();
  }
  int column = threadIdx.x % 32;
  for (int i = 0; i < LINES_PER_THREAD; i++) {
    int line = threadIdx.x / 32 + i * ROWS_AT_ONCE;
    if (line < tile.lines && column < columns) {
      inner[static_cast<long long>(tile.first + line) * inner_width + first_column + column] =
          silu(sums[0][i]) * sums[1][i];
    }
  }
}

template <typename W>
__device__ void down(
    const float* inner,
    const W* const* downs,
    const Tiles& tiles,
    const int* out_row,
    int inner_width,
    int width,
    float* out) {
  __shared__ Panel x;
  __shared__ Panel weights[1];
  if (static_cast<int>(blockIdx.x) >= *tiles.count) {
    return;
  }
  Tile tile = tile_at(tiles, blockIdx.x, LINES);
  const W* matrix = WEIGHTS_OF(downs, tile.slot);
  int first_column = blockIdx.y * COLUMNS;
  int columns = min(COLUMNS, width - first_column);
  float sums[1][LINES_PER_THREAD] = {};
  for (int k = 0; k < inner_width; k += DEPTH) {
    load_panel(x, inner, tile.first, tile.lines, inner_width, k);
    load_panel(weights[0], matrix, first_column, columns, inner_width, k);
    __syncthreads();
    multiply(x, weights, tile.lines, min(DEPTH, inner_width - k), sums);
    __syncthreads();
  }
  int column = threadIdx.x % 32;
  for (int i = 0; i < LINES_PER_THREAD; i++) {
    int line = threadIdx.x / 32 + i * ROWS_AT_ONCE;
    if (line < tile.lines && column < columns) {
      long long row = out_row == nullptr ? tile.first + line : out_row[tile.first + line];
      out[row * width + first_column + column] = sums[0][i];
    }
  }
}

}  // namespace KERNELS

#define PLAIN_KERNELS(suffix, W)                                                                        \
  extern "C" __global__ void __launch_bounds__(THREADS) stagger_gate_up_##suffix(                       \
      const float* hidden,                                                                              \
      const W* const* gates,                                                                            \
      const W* const* ups,                                                                              \
      const int* offsets,                                                                               \
      const int* tile_slot,                                                                             \
      const int* tile_line,                                                                             \
      const int* tile_count,                                                                            \
      const int* line_choice,                                                                           \
      int top_k,                                                                                        \
      int width,                                                                                        \
      int inner_width,                                                                                  \
      float* inner) {                                                                                   \
    Tiles tiles = {offsets, tile_slot, tile_line, tile_count};                                          \
    gate_up<W>(hidden, gates, ups, tiles, line_choice, top_k, width, inner_width, inner);               \
  }                                                                                                     \
  extern "C" __global__ void __launch_bounds__(THREADS) stagger_down_##suffix(                          \
      const float* inner,                                                                               \
      const W* const* downs,                                                                            \
      const int* offsets,                                                                               \
      const int* tile_slot,                                                                             \
      const int* tile_line,                                                                             \
      const int* tile_count,                                                                            \
      const int* out_row,                                                                               \
      int inner_width,                                                                                  \
      int width,                                                                                        \
      float* out) {                                                                                     \
    Tiles tiles = {offsets, tile_slot, tile_line, tile_count};                                          \
    down<W>(inner, downs, tiles, out_row, inner_width, width, out);                                     \
  }

PLAIN_KERNELS(f32, float)
PLAIN_KERNELS(f16, F16)
PLAIN_KERNELS(bf16, BF16)

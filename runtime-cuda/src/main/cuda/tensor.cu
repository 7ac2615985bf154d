// The tensor-core kernels, for 16-bit weights. A block computes 64 lines by 128 rows of weights, in steps of 32 along the
// dot products; while a step is multiplied the next one is copied into the other half of shared memory. Token vectors
// come in two 16-bit parts, so that little of their precision is lost; the parts' products go into one sum.
//
// A line's sums depend on its vector and the weights alone: rows of a tile do not mix in a matrix product, and the steps
// have one order. Whether another tile, slot, rank or batch holds the line changes no bit.
#include "split.cuh"
#include "tensor.cuh"

namespace KERNELS {

constexpr int LINES = 64;
constexpr int ROWS = 128;  // of weights
constexpr int DEPTH = 32;
constexpr int THREADS = 128;
constexpr int CHUNK = 8;  // numbers of 16 bytes
constexpr int CHUNKS = DEPTH / CHUNK;
// Padding that brings the eight rows of a fragment to different banks, and keeps chunks at multiples of 16 bytes.
constexpr int STRIDE = DEPTH + CHUNK;
constexpr int PASS_ROWS = THREADS / CHUNKS;

template <typename W>
struct Stage {
  W high[LINES][STRIDE];
  W low[LINES][STRIDE];
  W weights[ROWS][STRIDE];
};

static_assert(2 * sizeof(Stage<F16>) == 40960, "the dynamic shared memory that README.md names");

// Token vectors in two parts; see stagger_split. A vector is scale * (high + low).
template <typename W>
struct Vectors {
  const W* high;
  const W* low;  // or null
  const float* scale;
  int padded;
};

// Up to 128 rows of weights: the first half of the block's from one matrix, the second from another, or from further down.
template <typename W>
struct RowSource {
  const W* first;
  const W* second;
  int first_rows;
  int second_rows;
  int width;
  bool aligned;  // every chunk begins at a multiple of 16 bytes

  __device__ const W* row(int index) const {
    int half = index - ROWS / 2;
    if (half < 0) {
      return index < first_rows ? first + static_cast<long long>(index) * width : nullptr;
    }
    return half < second_rows ? second + static_cast<long long>(half) * width : nullptr;
  }
};

template <typename W>
__device__ RowSource<W> rows_of(const W* first, int first_rows, const W* second, int second_rows, int width) {
  unsigned long long bits = reinterpret_cast<unsigned long long>(first) | reinterpret_cast<unsigned long long>(second);
  RowSource<W> source = {first, second, first_rows, second_rows, width, bits % 16 == 0 && width % CHUNK == 0};
  return source;
}

// Copies a step of weights; what lies outside is zero.
template <typename W>
__device__ __forceinline__ void load_weights(Stage<W>& stage, const RowSource<W>& source, int first, int chunk, int k) {
  if (source.aligned) {
#pragma unroll
    for (int row = first; row < ROWS; row += PASS_ROWS) {
      const W* from = source.row(row);
      bool inside = from != nullptr && k + chunk < source.width;
      // A copy of nothing still wants an address that exists.
      copy_async(&stage.weights[row][chunk], inside ? from + k + chunk : source.first, inside);
    }
    return;
  }
#pragma unroll 1
  for (int i = 0; i < ROWS / PASS_ROWS * CHUNK; i++) {
    int row = first + i / CHUNK * PASS_ROWS;
    int column = chunk + i % CHUNK;
    const W* from = source.row(row);
    stage.weights[row][column].bits =
        from != nullptr && k + column < source.width ? from[k + column].bits : static_cast<unsigned short>(0);
  }
}

template <typename W>
__device__ void load_stage(
    Stage<W>& stage,
    const Vectors<W>& x,
    const long long* vectors,
    const bool* has_vector,
    const RowSource<W>& source,
    int k) {
  int chunk = threadIdx.x % CHUNKS * CHUNK;
  int first = threadIdx.x / CHUNKS;
  for (int i = 0; i < LINES / PASS_ROWS; i++) {
    int line = first + i * PASS_ROWS;
    long long at = vectors[i] * x.padded + k + chunk;
    copy_async(&stage.high[line][chunk], x.high + at, has_vector[i]);
    if (x.low != nullptr) {
      copy_async(&stage.low[line][chunk], x.low + at, has_vector[i]);
    }
  }
  load_weights(stage, source, first, chunk, k);
}

// Two neighbouring numbers in one word.
template <typename W>
__device__ __forceinline__ unsigned word_at(const W* numbers) {
  return *reinterpret_cast<const unsigned*>(numbers);
}

template <typename W>
__device__ __forceinline__ FragmentA load_a(const W (*rows)[STRIDE], int line, int k) {
  int row = line + threadIdx.x % 32 / 4;
  int column = k + threadIdx.x % 4 * 2;
  FragmentA a;
  a.words[0] = word_at(&rows[row][column]);
  a.words[1] = word_at(&rows[row + 8][column]);
  a.words[2] = word_at(&rows[row][column + 8]);
  a.words[3] = word_at(&rows[row + 8][column + 8]);
  return a;
}

template <typename W>
__device__ __forceinline__ FragmentB load_b(const W (*rows)[STRIDE], int row, int k) {
  int column = k + threadIdx.x % 4 * 2;
  FragmentB b;
  b.words[0] = word_at(&rows[row + threadIdx.x % 32 / 4][column]);
  b.words[1] = word_at(&rows[row + threadIdx.x % 32 / 4][column + 8]);
  return b;
}

// A warp's part of the block: 32 lines, and 32 rows out of each half of the weights; in fragments of 16 by 8.
constexpr int LINE_FRAGMENTS = 2;
constexpr int ROW_FRAGMENTS = 8;
constexpr int HALF_FRAGMENTS = ROW_FRAGMENTS / 2;

struct WarpSums {
  Sums of[LINE_FRAGMENTS][ROW_FRAGMENTS];
};

__device__ __forceinline__ int warp_line() { return threadIdx.x / 32 / 2 * 32; }
__device__ __forceinline__ int warp_row() { return threadIdx.x / 32 % 2 * 32; }

// The first row of weights of a fragment.
__device__ __forceinline__ int fragment_row(int fragment) {
  return fragment / HALF_FRAGMENTS * (ROWS / 2) + warp_row() + fragment % HALF_FRAGMENTS * 8;
}

template <typename W>
__device__ void multiply_stage(const Stage<W>& stage, bool has_low, int lines, WarpSums& sums) {
#pragma unroll
  for (int k = 0; k < DEPTH; k += 16) {
    FragmentB b[ROW_FRAGMENTS];
#pragma unroll
    for (int n = 0; n < ROW_FRAGMENTS; n++) {
      b[n] = load_b(stage.weights, fragment_row(n), k);
    }
#pragma unroll
    for (int m = 0; m < LINE_FRAGMENTS; m++) {
      int line = warp_line() + m * 16;
      if (line < lines) {
        FragmentA high = load_a(stage.high, line, k);
#pragma unroll
        for (int n = 0; n < ROW_FRAGMENTS; n++) {
          multiply_add(high, b[n], sums.of[m][n], W());
        }
        if (has_low) {
          FragmentA low = load_a(stage.low, line, k);
#pragma unroll
          for (int n = 0; n < ROW_FRAGMENTS; n++) {
            multiply_add(low, b[n], sums.of[m][n], W());
          }
        }
      }
    }
  }
}

// The products of a tile's vectors with the rows of weights. vector_of maps a line to its vector; null: the line itself.
template <typename W>
__device__ void multiply_tile(
    const Vectors<W>& x, const int* vector_of, int top_k, const Tile& tile, const RowSource<W>& source, WarpSums& sums) {
  DYN_SHARED(Stage<W>, stages);
  long long vectors[LINES / PASS_ROWS];
  bool has_vector[LINES / PASS_ROWS];
  for (int i = 0; i < LINES / PASS_ROWS; i++) {
    int line = threadIdx.x / CHUNKS + i * PASS_ROWS;
    has_vector[i] = line < tile.lines;
    int known = tile.first + (has_vector[i] ? line : 0);
    vectors[i] = vector_of == nullptr ? known : vector_of[known] / top_k;
  }
  int current = 1;
  // The first round only loads.
  for (int k = -DEPTH; k < x.padded; k += DEPTH) {
    if (k + DEPTH < x.padded) {
      load_stage(stages[1 - current], x, vectors, has_vector, source, k + DEPTH);
    }
    // Also where it is empty, so that "all but the newest" always means the stage that comes next.
    commit_copies();
    if (k >= 0) {
      wait_for_all_but_newest();
      __syncthreads();
      multiply_stage(stages[current], x.low != nullptr, tile.lines, sums);
      __syncthreads();
    }
    current = 1 - current;
  }
}

// Calls use(line in tile, fragment, value's index) for each of a lane's sums that belongs to a line of the tile.
template <typename Use>
__device__ __forceinline__ void for_each_sum(int lines, int fragments, Use use) {
#pragma unroll
  for (int m = 0; m < LINE_FRAGMENTS; m++) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      int line = warp_line() + m * 16 + threadIdx.x % 32 / 4 + i / 2 * 8;
      if (line < lines) {
#pragma unroll
        for (int n = 0; n < fragments; n++) {
          use(line, m, n, i);
        }
      }
    }
  }
}

// Column of a lane's sum within its fragment.
__device__ __forceinline__ int sum_column(int i) { return threadIdx.x % 4 * 2 + i % 2; }

template <typename W>
__device__ void tensor_gate_up(
    const Vectors<W>& x,
    const W* const* gates,
    const W* const* ups,
    const Tiles& tiles,
    const int* line_choice,
    int top_k,
    int width,
    int inner_width,
    float* inner) {
  if (static_cast<int>(blockIdx.x) >= *tiles.count) {
    return;
  }
  Tile tile = tile_at(tiles, blockIdx.x, LINES);
  int first_column = blockIdx.y * (ROWS / 2);
  int columns = min(ROWS / 2, inner_width - first_column);
  long long offset = static_cast<long long>(first_column) * width;
  RowSource<W> source = rows_of(
      WEIGHTS_OF(gates, tile.slot) + offset, columns, WEIGHTS_OF(ups, tile.slot) + offset, columns, width);
  WarpSums sums = {};
  multiply_tile(x, line_choice, top_k, tile, source, sums);
  for_each_sum(tile.lines, HALF_FRAGMENTS, [&](int line, int m, int n, int i) {
    int column = warp_row() + n * 8 + sum_column(i);
    if (column < columns) {
      int known = tile.first + line;
      float scale = x.scale[line_choice == nullptr ? known : line_choice[known] / top_k];
      float gate = sums.of[m][n].values[i] * scale;
      float up = sums.of[m][n + HALF_FRAGMENTS].values[i] * scale;
      inner[static_cast<long long>(known) * inner_width + first_column + column] = silu(gate) * up;
    }
  });
}

template <typename W>
__device__ void tensor_down(
    const Vectors<W>& x,
    const W* const* downs,
    const Tiles& tiles,
    const int* out_row,
    int inner_width,
    int width,
    float* out) {
  if (static_cast<int>(blockIdx.x) >= *tiles.count) {
    return;
  }
  Tile tile = tile_at(tiles, blockIdx.x, LINES);
  int first_column = blockIdx.y * ROWS;
  int columns = min(ROWS, width - first_column);
  const W* matrix = WEIGHTS_OF(downs, tile.slot) + static_cast<long long>(first_column) * inner_width;
  // Where the second half is empty its address is not used, but must be one that exists.
  const W* second = columns > ROWS / 2 ? matrix + static_cast<long long>(ROWS / 2) * inner_width : matrix;
  RowSource<W> source = rows_of(matrix, min(columns, ROWS / 2), second, columns - ROWS / 2, inner_width);
  WarpSums sums = {};
  multiply_tile(x, static_cast<const int*>(nullptr), 1, tile, source, sums);
  for_each_sum(tile.lines, ROW_FRAGMENTS, [&](int line, int m, int n, int i) {
    int column = fragment_row(n) + sum_column(i);
    if (column < columns) {
      int known = tile.first + line;
      long long row = out_row == nullptr ? known : out_row[known];
      out[row * width + first_column + column] = sums.of[m][n].values[i] * x.scale[known];
    }
  });
}

}  // namespace KERNELS

#define TENSOR_KERNELS(suffix, W)                                                                       \
  extern "C" __global__ void __launch_bounds__(SPLIT_THREADS) stagger_split_##suffix(                   \
      const float* in, int rows, int width, int padded, W* high, W* low, float* scale) {                \
    split<W>(in, rows, width, padded, high, low, scale);                                                \
  }                                                                                                     \
  extern "C" __global__ void __launch_bounds__(THREADS) stagger_tensor_gate_up_##suffix(                \
      const W* high,                                                                                    \
      const W* low,                                                                                     \
      const float* scale,                                                                               \
      int padded,                                                                                       \
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
    Vectors<W> x = {high, low, scale, padded};                                                          \
    Tiles tiles = {offsets, tile_slot, tile_line, tile_count};                                          \
    tensor_gate_up<W>(x, gates, ups, tiles, line_choice, top_k, width, inner_width, inner);             \
  }                                                                                                     \
  extern "C" __global__ void __launch_bounds__(THREADS) stagger_tensor_down_##suffix(                   \
      const W* high,                                                                                    \
      const W* low,                                                                                     \
      const float* scale,                                                                               \
      int padded,                                                                                       \
      const W* const* downs,                                                                            \
      const int* offsets,                                                                               \
      const int* tile_slot,                                                                             \
      const int* tile_line,                                                                             \
      const int* tile_count,                                                                            \
      const int* out_row,                                                                               \
      int inner_width,                                                                                  \
      int width,                                                                                        \
      float* out) {                                                                                     \
    Vectors<W> x = {high, low, scale, padded};                                                          \
    Tiles tiles = {offsets, tile_slot, tile_line, tile_count};                                          \
    tensor_down<W>(x, downs, tiles, out_row, inner_width, width, out);                                  \
  }

TENSOR_KERNELS(f16, F16)
TENSOR_KERNELS(bf16, BF16)

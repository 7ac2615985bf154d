// Warp operations, 16-bit numbers and asynchronous copies of the emulated GPU.
#include "emulation.h"

#include "fibers.h"

namespace emulation {

float half_to_float(unsigned short bits) {
  unsigned sign = (bits & 0x8000u) << 16;
  unsigned exponent = (bits >> 10) & 0x1f;
  unsigned fraction = bits & 0x3ff;
  if (exponent == 0x1f) {
    return float_of(sign | 0x7f800000u | (fraction << 13));
  }
  if (exponent == 0) {
    float small = std::ldexp(static_cast<float>(fraction), -24);
    return sign ? -small : small;
  }
  return float_of(sign | ((exponent + 112) << 23) | (fraction << 13));
}

unsigned short float_to_half(float value) {
  unsigned sign = (bits_of(value) >> 16) & 0x8000u;
  if (value != value) {
    return static_cast<unsigned short>(sign | 0x7fffu);  // what cvt.rn.f16.f32 makes of a NaN
  }
  double magnitude = std::fabs(static_cast<double>(value));
  if (magnitude >= 65520.0) {
    return static_cast<unsigned short>(sign | 0x7c00u);
  }
  int exponent = magnitude < 0x1p-14 ? -14 : std::ilogb(magnitude);
  // In units of the last place; nearbyint rounds ties to even, and a carry runs into the exponent as it should.
  unsigned units = static_cast<unsigned>(std::nearbyint(std::ldexp(magnitude, 10 - exponent)));
  unsigned biased = static_cast<unsigned>(exponent + 14);
  return static_cast<unsigned short>(sign | ((biased << 10) + units));
}

namespace {

float operand(WarpOp op, uint32_t word, int half) {
  unsigned short bits = static_cast<unsigned short>(word >> (16 * half));
  return op == WarpOp::MMA_F16 ? half_to_float(bits) : float_of(static_cast<unsigned>(bits) << 16);
}

// mma.m16n8k16, row by column, with the fragment layouts of the PTX manual. A lane brings four words of A, two of B and
// its four sums; lane 4g+t holds rows g and g+8 and columns 2t, 2t+1 (and those plus 8) of A, column g of B. The products
// of a step are added exactly enough and rounded once: a GPU may round otherwise, within the bound that the README states.
void multiply(WarpOp op, uint32_t* const* lanes) {
  float a[16][16];
  float b[16][8];
  for (int lane = 0; lane < 32; lane++) {
    int g = lane / 4;
    int t = lane % 4;
    const uint32_t* words = lanes[lane];
    for (int half = 0; half < 2; half++) {
      int k = 2 * t + half;
      a[g][k] = operand(op, words[0], half);
      a[g + 8][k] = operand(op, words[1], half);
      a[g][k + 8] = operand(op, words[2], half);
      a[g + 8][k + 8] = operand(op, words[3], half);
      b[k][g] = operand(op, words[4], half);
      b[k + 8][g] = operand(op, words[5], half);
    }
  }
  for (int lane = 0; lane < 32; lane++) {
    for (int i = 0; i < 4; i++) {
      int row = lane / 4 + (i / 2) * 8;
      int column = 2 * (lane % 4) + i % 2;
      double sum = float_of(lanes[lane][6 + i]);
      for (int k = 0; k < 16; k++) {
        sum += static_cast<double>(a[row][k]) * b[k][column];
      }
      lanes[lane][i] = bits_of(static_cast<float>(sum));
    }
  }
}

}  // namespace

void apply_warp_operation(WarpOp op, unsigned mask, int argument, uint32_t* const* lanes, int count) {
  uint32_t before[32][2];
  switch (op) {
    case WarpOp::SYNC:
      break;
    case WarpOp::SHUFFLE_XOR:
      for (int lane = 0; lane < 32; lane++) {
        if (mask >> lane & 1) {
          std::memcpy(before[lane], lanes[lane], count * sizeof(uint32_t));
        }
      }
      for (int lane = 0; lane < 32; lane++) {
        if (mask >> lane & 1) {
          // What a lane outside of the mask would have sent is undefined: poison, so that no result survives its use.
          int from = lane ^ argument;
          if (mask >> from & 1) {
            std::memcpy(lanes[lane], before[from], count * sizeof(uint32_t));
          } else {
            std::memset(lanes[lane], 0xff, count * sizeof(uint32_t));
          }
        }
      }
      break;
    case WarpOp::BALLOT: {
      uint32_t votes = 0;
      for (int lane = 0; lane < 32; lane++) {
        if (mask >> lane & 1) {
          votes |= (lanes[lane][0] & 1) << lane;
        }
      }
      for (int lane = 0; lane < 32; lane++) {
        if (mask >> lane & 1) {
          lanes[lane][0] = votes;
        }
      }
      break;
    }
    case WarpOp::MMA_F16:
    case WarpOp::MMA_BF16:
      if (mask != 0xffffffffu) {
        fail_block("mma with a mask that isn't the whole warp");
      }
      multiply(op, lanes);
      break;
  }
}

void copy_async(void* shared, const void* global, bool inside) {
  if (reinterpret_cast<uintptr_t>(shared) % 16 != 0 ||
      (inside && reinterpret_cast<uintptr_t>(global) % 16 != 0)) {
    fail_block("cp.async of 16 bytes from or to an address that isn't a multiple of 16");
  }
  pending_copies().push_back({shared, inside ? global : nullptr});
}

void commit_copies() { pending_groups().push_back(pending_copies().size()); }

void wait_for_copies(int groups_left) {
  auto& copies = pending_copies();
  auto& groups = pending_groups();
  if (static_cast<int>(groups.size()) <= groups_left) {
    return;
  }
  size_t finished = groups.size() - groups_left;
  size_t end = groups[finished - 1];
  for (size_t i = 0; i < end; i++) {
    if (copies[i].global == nullptr) {
      std::memset(copies[i].shared, 0, 16);
    } else {
      std::memcpy(copies[i].shared, copies[i].global, 16);
    }
  }
  copies.erase(copies.begin(), copies.begin() + end);
  groups.erase(groups.begin(), groups.begin() + finished);
  for (size_t& group : groups) {
    group -= end;
  }
}

}  // namespace emulation

// Token vectors in two 16-bit parts: how near they come, at any size, and what odd numbers do.
#include "test_layer.h"

using namespace test;

namespace {

struct Parts {
  std::vector<double> sum;  // scale * (high + low), [rows][padded]
  std::vector<double> high;
  int padded;
};

Parts split_on(Device& device, Type type, const std::vector<float>& rows, int count, int width) {
  Buffer<float> in(rows);
  SplitRows split(device, type, in.device(), count, width);
  device.synchronize();
  auto high = split.high.values(), low = split.low.values();
  auto scale = split.scale.values();
  Parts parts;
  parts.padded = split.padded;
  for (size_t i = 0; i < high.size(); i++) {
    double h = decode(type, reinterpret_cast<unsigned char*>(&high[i]));
    double l = decode(type, reinterpret_cast<unsigned char*>(&low[i]));
    parts.high.push_back(h * scale[i / split.padded]);
    parts.sum.push_back((h + l) * scale[i / split.padded]);
  }
  return parts;
}

}  // namespace

TEST(two_parts_come_within_the_stated_error_at_any_size) {
  Device device(ptx_directory);
  for (Type type : {Type::F16, Type::BF16}) {
    for (int exponent : {-60, -14, 0, 15, 16, 60, 126}) {
      std::mt19937 random(exponent + 100);
      int width = 45;
      Matrix matrix = random_matrix(Type::F32, 3, width, exponent, random);
      std::vector<float> rows(3 * width);
      std::memcpy(rows.data(), matrix.bits.data(), rows.size() * 4);
      Parts parts = split_on(device, type, rows, 3, width);
      double relative = type == Type::BF16 ? 0x1p-17 : 0x1p-22;
      for (int row = 0; row < 3; row++) {
        double largest = 0;
        for (int k = 0; k < width; k++) {
          largest = std::fmax(largest, std::fabs(rows[row * width + k]));
        }
        for (int k = 0; k < parts.padded; k++) {
          double value = k < width ? rows[row * width + k] : 0;
          double difference = std::fabs(parts.sum[row * parts.padded + k] - value);
          REQUIRE(difference <= relative * std::fabs(value) + 0x1p-38 * largest);
        }
      }
    }
  }
}

TEST(the_first_part_alone_is_exact_for_bf16_states) {
  Device device(ptx_directory);
  std::mt19937 random(8);
  Matrix matrix = random_matrix(Type::BF16, 2, 40, 1, random);
  std::vector<float> rows;
  for (int i = 0; i < 80; i++) {
    rows.push_back(static_cast<float>(matrix.at(i / 40, i % 40)));
  }
  Parts parts = split_on(device, Type::BF16, rows, 2, 40);
  for (int i = 0; i < 80; i++) {
    REQUIRE(parts.high[i / 40 * parts.padded + i % 40] == rows[i]);
  }
}

TEST(what_is_not_finite_stays_so) {
  Device device(ptx_directory);
  for (Type type : {Type::F16, Type::BF16}) {
    Parts parts = split_on(device, type, {1.0f, INFINITY, -INFINITY, NAN, 3.4028235e38f}, 5, 1);
    REQUIRE(parts.sum[0] == 1.0);
    REQUIRE(parts.sum[1 * 32] == INFINITY);
    REQUIRE(parts.sum[2 * 32] == -INFINITY);
    REQUIRE(std::isnan(parts.sum[3 * 32]));
    REQUIRE(std::fabs(parts.sum[4 * 32] / 3.4028235e38 - 1) < 1e-5);
  }
}

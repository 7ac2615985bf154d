// A shared expert's way through the products: every token once, no permutation; and one part of bf16 states is enough.
#include "test_layer.h"

using namespace test;

namespace {

struct SharedCase {
  Type type;
  bool tensor;
  bool low;  // of the hidden states
};

void check(const SharedCase& which) {
  Device device(ptx_directory);
  std::mt19937 random(12);
  int tokens = 75, hidden = 40, inner = 72;
  Expert expert = {
      random_matrix(which.type, inner, hidden, -2, random), random_matrix(which.type, inner, hidden, -2, random),
      random_matrix(which.type, hidden, inner, -2, random)};
  // Exact in bf16, so that the second part of the states is all zeros.
  Matrix states = random_matrix(Type::BF16, tokens, hidden, 1, random);
  std::vector<float> x;
  for (int i = 0; i < tokens * hidden; i++) {
    x.push_back(static_cast<float>(states.at(i / hidden, i % hidden)));
  }
  SlotWeights weights;
  weights.add(&expert);
  Buffer<void*> gates(weights.gates), ups(weights.ups), downs(weights.downs);
  Buffer<float> x_on(x), inner_on(static_cast<size_t>(tokens) * inner), out(static_cast<size_t>(tokens) * hidden);
  Buffer<int> counts(std::vector<int>{tokens});
  Tiles tiles(device, counts, 1, tokens, which.tensor ? 64 : 32);
  int* offsets = tiles.offsets.device();
  int* slot = tiles.slot.device();
  int* line = tiles.line.device();
  int* count = tiles.count.device();
  int* same = nullptr;
  std::string type = suffix(which.type);
  if (which.tensor) {
    SplitRows split(device, which.type, x_on.device(), tokens, hidden);
    device.launch(
        "stagger_tensor_gate_up_" + type, tiles.capacity, blocks(inner, 64), 128, TENSOR_SHARED, split.high.device(),
        which.low ? split.low.device() : static_cast<unsigned short*>(nullptr), split.scale.device(), split.padded,
        gates.device(), ups.device(), offsets, slot, line, count, same, 1, hidden, inner, inner_on.device());
    SplitRows again(device, which.type, inner_on.device(), tokens, inner);
    device.launch(
        "stagger_tensor_down_" + type, tiles.capacity, blocks(hidden, 128), 128, TENSOR_SHARED, again.high.device(),
        again.low.device(), again.scale.device(), again.padded, downs.device(), offsets, slot, line, count, same, inner,
        hidden, out.device());
    device.synchronize();
  } else {
    device.launch(
        "stagger_gate_up_" + type, tiles.capacity, blocks(inner, 32), 256, 0, x_on.device(), gates.device(), ups.device(),
        offsets, slot, line, count, same, 1, hidden, inner, inner_on.device());
    device.launch(
        "stagger_down_" + type, tiles.capacity, blocks(hidden, 32), 256, 0, inner_on.device(), downs.device(), offsets,
        slot, line, count, same, inner, hidden, out.device());
    device.synchronize();
  }
  std::vector<float> actual = out.values();
  for (int t = 0; t < tokens; t++) {
    std::vector<Approximate> token;
    for (int k = 0; k < hidden; k++) {
      token.push_back({x[t * hidden + k], 0});
    }
    auto expected = run_expert(expert, token, which.tensor ? tensor_accuracy(which.type) : plain_accuracy());
    for (int h = 0; h < hidden; h++) {
      REQUIRE(std::fabs(actual[t * hidden + h] - expected[h].value) <= expected[h].error + 1e-40);
    }
  }
}

}  // namespace

TEST(a_shared_expert_needs_no_permutation) {
  for (Type type : {Type::F32, Type::F16, Type::BF16}) {
    check({type, false, true});
  }
  check({Type::F16, true, true});
  check({Type::BF16, true, true});
}

TEST(one_part_is_enough_for_bf16_states) {
  check({Type::BF16, true, false});
  // Eight bits of a fraction fit into f16's eleven.
  check({Type::F16, true, false});
}

TEST(weights_that_begin_anywhere_are_read_right) {
  // A matrix inside of a larger allocation, two bytes off from where 16-byte copies could read it.
  Device device(ptx_directory);
  std::mt19937 random(2);
  Matrix up = random_matrix(Type::BF16, 8, 16, 0, random);
  std::vector<unsigned char> shifted(2);
  shifted.insert(shifted.end(), up.bits.begin(), up.bits.end());
  Buffer<unsigned char> straight(up.bits), crooked(shifted);
  std::vector<float> x(16, 0.5f);
  Buffer<float> x_on(x);
  Buffer<int> counts(std::vector<int>{1});
  Tiles tiles(device, counts, 1, 1, 64);
  std::vector<std::vector<float>> results;
  for (void* at : {static_cast<void*>(straight.device()), static_cast<void*>(crooked.device() + 2)}) {
    Buffer<void*> table(std::vector<void*>{at});
    Buffer<float> out(8);
    SplitRows split(device, Type::BF16, x_on.device(), 1, 16);
    device.launch(
        "stagger_tensor_gate_up_bf16", 1, 1, 128, TENSOR_SHARED, split.high.device(), split.low.device(),
        split.scale.device(), split.padded, table.device(), table.device(), tiles.offsets.device(), tiles.slot.device(),
        tiles.line.device(), tiles.count.device(), static_cast<int*>(nullptr), 1, 16, 8, out.device());
    device.synchronize();
    results.push_back(out.values());
  }
  REQUIRE(results[0] == results[1]);
}

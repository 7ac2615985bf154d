// The whole layer against the double-precision oracle, for many shapes; and that a placement changes no bit.
#include "test_layer.h"

using namespace test;

namespace {

Slots one_rank(int experts) {
  Slots slots;
  for (int e = 0; e < experts; e++) {
    slots.expert_of.push_back(e);
  }
  slots.rank_sizes = {experts};
  return slots;
}

// Experts dealt in turn to uneven ranks, some twice, with empty slots and a rank that holds nothing.
Slots scattered(int experts) {
  Slots slots;
  for (int i = 0; i < experts; i++) {
    slots.expert_of.push_back((i * 7 + 3) % experts);
  }
  while (slots.expert_of.size() < static_cast<size_t>(experts)) {
    slots.expert_of.push_back(0);
  }
  // 7 and the number of experts may share a factor; whoever is missing comes behind.
  for (int e = 0; e < experts; e++) {
    bool there = false;
    for (int held : slots.expert_of) {
      there |= held == e;
    }
    if (!there) {
      slots.expert_of.push_back(e);
    }
  }
  slots.expert_of.insert(slots.expert_of.end(), {-1, 0, experts - 1, 0});
  int all = static_cast<int>(slots.expert_of.size());
  slots.rank_sizes = {1, all / 2 - 1, 0, all - all / 2};
  return slots;
}

std::string name(const LayerCase& of) {
  char text[120];
  std::snprintf(
      text, sizeof text, "T=%d H=%d I=%d E=%d K=%d %s %s", of.tokens, of.hidden, of.inner, of.experts, of.top_k,
      suffix(of.type), of.tensor ? "tensor" : "plain");
  return text;
}

void compare(const Layer& layer, const std::vector<float>& actual) {
  const LayerCase& of = layer.of;
  // Of many tokens a few, chosen so that every tile's edge is among them.
  int step = of.tokens > 40 ? 31 : 1;
  for (int t = 0; t < of.tokens; t += step) {
    std::vector<Approximate> expected(of.hidden);
    std::vector<double> magnitude(of.hidden);
    for (int k = 0; k < of.top_k; k++) {
      int choice = t * of.top_k + k;
      std::vector<Approximate> row =
          run_expert(layer.experts[layer.chosen[choice]], layer.token(t), layer.accuracy());
      for (int h = 0; h < of.hidden; h++) {
        expected[h].value += layer.weights[choice] * row[h].value;
        expected[h].error += std::fabs(layer.weights[choice]) * row[h].error;
        magnitude[h] += std::fabs(layer.weights[choice] * row[h].value);
      }
    }
    for (int h = 0; h < of.hidden; h++) {
      double difference = std::fabs(actual[static_cast<size_t>(t) * of.hidden + h] - expected[h].value);
      double allowed = expected[h].error + (of.top_k + 1) * 0x1p-23 * magnitude[h] + 1e-40;
      if (!(difference <= allowed)) {
        char text[200];
        std::snprintf(
            text, sizeof text, "%s: token %d, column %d is %g instead of %g, more than %g off", name(of).c_str(), t, h,
            actual[static_cast<size_t>(t) * of.hidden + h], expected[h].value, allowed);
        throw std::runtime_error(text);
      }
    }
  }
}

void check(const LayerCase& of, unsigned seed) {
  Device device(ptx_directory);
  Layer layer(of, seed);
  std::vector<float> actual = run_layer(device, layer, one_rank(of.experts));
  compare(layer, actual);
  std::vector<float> elsewhere = run_layer(device, layer, scattered(of.experts));
  if (std::memcmp(actual.data(), elsewhere.data(), actual.size() * sizeof(float)) != 0) {
    throw std::runtime_error(name(of) + ": another placement gives other bits");
  }
}

// Shapes at, below and above the sizes of tiles, panels and 16-byte chunks.
const LayerCase SHAPES[] = {
    {1, 1, 1, 1, 1, Type::F32, false},     {1, 64, 32, 4, 2, Type::F32, false},
    {2, 7, 5, 3, 3, Type::F32, false},     {33, 31, 33, 5, 2, Type::F32, false},
    {70, 32, 64, 6, 3, Type::F32, false},  {130, 65, 17, 2, 1, Type::F32, false},
    {17, 100, 36, 9, 4, Type::F32, false},
};

}  // namespace

TEST(plain_layers_agree_with_the_oracle_under_any_placement) {
  for (Type type : {Type::F32, Type::F16, Type::BF16}) {
    for (LayerCase of : SHAPES) {
      of.type = type;
      check(of, 20 + of.tokens);
    }
  }
}

TEST(tensor_layers_agree_with_the_oracle_under_any_placement) {
  for (Type type : {Type::F16, Type::BF16}) {
    for (LayerCase of : SHAPES) {
      of.type = type;
      of.tensor = true;
      check(of, 40 + of.tokens);
    }
    // Several panels deep, wider than a tile, lines of several tiles.
    check({150, 168, 136, 3, 2, type, true}, 77);
  }
}

TEST(a_token_gets_the_same_bits_alone_and_in_a_batch) {
  for (bool tensor : {false, true}) {
    LayerCase of = {40, 48, 40, 3, 2, Type::BF16, tensor};
    Device device(ptx_directory);
    Layer layer(of, 5);
    std::vector<float> together = run_layer(device, layer, one_rank(of.experts));
    Layer alone = layer;
    int t = 37;
    alone.of.tokens = 1;
    alone.x.assign(layer.x.begin() + t * of.hidden, layer.x.begin() + (t + 1) * of.hidden);
    alone.chosen.assign(layer.chosen.begin() + t * of.top_k, layer.chosen.begin() + (t + 1) * of.top_k);
    alone.weights.assign(layer.weights.begin() + t * of.top_k, layer.weights.begin() + (t + 1) * of.top_k);
    std::vector<float> single = run_layer(device, alone, one_rank(of.experts));
    REQUIRE(std::memcmp(single.data(), together.data() + t * of.hidden, of.hidden * sizeof(float)) == 0);
  }
}

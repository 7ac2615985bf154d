// Routing against the oracle, with ties, groups, biases and numbers that aren't.
#include "test_layer.h"

using namespace test;

namespace {

struct Routed {
  std::vector<int> chosen;
  std::vector<float> weights;
  unsigned long long bad;
};

Routed route_on(Device& device, const RouterRule& rule, const std::vector<double>& logits, const std::vector<float>& bias) {
  int tokens = static_cast<int>(logits.size()) / rule.experts;
  Buffer<double> scores(logits);
  Buffer<float> biases(bias.empty() ? std::vector<float>(1) : bias);
  Buffer<double> group_scores(static_cast<size_t>(tokens) * rule.groups);
  Buffer<int> chosen(static_cast<size_t>(tokens) * rule.top_k);
  Buffer<float> weights(static_cast<size_t>(tokens) * rule.top_k);
  Buffer<unsigned long long> bad(std::vector<unsigned long long>{~0ULL});
  device.launch(
      "stagger_route", tokens, 1, 32, 0, scores.device(), bias.empty() ? static_cast<float*>(nullptr) : biases.device(),
      rule.groups > 1 ? group_scores.device() : static_cast<double*>(nullptr), chosen.device(), weights.device(),
      bad.device(), tokens, rule.experts, rule.top_k, rule.groups, rule.top_groups, rule.sigmoid ? 1 : 0,
      rule.top2_sum ? 1 : 0, rule.normalize ? 1 : 0, rule.scaling);
  device.synchronize();
  return {chosen.values(), weights.values(), bad.values()[0]};
}

// Random logits; coarse ones tie often.
std::vector<double> random_logits(int tokens, int experts, bool coarse, std::mt19937& random) {
  std::vector<double> logits;
  for (long long i = 0; i < static_cast<long long>(tokens) * experts; i++) {
    double value = static_cast<double>(random()) / 4294967296.0 * 8 - 4;
    logits.push_back(coarse ? std::nearbyint(value) : value);
  }
  return logits;
}

void agrees(const RouterRule& rule, bool coarse, bool with_bias, unsigned seed) {
  Device device(ptx_directory);
  std::mt19937 random(seed);
  int tokens = 37;
  std::vector<double> logits = random_logits(tokens, rule.experts, coarse, random);
  std::vector<float> bias;
  for (int e = 0; with_bias && e < rule.experts; e++) {
    bias.push_back(static_cast<float>(random() % 3) * 0.125f - 0.125f);
  }
  Routed actual = route_on(device, rule, logits, bias);
  REQUIRE(actual.bad == ~0ULL);
  for (int t = 0; t < tokens; t++) {
    Choice expected = route(
        rule, std::vector<double>(logits.begin() + t * rule.experts, logits.begin() + (t + 1) * rule.experts), bias);
    for (int k = 0; k < rule.top_k; k++) {
      REQUIRE(actual.chosen[t * rule.top_k + k] == expected.experts[k]);
      double difference = actual.weights[t * rule.top_k + k] - expected.weights[k];
      REQUIRE(std::fabs(difference) <= 0x1p-23 * std::fabs(expected.weights[k]) + 1e-45);
    }
  }
}

}  // namespace

TEST(routes_as_the_oracle_does) {
  unsigned seed = 1;
  for (bool sigmoid : {false, true}) {
    for (bool normalize : {false, true}) {
      for (bool bias : {false, true}) {
        agrees({1, 1, 1, 1, sigmoid, false, normalize, 1.0}, false, bias, seed++);
        agrees({7, 7, 1, 1, sigmoid, false, normalize, 0.5}, false, bias, seed++);
        agrees({64, 6, 1, 1, sigmoid, false, normalize, 2.5}, false, bias, seed++);
        agrees({160, 6, 8, 3, sigmoid, false, normalize, 16.0}, false, bias, seed++);
        agrees({256, 8, 8, 4, sigmoid, true, normalize, 2.5}, false, bias, seed++);
        agrees({72, 9, 36, 5, sigmoid, true, normalize, 1.0}, false, bias, seed++);
        agrees({12, 2, 12, 2, sigmoid, true, normalize, 1.0}, false, bias, seed++);
      }
    }
  }
}

// Ties are exact only where equal logits give equal scores, so no softmax sum can hide a difference.
TEST(ties_go_to_the_lowest_expert_and_group) {
  for (bool bias : {false, true}) {
    agrees({64, 8, 1, 1, true, false, true, 1.0}, true, bias, 90);
    agrees({64, 8, 1, 1, false, false, true, 1.0}, true, bias, 91);
    agrees({128, 8, 8, 4, true, true, true, 2.5}, true, bias, 92);
    agrees({128, 8, 8, 4, false, false, true, 2.5}, true, bias, 93);
  }
}

TEST(a_logit_that_is_not_finite_is_reported_by_its_lowest_place) {
  Device device(ptx_directory);
  RouterRule rule = {40, 3, 1, 1, false, false, true, 1.0};
  std::mt19937 random(3);
  std::vector<double> logits = random_logits(9, rule.experts, false, random);
  logits[5 * 40 + 39] = NAN;
  logits[5 * 40 + 33] = INFINITY;
  logits[7 * 40 + 1] = -INFINITY;
  Routed actual = route_on(device, rule, logits, {});
  REQUIRE(actual.bad == 5 * 40 + 33);
  for (int id : actual.chosen) {
    REQUIRE(id >= 0 && id < rule.experts);
  }
}

TEST(a_bias_that_is_not_finite_is_reported_with_the_first_token) {
  Device device(ptx_directory);
  RouterRule rule = {40, 3, 1, 1, true, false, true, 1.0};
  std::mt19937 random(3);
  std::vector<float> bias(40, 0.5f);
  bias[17] = NAN;
  REQUIRE(route_on(device, rule, random_logits(3, rule.experts, false, random), bias).bad == 17);
}

TEST(logits_have_the_bits_of_the_cpu_runtimes_sums) {
  unsigned seed = 10;
  for (Type type : {Type::F32, Type::F16, Type::BF16}) {
    for (int width : {1, 7, 8, 13, 64, 131}) {
      Device device(ptx_directory);
      std::mt19937 random(seed++);
      int tokens = 19;
      int experts = 37;
      Matrix router = random_matrix(type, experts, width, 0, random);
      Matrix hidden = random_matrix(Type::F32, tokens, width, 2, random);
      Buffer<unsigned char> weights(router.bits);
      Buffer<unsigned char> x(hidden.bits);
      Buffer<double> logits(static_cast<size_t>(tokens) * experts);
      device.launch(
          std::string("stagger_router_logits_") + suffix(type), blocks(tokens, 8), blocks(experts, 32), 256, 0, x.device(),
          weights.device(), logits.device(), tokens, experts, width);
      device.synchronize();
      std::vector<double> actual = logits.values();
      for (int t = 0; t < tokens; t++) {
        for (int e = 0; e < experts; e++) {
          // Eight partial sums, added pairwise, then what is left over.
          double s[8] = {};
          double rest = 0;
          for (int k = 0; k < width / 8 * 8; k++) {
            s[k % 8] += router.at(e, k) * hidden.at(t, k);
          }
          for (int k = width / 8 * 8; k < width; k++) {
            rest += router.at(e, k) * hidden.at(t, k);
          }
          double expected = ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7])) + rest;
          REQUIRE(actual[t * experts + e] == expected);
        }
      }
    }
  }
}

TEST(sixteen_bit_hidden_states_widen_exactly) {
  Device device(ptx_directory);
  for (Type type : {Type::F16, Type::BF16}) {
    std::vector<unsigned short> all(65536);
    for (int bits = 0; bits < 65536; bits++) {
      all[bits] = static_cast<unsigned short>(bits);
    }
    Buffer<unsigned short> in(all);
    Buffer<float> out(all.size());
    device.launch(
        std::string("stagger_widen_") + suffix(type), 5, 1, 256, 0, in.device(), out.device(),
        static_cast<long long>(all.size()));
    device.synchronize();
    std::vector<float> actual = out.values();
    for (int bits = 0; bits < 65536; bits++) {
      double expected = decode(type, reinterpret_cast<unsigned char*>(&all[bits]));
      REQUIRE(actual[bits] == expected || (std::isnan(actual[bits]) && std::isnan(expected)));
    }
  }
}

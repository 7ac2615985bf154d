// An MoE layer in double precision, with a bound for what a float computation may differ: the oracle of the kernels.
// Written from the definition, without looking at how the kernels do it.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace test {

enum class Type { F32, F16, BF16 };

inline const char* suffix(Type type) { return type == Type::F32 ? "f32" : type == Type::F16 ? "f16" : "bf16"; }
inline int bytes_of(Type type) { return type == Type::F32 ? 4 : 2; }

// A number's bits in some type, little-endian.
inline double decode(Type type, const unsigned char* at) {
  if (type == Type::F32) {
    float value;
    std::memcpy(&value, at, 4);
    return value;
  }
  uint16_t bits;
  std::memcpy(&bits, at, 2);
  if (type == Type::BF16) {
    uint32_t wide = static_cast<uint32_t>(bits) << 16;
    float value;
    std::memcpy(&value, &wide, 4);
    return value;
  }
  int exponent = bits >> 10 & 31;
  double fraction = bits & 1023;
  double magnitude = exponent == 31 ? (fraction == 0 ? INFINITY : NAN)
                     : exponent == 0 ? std::ldexp(fraction, -24)
                                     : std::ldexp(1024 + fraction, exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

// A matrix whose values are exactly those of its type.
struct Matrix {
  Type type;
  int rows, columns;
  std::vector<unsigned char> bits;

  double at(int row, int column) const {
    return decode(type, bits.data() + (static_cast<size_t>(row) * columns + column) * bytes_of(type));
  }
};

// Random numbers of about the given size: a few zeros, otherwise any fraction and both signs.
inline Matrix random_matrix(Type type, int rows, int columns, int exponent, std::mt19937& random) {
  Matrix matrix{type, rows, columns, {}};
  for (long long i = 0; i < static_cast<long long>(rows) * columns; i++) {
    uint32_t word = random();
    uint32_t sign = word >> 31;
    uint32_t e = static_cast<uint32_t>(exponent - static_cast<int>(word >> 26 & 3));
    unsigned char encoded[4] = {};
    if ((word >> 20 & 63) == 0) {
      // zero
    } else if (type == Type::F16) {
      uint16_t bits = static_cast<uint16_t>(sign << 15 | (e + 15) << 10 | (word & 1023));
      std::memcpy(encoded, &bits, 2);
    } else {
      uint32_t bits = sign << 31 | (e + 127) << 23 | (random() & 0x7fffff);
      if (type == Type::BF16) {
        bits >>= 16;
      }
      std::memcpy(encoded, &bits, bytes_of(type));
    }
    matrix.bits.insert(matrix.bits.end(), encoded, encoded + bytes_of(type));
  }
  return matrix;
}

struct Expert {
  Matrix gate, up, down;
};

// A value and how far a computation in floats may be from it.
struct Approximate {
  double value = 0;
  double error = 0;
};

// How a kernel set computes a dot product of n terms: the relative error of an input, and that of the sum.
struct Accuracy {
  double input;
  double step;
  double of_sum(int n) const { return (n + 8) * step; }
};

inline Accuracy plain_accuracy() { return {0, 0x1p-24}; }
// Inputs in two parts; a step of the sum is as bad as a tensor core that truncates to 23 bits, in 16-term steps and twice.
inline Accuracy tensor_accuracy(Type type) { return {type == Type::BF16 ? 0x1p-17 : 0x1p-21, 0x1p-22}; }

inline Approximate dot(const Matrix& matrix, int row, const std::vector<Approximate>& x, const Accuracy& accuracy) {
  Approximate result;
  double magnitude = 0;
  for (size_t k = 0; k < x.size(); k++) {
    double weight = matrix.at(row, static_cast<int>(k));
    result.value += weight * x[k].value;
    result.error += std::fabs(weight) * (x[k].error + accuracy.input * std::fabs(x[k].value));
    magnitude += std::fabs(weight * x[k].value);
  }
  result.error += accuracy.of_sum(static_cast<int>(x.size())) * (magnitude + result.error);
  return result;
}

// silu(gate) * up; the slope of silu is nowhere above 1.1.
inline Approximate activate(const Approximate& gate, const Approximate& up) {
  double silu = gate.value / (1 + std::exp(-gate.value));
  double silu_error = 1.1 * gate.error + 0x1p-21 * std::fabs(silu);
  Approximate result;
  result.value = silu * up.value;
  result.error = silu_error * (std::fabs(up.value) + up.error) + std::fabs(silu) * up.error +
                 0x1p-23 * std::fabs(result.value) + 1e-44;
  return result;
}

inline std::vector<Approximate> run_expert(
    const Expert& expert, const std::vector<Approximate>& x, const Accuracy& accuracy) {
  std::vector<Approximate> inner;
  for (int row = 0; row < expert.gate.rows; row++) {
    inner.push_back(activate(dot(expert.gate, row, x, accuracy), dot(expert.up, row, x, accuracy)));
  }
  std::vector<Approximate> out;
  for (int row = 0; row < expert.down.rows; row++) {
    out.push_back(dot(expert.down, row, inner, accuracy));
  }
  return out;
}

// What a router chooses.
struct Choice {
  std::vector<int> experts;
  std::vector<double> weights;
};

struct RouterRule {
  int experts, top_k, groups, top_groups;
  bool sigmoid, top2_sum, normalize;
  double scaling;
};

// The best of those that are open; the lowest of equals.
inline int best_of(const std::vector<double>& values, const std::vector<bool>& open) {
  int best = -1;
  for (size_t i = 0; i < values.size(); i++) {
    if (open[i] && (best < 0 || values[i] > values[best])) {
      best = static_cast<int>(i);
    }
  }
  return best;
}

inline Choice route(const RouterRule& rule, const std::vector<double>& logits, const std::vector<float>& bias) {
  int size = rule.experts / rule.groups;
  double max = -INFINITY, total = 0;
  for (double logit : logits) {
    max = std::fmax(max, logit);
  }
  for (double logit : logits) {
    total += std::exp(logit - max);
  }
  std::vector<double> scores, selection;
  for (int e = 0; e < rule.experts; e++) {
    scores.push_back(rule.sigmoid ? 1 / (1 + std::exp(-logits[e])) : std::exp(logits[e] - max) / total);
    selection.push_back(scores[e] + (bias.empty() ? 0.0 : bias[e]));
  }
  std::vector<bool> open(rule.experts, rule.groups == 1);
  std::vector<double> group_scores;
  std::vector<bool> groups_left(rule.groups, true);
  for (int g = 0; g < rule.groups; g++) {
    std::vector<bool> members(rule.experts, false);
    for (int i = 0; i < size; i++) {
      members[g * size + i] = true;
    }
    int first = best_of(selection, members);
    members[first] = false;
    int second = best_of(selection, members);
    group_scores.push_back(selection[first] + (rule.top2_sum && second >= 0 ? selection[second] : 0.0));
  }
  for (int taken = 0; rule.groups > 1 && taken < rule.top_groups; taken++) {
    int g = best_of(group_scores, groups_left);
    groups_left[g] = false;
    for (int i = 0; i < size; i++) {
      open[g * size + i] = true;
    }
  }
  Choice choice;
  double sum = 0;
  for (int k = 0; k < rule.top_k; k++) {
    choice.experts.push_back(best_of(selection, open));
    open[choice.experts.back()] = false;
    sum += scores[choice.experts.back()];
  }
  for (int expert : choice.experts) {
    choice.weights.push_back(scores[expert] / (rule.normalize ? sum + 1e-20 : 1.0) * rule.scaling);
  }
  return choice;
}

}  // namespace test

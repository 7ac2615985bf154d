// Runs an MoE layer on the device as the Java runtime does, for any placement of the slots.
#pragma once

#include "test_device.h"
#include "test_reference.h"

namespace test {

struct LayerCase {
  int tokens, hidden, inner, experts, top_k;
  Type type;
  bool tensor;
};

// A layer's weights, inputs and routing, all random.
struct Layer {
  LayerCase of;
  std::vector<Expert> experts;
  std::vector<float> x;
  std::vector<int> chosen;
  std::vector<float> weights;

  Layer(const LayerCase& which, unsigned seed) : of(which) {
    std::mt19937 random(seed);
    for (int e = 0; e < of.experts; e++) {
      experts.push_back(
          {random_matrix(of.type, of.inner, of.hidden, -3, random), random_matrix(of.type, of.inner, of.hidden, -3, random),
           random_matrix(of.type, of.hidden, of.inner, -3, random)});
    }
    Matrix states = random_matrix(Type::F32, of.tokens, of.hidden, 1, random);
    x.resize(static_cast<size_t>(of.tokens) * of.hidden);
    std::memcpy(x.data(), states.bits.data(), x.size() * 4);
    for (int t = 0; t < of.tokens; t++) {
      std::vector<int> all(of.experts);
      for (int e = 0; e < of.experts; e++) {
        all[e] = e;
      }
      for (int k = 0; k < of.top_k; k++) {
        // Low experts more often; the last one, where there are enough, never.
        int last = of.experts > of.top_k + 1 ? of.experts - 2 : of.experts - 1;
        std::uniform_int_distribution<int> any(k, random() % 3 == 0 ? std::min(k + 1, last) : last);
        std::swap(all[k], all[any(random)]);
        chosen.push_back(all[k]);
        weights.push_back(static_cast<float>(1 + random() % 1000) / 1000.0f);
      }
    }
  }

  std::vector<Approximate> token(int t) const {
    std::vector<Approximate> values;
    for (int k = 0; k < of.hidden; k++) {
      values.push_back({x[static_cast<size_t>(t) * of.hidden + k], 0});
    }
    return values;
  }

  Accuracy accuracy() const { return of.tensor ? tensor_accuracy(of.type) : plain_accuracy(); }
};

// Slots of a layer, split into ranks.
struct Slots {
  std::vector<int> expert_of;   // slot to logical expert, -1 empty
  std::vector<int> rank_sizes;  // slots of each rank
};

// The weights of some slots, each matrix in an allocation of its own, as migration needs them.
struct SlotWeights {
  std::vector<Buffer<unsigned char>> memory;
  std::vector<void*> gates, ups, downs;

  void* keep(const Matrix& matrix) {
    memory.emplace_back(matrix.bits);
    return memory.back().device();
  }

  void add(const Expert* expert) {
    gates.push_back(expert == nullptr ? nullptr : keep(expert->gate));
    ups.push_back(expert == nullptr ? nullptr : keep(expert->up));
    downs.push_back(expert == nullptr ? nullptr : keep(expert->down));
  }
};

// Rows that a product reads, in the form that its kernel set wants them.
struct SplitRows {
  int padded;
  Buffer<unsigned short> high, low;
  Buffer<float> scale;

  SplitRows(Device& device, Type type, const float* rows, int count, int width)
      : padded((width + 31) / 32 * 32),
        high(static_cast<size_t>(count) * padded),
        low(static_cast<size_t>(count) * padded),
        scale(count) {
    device.launch(
        std::string("stagger_split_") + suffix(type), blocks(count, 4), 1, 128, 0, rows, count, width, padded, high.device(),
        low.device(), scale.device());
  }
};

constexpr int TENSOR_SHARED = 40960;

struct Tiles {
  Buffer<int> offsets, slot, line, count;
  unsigned capacity;

  Tiles(Device& device, const Buffer<int>& counts, int slots, int lines, int tile_lines)
      : offsets(slots + 1),
        slot(lines / tile_lines + std::min(slots, lines)),
        line(lines / tile_lines + std::min(slots, lines)),
        count(1),
        capacity(lines / tile_lines + std::min(slots, lines)) {
    device.launch(
        "stagger_slot_offsets", 1, 1, 256, 0, counts.device(), slots, tile_lines, static_cast<int*>(nullptr), 0,
        offsets.device(), slot.device(), line.device(), count.device());
  }
};

// One rank's part: the rows of its choices in routed, [choices, hidden].
inline void run_rank(
    Device& device,
    const LayerCase& of,
    SlotWeights& weights,
    const float* x,
    int rows,
    Tiles& tiles,
    int lines,
    int* line_choice,
    int top_k,
    float* routed) {
  Buffer<void*> gates(weights.gates), ups(weights.ups), downs(weights.downs);
  Buffer<float> inner(static_cast<size_t>(lines) * of.inner);
  std::string type = suffix(of.type);
  int* offsets = tiles.offsets.device();
  int* slot = tiles.slot.device();
  int* line = tiles.line.device();
  int* count = tiles.count.device();
  if (of.tensor) {
    SplitRows split(device, of.type, x, rows, of.hidden);
    device.launch(
        "stagger_tensor_gate_up_" + type, tiles.capacity, blocks(of.inner, 64), 128, TENSOR_SHARED, split.high.device(),
        split.low.device(), split.scale.device(), split.padded, gates.device(), ups.device(), offsets, slot, line, count,
        line_choice, top_k, of.hidden, of.inner, inner.device());
    SplitRows split_inner(device, of.type, inner.device(), lines, of.inner);
    device.launch(
        "stagger_tensor_down_" + type, tiles.capacity, blocks(of.hidden, 128), 128, TENSOR_SHARED,
        split_inner.high.device(), split_inner.low.device(), split_inner.scale.device(), split_inner.padded,
        downs.device(), offsets, slot, line, count, line_choice, of.inner, of.hidden, routed);
    device.synchronize();
  } else {
    device.launch(
        "stagger_gate_up_" + type, tiles.capacity, blocks(of.inner, 32), 256, 0, x, gates.device(), ups.device(), offsets,
        slot, line, count, line_choice, top_k, of.hidden, of.inner, inner.device());
    device.launch(
        "stagger_down_" + type, tiles.capacity, blocks(of.hidden, 32), 256, 0, inner.device(), downs.device(), offsets,
        slot, line, count, line_choice, of.inner, of.hidden, routed);
    device.synchronize();
  }
}

// Which slot computes each choice: the replicas of an expert in turn.
inline std::vector<int> spread(const Layer& layer, const Slots& slots) {
  std::vector<int> result;
  std::vector<int> turn(layer.of.experts, 0);
  for (int expert : layer.chosen) {
    std::vector<int> replicas;
    for (size_t s = 0; s < slots.expert_of.size(); s++) {
      if (slots.expert_of[s] == expert) {
        replicas.push_back(static_cast<int>(s));
      }
    }
    result.push_back(replicas.at(turn[expert]++ % replicas.size()));
  }
  return result;
}

// The layer's output, [tokens, hidden].
inline std::vector<float> run_layer(Device& device, const Layer& layer, const Slots& slots) {
  const LayerCase& of = layer.of;
  int choices = of.tokens * of.top_k;
  std::vector<int> slot_of = spread(layer, slots);
  Buffer<float> x(layer.x);
  Buffer<int> chosen_slots(slot_of);
  Buffer<float> routed(static_cast<size_t>(choices) * of.hidden);
  int first = 0;
  for (int size : slots.rank_sizes) {
    int lines = 0;
    for (int slot : slot_of) {
      lines += slot >= first && slot < first + size ? 1 : 0;
    }
    if (lines > 0) {
      SlotWeights weights;
      for (int s = first; s < first + size; s++) {
        weights.add(slots.expert_of[s] < 0 ? nullptr : &layer.experts[slots.expert_of[s]]);
      }
      Buffer<int> counts(size);
      Buffer<int> line_choice(lines);
      device.launch(
          "stagger_slot_counts", size, 1, 256, 0, chosen_slots.device(), static_cast<long long>(choices), first,
          counts.device());
      Tiles tiles(device, counts, size, lines, of.tensor ? 64 : 32);
      device.launch(
          "stagger_permute", size, 1, 256, 0, chosen_slots.device(), static_cast<long long>(choices), first,
          tiles.offsets.device(), line_choice.device());
      run_rank(
          device, of, weights, x.device(), of.tokens, tiles, lines, line_choice.device(), of.top_k, routed.device());
    }
    first += size;
  }
  Buffer<float> weights(layer.weights);
  Buffer<float> out(layer.x.size());
  device.launch(
      "stagger_combine_f32", of.tokens, blocks(of.hidden, 256), 256, 0, routed.device(), weights.device(),
      static_cast<float*>(nullptr), static_cast<double*>(nullptr), of.tokens, of.top_k, of.hidden, out.device());
  device.synchronize();
  return out.values();
}

}  // namespace test

// Counting, permuting, combining; and sizes at the far end of what the runtime takes.
#include <algorithm>

#include "test_layer.h"

using namespace test;

TEST(lines_are_in_slot_order_and_in_a_slot_in_choice_order) {
  Device device(ptx_directory);
  std::mt19937 random(1);
  for (int choices : {1, 5, 255, 256, 257, 3000}) {
    int all_slots = 23, first = 4, slots = 11;
    std::vector<int> slot_of;
    std::vector<std::vector<int>> expected(slots);
    for (int i = 0; i < choices; i++) {
      // Slot 7 never, slot 5 often.
      int slot = random() % 3 == 0 ? 5 : static_cast<int>(random() % all_slots);
      slot = slot == 7 ? 8 : slot;
      slot_of.push_back(slot);
      if (slot >= first && slot < first + slots) {
        expected[slot - first].push_back(i);
      }
    }
    std::vector<int> lines;
    for (auto& of_slot : expected) {
      lines.insert(lines.end(), of_slot.begin(), of_slot.end());
    }
    if (lines.empty()) {
      continue;
    }
    Buffer<int> chosen(slot_of);
    Buffer<int> counts(slots);
    Buffer<int> line_choice(lines.size());
    long long all = choices;
    device.launch("stagger_slot_counts", slots, 1, 256, 0, chosen.device(), all, first, counts.device());
    Tiles tiles(device, counts, slots, static_cast<int>(lines.size()), 32);
    device.launch(
        "stagger_permute", slots, 1, 256, 0, chosen.device(), all, first, tiles.offsets.device(), line_choice.device());
    device.synchronize();
    REQUIRE(line_choice.values() == lines);
    std::vector<int> tile_slot = tiles.slot.values(), tile_line = tiles.line.values();
    size_t tile = 0;
    int line = 0;
    for (int s = 0; s < slots; s++) {
      REQUIRE(tiles.offsets.values()[s] == line);
      for (size_t from = 0; from < expected[s].size(); from += 32) {
        REQUIRE(tile_slot[tile] == s && tile_line[tile] == line + static_cast<int>(from));
        tile++;
      }
      line += static_cast<int>(expected[s].size());
    }
    REQUIRE(tiles.offsets.values()[slots] == line);
    REQUIRE(tiles.count.values()[0] == static_cast<int>(tile) && tile <= tiles.capacity);
  }
}

TEST(slots_of_the_other_set_get_no_tiles) {
  Device device(ptx_directory);
  Buffer<int> counts(std::vector<int>{40, 3, 0, 70});
  Buffer<int> sets(std::vector<int>{1, 0, 0, 1});
  Buffer<int> offsets(5), tile_slot(7), tile_line(7), count(1);
  device.launch(
      "stagger_slot_offsets", 1, 1, 256, 0, counts.device(), 4, 32, sets.device(), 1, offsets.device(),
      tile_slot.device(), tile_line.device(), count.device());
  device.synchronize();
  REQUIRE((offsets.values() == std::vector<int>{0, 40, 43, 43, 113}));
  REQUIRE(count.values()[0] == 5);
  std::vector<int> slots = tile_slot.values();
  REQUIRE((std::vector<int>(slots.begin(), slots.begin() + 5) == std::vector<int>{0, 0, 3, 3, 3}));
}

TEST(expert_counts_add_up_over_batches) {
  Device device(ptx_directory);
  Buffer<unsigned long long> counts(std::vector<unsigned long long>{0, 5, 0});
  Buffer<int> chosen(std::vector<int>{1, 1, 2, 1});
  for (int batch = 0; batch < 2; batch++) {
    device.launch("stagger_expert_counts", 1, 1, 256, 0, chosen.device(), 4LL, counts.device());
  }
  device.synchronize();
  REQUIRE((counts.values() == std::vector<unsigned long long>{0, 11, 2}));
}

TEST(combining_follows_the_list_then_adds_the_gated_shared_expert) {
  Device device(ptx_directory);
  std::mt19937 random(4);
  int tokens = 5, top_k = 3, width = 300;
  Matrix routed = random_matrix(Type::F32, tokens * top_k, width, 0, random);
  Matrix shared = random_matrix(Type::F32, tokens, width, 0, random);
  Matrix weights = random_matrix(Type::F32, tokens, top_k, 0, random);
  std::vector<double> gate = {-800, -1, 0, 2, 800};
  Buffer<unsigned char> routed_on(routed.bits), shared_on(shared.bits), weights_on(weights.bits);
  Buffer<double> gate_on(gate);
  Buffer<float> out(static_cast<size_t>(tokens) * width);
  Buffer<unsigned short> narrow(static_cast<size_t>(tokens) * width);
  for (bool gated : {false, true}) {
    double* gates = gated ? gate_on.device() : nullptr;
    device.launch(
        "stagger_combine_f32", tokens, 2, 256, 0, routed_on.device(), weights_on.device(), shared_on.device(), gates,
        tokens, top_k, width, out.device());
    device.launch(
        "stagger_combine_bf16", tokens, 2, 256, 0, routed_on.device(), weights_on.device(), shared_on.device(), gates,
        tokens, top_k, width, narrow.device());
    device.synchronize();
    std::vector<float> actual = out.values();
    std::vector<unsigned short> rounded = narrow.values();
    for (int t = 0; t < tokens; t++) {
      for (int h = 0; h < width; h++) {
        float expected = 0;
        for (int k = 0; k < top_k; k++) {
          expected = std::fma(
              static_cast<float>(weights.at(t, k)), static_cast<float>(routed.at(t * top_k + k, h)), expected);
        }
        float factor = gated ? static_cast<float>(1 / (1 + std::exp(-gate[t]))) : 1.0f;
        expected = std::fma(factor, static_cast<float>(shared.at(t, h)), expected);
        REQUIRE(actual[t * width + h] == expected);
        // To nearest, ties to even: half a unit of an 8-bit fraction at most.
        double wide = decode(Type::BF16, reinterpret_cast<unsigned char*>(&rounded[t * width + h]));
        REQUIRE(std::fabs(wide - expected) <= std::ldexp(1.0, std::ilogb(expected == 0 ? 1 : expected) - 8));
      }
    }
  }
}

TEST(narrowing_rounds_ties_to_even_and_keeps_what_is_not_a_number) {
  Device device(ptx_directory);
  const float cases[] = {0.0f, -0.0f, 1.00390625f, 1.01171875f, INFINITY, -INFINITY, NAN, 3.4e38f, 1e-40f, 65519.9f, 65520.0f, 6e-8f, 2.9802322e-8f};
  const unsigned short bf16[] = {0, 0x8000, 0x3f80, 0x3f82, 0x7f80, 0xff80, 0x7fc0, 0x7f80, 0x0001, 0x4780, 0x4780, 0x3381, 0x3300};
  const unsigned short f16[] = {0, 0x8000, 0x3c04, 0x3c0c, 0x7c00, 0xfc00, 0x7fff, 0x7c00, 0, 0x7bff, 0x7c00, 0x0001, 0};
  int count = sizeof cases / sizeof cases[0];
  Buffer<float> in(std::vector<float>(cases, cases + count));
  Buffer<float> one(std::vector<float>{1.0f});
  Buffer<unsigned short> out(count);
  for (bool half : {false, true}) {
    device.launch(
        half ? "stagger_combine_f16" : "stagger_combine_bf16", 1, 1, 256, 0, in.device(), one.device(),
        static_cast<float*>(nullptr), static_cast<double*>(nullptr), 1, 1, count, out.device());
    device.synchronize();
    std::vector<unsigned short> actual = out.values();
    for (int i = 0; i < count; i++) {
      // A sum from +0 turns -0 into +0.
      unsigned short expected = i == 1 ? 0 : half ? f16[i] : bf16[i];
      if (actual[i] != expected) {
        char text[80];
        std::snprintf(text, sizeof text, "%g becomes %04x instead of %04x", cases[i], actual[i], expected);
        throw std::runtime_error(text);
      }
    }
  }
}

TEST(rows_are_scattered_to_where_they_belong) {
  Device device(ptx_directory);
  Buffer<float> in(std::vector<float>{1, 2, 3, 4, 5, 6});
  Buffer<int> to(std::vector<int>{3, 0});
  Buffer<float> out(std::vector<float>(12, -1));
  device.launch("stagger_scatter_rows", 2, 1, 256, 0, in.device(), to.device(), 2, 3, out.device());
  device.synchronize();
  REQUIRE((out.values() == std::vector<float>{4, 5, 6, -1, -1, -1, -1, -1, -1, 1, 2, 3}));
}

TEST(a_hundred_thousand_tokens_pass) {
  for (bool tensor : {false, true}) {
    Device device(ptx_directory);
    Layer layer({100000, 5, 3, 4, 2, Type::BF16, tensor}, 6);
    Slots slots = {{0, 1, 2, 3}, {4}};
    std::vector<float> actual = run_layer(device, layer, slots);
    int t = 99999;
    std::vector<double> expected(5);
    for (int k = 0; k < 2; k++) {
      auto row = run_expert(layer.experts[layer.chosen[t * 2 + k]], layer.token(t), layer.accuracy());
      for (int h = 0; h < 5; h++) {
        expected[h] += layer.weights[t * 2 + k] * row[h].value;
      }
    }
    for (int h = 0; h < 5; h++) {
      REQUIRE(std::fabs(actual[t * 5 + h] - expected[h]) <= 1e-4 * (1 + std::fabs(expected[h])));
    }
  }
}

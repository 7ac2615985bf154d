package io.stagger.engine.format;

import io.stagger.api.ModelShape;
import io.stagger.api.SlotLayout;
import io.stagger.api.error.Diagnosis;
import io.stagger.api.error.InvalidPlacementException;
import io.stagger.api.error.IoProblem;
import io.stagger.engine.io.SafeYaml;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * What a {@code moe_load_balancer.yaml} says.
 *
 * @param layers the expert of each slot, by the model's layer number, ascending
 * @param slots slots of a layer
 * @param updates layers migrated per iteration; 0 for a static placement
 * @param ranks expert-parallel ranks, which some versions write
 */
record TensorRtLlmYaml(Map<Integer, int[]> layers, int slots, int updates, OptionalInt ranks) {

  static final String UPDATES = "layer_updates_per_iter";

  /** Several times what 4 bytes a slot take for the largest models of today. */
  private static final int MAX_BYTES = 4 << 20;

  private static final String ASSIGNMENTS = "initial_global_assignments";
  private static final String SLOTS = "num_slots";
  private static final String RANKS = "ep_size";
  private static final Set<String> KEYS = new TreeSet<>(Set.of(ASSIGNMENTS, SLOTS, UPDATES, RANKS));

  static TensorRtLlmYaml read(Path file) {
    return new Values(file).read();
  }

  /** Believes nothing of what was parsed. */
  private record Values(Path file) {

    private TensorRtLlmYaml read() {
      if (!(parse() instanceof Map<?, ?> map)) {
        throw wrong("no keys", "the keys " + KEYS);
      }
      for (Object key : map.keySet()) {
        if (!(key instanceof String name) || !KEYS.contains(name)) {
          throw wrong("unknown key '" + shown(key) + "'", "one of " + KEYS);
        }
      }
      int slots = integer(map.get(SLOTS), "'" + SLOTS + "'", 1, SlotLayout.MAX_SLOTS);
      int updates =
          map.containsKey(UPDATES)
              ? integer(map.get(UPDATES), "'" + UPDATES + "'", 0, Integer.MAX_VALUE)
              : 0;
      OptionalInt ranks =
          map.containsKey(RANKS)
              ? OptionalInt.of(integer(map.get(RANKS), "'" + RANKS + "'", 1, SlotLayout.MAX_RANKS))
              : OptionalInt.empty();
      return new TensorRtLlmYaml(layers(map.get(ASSIGNMENTS), slots), slots, updates, ranks);
    }

    private @Nullable Object parse() {
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
          throw wrong("more than " + MAX_BYTES + " bytes", "a moe_load_balancer.yaml");
        }
        return SafeYaml.parse(
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
      } catch (CharacterCodingException e) {
        throw unreadable("not a text in UTF-8", e);
      } catch (IOException e) {
        throw unreadable(IoProblem.of("cannot be read", e), e);
      } catch (YAMLException | IllegalArgumentException e) {
        throw unreadable("is not plain YAML: " + e.getMessage(), e);
      }
    }

    private Map<Integer, int[]> layers(@Nullable Object value, int slots) {
      if (!(value instanceof Map<?, ?> map)) {
        throw wrong(
            value == null ? "'" + ASSIGNMENTS + "' is missing" : "'" + ASSIGNMENTS + "' is no map",
            "the slots of each MoE layer; a file without leaves the placement to TensorRT-LLM");
      }
      if (map.size() > ModelShape.MAX_LAYERS) {
        throw wrong(map.size() + " layers", "at most " + ModelShape.MAX_LAYERS);
      }
      Map<Integer, int[]> layers = new TreeMap<>();
      map.forEach((key, row) -> {
        int number = integer(key, "a key of '" + ASSIGNMENTS + "'", 0, Integer.MAX_VALUE);
        if (layers.put(number, row(row, "layer " + number, slots)) != null) {
          throw wrong("layer " + number + " twice", "each layer once");
        }
      });
      return layers;
    }

    private int[] row(@Nullable Object value, String what, int slots) {
      if (!(value instanceof List<?> list)) {
        throw wrong(what + " is no list", "the expert of each slot");
      }
      if (list.size() != slots) {
        throw wrong(what + " has " + list.size() + " slots", slots + ", as '" + SLOTS + "' says");
      }
      int[] row = new int[slots];
      for (int slot = 0; slot < slots; slot++) {
        row[slot] = integer(list.get(slot), what + ", slot " + slot, 0, ModelShape.MAX_EXPERTS - 1);
      }
      return row;
    }

    private int integer(@Nullable Object value, String what, int least, int most) {
      String text = value instanceof String plain ? plain : "";
      try {
        int number = Integer.parseInt(text);
        if (number >= least && number <= most) {
          return number;
        }
      } catch (NumberFormatException e) {
        throw unreadable(what + " is " + shown(value) + ", not a whole number", e);
      }
      throw wrong(what + " is " + text, least + " to " + most);
    }

    private static String shown(@Nullable Object value) {
      return switch (value) {
        case null -> "nothing";
        case String text -> text.substring(0, Math.min(40, text.length()));
        default -> "a collection";
      };
    }

    private InvalidPlacementException wrong(String problem, String expected) {
      return SlotRows.wrong(file, problem, expected);
    }

    private InvalidPlacementException unreadable(String problem, Exception cause) {
      return new InvalidPlacementException(
          Diagnosis.of(problem, file.toString()), List.of(), cause);
    }
  }
}
